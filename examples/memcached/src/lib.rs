//! Memcached as a store: what one writes to keep cached values in a server that this library does not know.
//!
//! ```text
//! lib.rs       the configuration, and the five methods of a store
//! form.rs      what is written under a key, and for how long
//! clears.rs    what was cleared: memcached cannot forget by the start of a key
//! ```
//!
//! It is held to the contract by `tests/contract.rs`.

mod clears;
mod form;

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Options, Result};
use memcache::{Client, ConnectionManager, MemcacheError, ServerError, Url};

use self::clears::Clears;

/// Memcached as a store.
pub struct MemcachedStore {
    client: Client,
    namespace: String,
    shown: String,
}

/// Lets the configuration say `type = "memcached"`. To be called before the first use of a cache.
pub fn register() -> Result<()> {
    cache_runtime::register("memcached", MemcachedStore::new)
}

impl MemcachedStore {
    /// By the configuration: `url`, as in `memcached://localhost:11211`, and perhaps `namespace` and `timeout`.
    ///
    /// Nothing is connected yet: a server that is away is no mistake in the configuration.
    pub fn new(options: &Options) -> Result<Self> {
        let url: String = options.get("url")?;
        let namespace = options.find::<String>("namespace")?.unwrap_or_else(|| "cache:".to_owned());
        let timeout = options.duration("timeout")?.unwrap_or(Duration::from_secs(1));
        let Some(shown) = url.strip_prefix("memcached://").filter(|server| is_server(server)) else {
            return Err(options.error("url", "not a server of memcached; write \"memcached://localhost:11211\""));
        };
        if namespace.len() > form::LONGEST_NAMESPACE || !form::is_plain(&namespace) {
            return Err(options.error("namespace", "memcached knows no such key; write letters, digits and \":\""));
        }
        if timeout.is_zero() {
            return Err(options.error("timeout", "0 would be for ever; write seconds, as in 0.5"));
        }
        let client = client(shown, timeout).map_err(|error| options.error("url", error))?;
        Ok(MemcachedStore { client, namespace, shown: shown.to_owned() })
    }

    /// The items under some keys, and what was cleared, in one exchange.
    fn look(&self, keys: &[&str]) -> Result<(Clears, HashMap<String, Item>)> {
        let names: HashMap<String, &str> = keys.iter().map(|&key| (form::name(&self.namespace, key), key)).collect();
        let clears_name = clears::name(&self.namespace);
        let asked: Vec<&str> = names.keys().map(String::as_str).chain([&*clears_name]).collect();
        let mut found: HashMap<String, (Vec<u8>, u32, Option<u64>)> = self.done(self.client.gets(&asked))?;
        let clears = match found.remove(&clears_name).and_then(|(bytes, _, cas)| Clears::read(&bytes, cas)) {
            Some(clears) => clears,
            None => self.begin_clears()?,
        };
        let items = found.into_iter().filter_map(|(name, (bytes, _, cas))| {
            let key = *names.get(&name)?;
            let record =
                form::read(&bytes).filter(|(_, written)| !clears.took(key, *written)).map(|(record, _)| record);
            Some((key.to_owned(), Item { record, cas: cas? }))
        });
        let items = items.collect();
        Ok((clears, items))
    }

    /// Where nothing is known of what was cleared, because the server is new or had no room for it, nothing that is
    /// there counts.
    fn begin_clears(&self) -> Result<Clears> {
        let name = clears::name(&self.namespace);
        // If another one has begun meanwhile this adds nothing, and what that one wrote holds.
        self.done(self.client.add(&name, &*Clears::new().write(), 0))?;
        let found: Option<(Vec<u8>, u32, Option<u64>)> = self.done(self.client.get(&name))?;
        let clears = found.and_then(|(bytes, _, cas)| Clears::read(&bytes, cas));
        clears.ok_or_else(|| self.error(ErrorKind::Store, format_args!("{name} holds what is not ours")))
    }

    fn put(&self, clears: &Clears, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let bytes = form::write(value, expiration.expires_at, clears.now());
        let set = self.client.set(&form::name(&self.namespace, key), &*bytes, form::seconds(expiration));
        self.done(set)
    }

    /// What the client answers, with its failures as ours.
    fn done<T>(&self, answer: Result<T, MemcacheError>) -> Result<T> {
        answer.map_err(|error| {
            let kind = match error {
                MemcacheError::IOError(_) | MemcacheError::PoolError(_) => ErrorKind::Unavailable,
                // It says something of this value, and others are taken.
                MemcacheError::ServerError(ServerError::Error(ref message)) if message.contains("too large") => {
                    ErrorKind::Entry
                }
                _ => ErrorKind::Store,
            };
            self.error(kind, error.to_string().trim_end())
        })
    }

    fn error(&self, kind: ErrorKind, message: impl std::fmt::Display) -> Error {
        Error::new(kind, format!("memcached at {}: {message}", self.shown))
    }
}

fn is_server(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| form::is_plain(host) && port.parse::<u16>().is_ok())
}

/// Connections that are made when they are needed, and looked at before they are used.
///
/// The text protocol, because there an answer that comes late, after its question was given up, is seen for what it is.
fn client(server: &str, timeout: Duration) -> Result<Client, MemcacheError> {
    let url = format!("memcache://{server}?protocol=ascii&timeout={}", timeout.as_secs_f64());
    let url = Url::parse(&url).map_err(|error| MemcacheError::BadURL(error.to_string()))?;
    let pool = r2d2::Pool::builder().min_idle(Some(0)).max_size(16).connection_timeout(timeout);
    Client::with_pool(pool.build_unchecked(ConnectionManager::new(url)))
}

/// An item as it was read.
struct Item {
    /// `None` if it was cleared, or is not ours.
    record: Option<Record>,
    /// By which it can be replaced, unless it has changed since.
    cas: u64,
}

/// Of many keys so many are asked for in one exchange.
const AT_ONCE: usize = 100;

impl Store for MemcachedStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        let (_, mut items) = self.look(&[key])?;
        Ok(items.remove(key).and_then(|item| item.record))
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let (clears, _) = self.look(&[])?;
        self.put(&clears, key, value, expiration)
    }

    /// Of two that forget a key at the same moment, one is told that there was a value.
    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        let (_, items) = self.look(&[key])?;
        let record = items.get(key).and_then(|item| item.record.as_ref());
        let was_live = record.is_some_and(|record| record.is_live(now));
        let went = self.done(self.client.delete(&form::name(&self.namespace, key)))?;
        Ok(was_live && went)
    }

    /// Memcached's own counters know no sign, begin anew beyond their end and stop at 0. So this reads a number and puts
    /// the sum in its place, unless somebody has come between: then it tries again.
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let name = form::name(&self.namespace, key);
        loop {
            let (clears, mut items) = self.look(&[key])?;
            let Some(old) = items.remove(key) else {
                // Only what is there can be replaced. A zero that has expired already is as good as nothing to readers,
                // and where somebody else has just begun, it is not added.
                let nothing = form::write(&Value::Number(0), Timestamp::EPOCH, clears.now());
                self.done(self.client.add(&name, &*nothing, form::seconds(expiration)))?;
                continue;
            };
            let (sum, expires_at) = form::add(old.record, by, expiration)?;
            let new = form::write(&Value::Number(sum), expires_at, clears.now());
            let mut kept = *expiration;
            kept.stale_until = expires_at.max(expiration.stale_until);
            if self.done(self.client.cas(&name, &*new, form::seconds(&kept), old.cas))? {
                return Ok(sum);
            }
        }
    }

    /// It tells nobody how many went: memcached does not know.
    fn clear(&self, prefix: &str) -> Result<u64> {
        let name = clears::name(&self.namespace);
        loop {
            let (clears, _) = self.look(&[])?;
            if self.done(self.client.cas(&name, &*clears.and(prefix).write(), 0, clears.cas))? {
                return Ok(0);
            }
        }
    }

    // What follows is given, and could be left out. These go by fewer exchanges, or in one step.

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        let mut records = Vec::with_capacity(keys.len());
        for keys in keys.chunks(AT_ONCE) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let (_, items) = self.look(&keys)?;
            records.extend(keys.iter().map(|&key| items.get(key).and_then(|item| item.record.clone())));
        }
        Ok(records)
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        let (clears, _) = self.look(&[])?;
        values.iter().try_for_each(|(key, value)| self.put(&clears, key, value, expiration))
    }

    fn name(&self) -> String {
        format!("memcached at {}", self.shown)
    }
}
