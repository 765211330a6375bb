//! Memcached as a store: an example of a store for a server that the library does not support itself.
//!
//! ```text
//! lib.rs         the options, and the five methods of a store
//! encoding.rs    how a value and its expiry are encoded
//! clears.rs      which prefixes were cleared: memcached cannot delete keys by their prefix
//! ```
//!
//! `tests/contract.rs` tests it against the contract of a store.

mod clears;
mod encoding;

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Options, Result};
use memcache::{Client, ConnectionManager, MemcacheError, ServerError, Url};

use self::clears::Clears;

/// Memcached as a store.
pub struct MemcachedStore {
    client: Client,
    /// The start of its keys.
    prefix: String,
    shown: String,
}

/// Registers the type `"memcached"`. Call it before the first use of a cache.
pub fn register() -> Result<()> {
    cache_runtime::register("memcached", MemcachedStore::new)
}

impl MemcachedStore {
    /// Makes a store from its options: `url`, such as `memcached://localhost:11211`, and optionally `namespace` and
    /// `timeout`.
    ///
    /// It does not connect yet, because a server that is down is no mistake in the configuration.
    pub fn new(options: &Options) -> Result<Self> {
        let url: String = options.get("url")?;
        let namespace = options.find::<String>("namespace")?.unwrap_or_else(|| "cache".to_owned());
        let timeout = options.duration("timeout")?.unwrap_or(Duration::from_secs(1));
        let Some(shown) = url.strip_prefix("memcached://").filter(|server| is_server(server)) else {
            return Err(options.error("url", "not a server of memcached; write \"memcached://localhost:11211\""));
        };
        let prefix = encoding::prefix(&namespace);
        if prefix.len() > encoding::MAX_PREFIX_LEN || !encoding::is_plain(&prefix) {
            return Err(options.error("namespace", "memcached refuses such keys; write letters and digits"));
        }
        if timeout.is_zero() {
            return Err(options.error("timeout", "0 would mean no timeout; write seconds, such as 0.5"));
        }
        let client = client(shown, timeout).map_err(|error| options.error("url", error))?;
        Ok(MemcachedStore { client, prefix, shown: shown.to_owned() })
    }

    /// Reads the items of some keys and the record of clears, in one round trip.
    fn read(&self, keys: &[&str]) -> Result<(Clears, HashMap<String, Item>)> {
        let names: HashMap<String, &str> = keys.iter().map(|&key| (encoding::name(&self.prefix, key), key)).collect();
        let clears_name = clears::name(&self.prefix);
        let asked: Vec<&str> = names.keys().map(String::as_str).chain([&*clears_name]).collect();
        let mut found: HashMap<String, (Vec<u8>, u32, Option<u64>)> = self.checked(self.client.gets(&asked))?;
        let clears = match found.remove(&clears_name).and_then(|(bytes, _, cas)| Clears::read(&bytes, cas)) {
            Some(clears) => clears,
            None => self.begin_clears()?,
        };
        let items = found.into_iter().filter_map(|(name, (bytes, _, cas))| {
            let key = *names.get(&name)?;
            let record = encoding::read(&bytes)
                .filter(|(_, written)| !clears.has_cleared(key, *written))
                .map(|(record, _)| record);
            Some((key.to_owned(), Item { record, cas: cas? }))
        });
        let items = items.collect();
        Ok((clears, items))
    }

    /// Begins a new record of clears, if the server is new or has evicted the record. Every older item then counts as
    /// cleared.
    fn begin_clears(&self) -> Result<Clears> {
        let name = clears::name(&self.prefix);
        // If another client has begun one meanwhile, `add` changes nothing, and that client's record is used.
        self.checked(self.client.add(&name, &*Clears::new().write(), 0))?;
        let found: Option<(Vec<u8>, u32, Option<u64>)> = self.checked(self.client.get(&name))?;
        let clears = found.and_then(|(bytes, _, cas)| Clears::read(&bytes, cas));
        clears.ok_or_else(|| self.error(ErrorKind::Store, format_args!("`{name}` holds the value of another program")))
    }

    fn put(&self, clears: &Clears, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let bytes = encoding::write(value, expiration.expires_at, clears.now());
        let set = self.client.set(&encoding::name(&self.prefix, key), &*bytes, encoding::seconds(expiration));
        self.checked(set)
    }

    /// Converts the client's error into this library's.
    fn checked<T>(&self, answer: Result<T, MemcacheError>) -> Result<T> {
        answer.map_err(|error| {
            let kind = match error {
                MemcacheError::IOError(_) | MemcacheError::PoolError(_) => ErrorKind::Unavailable,
                // This value is refused; others are accepted.
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
    text.rsplit_once(':').is_some_and(|(host, port)| encoding::is_plain(host) && port.parse::<u16>().is_ok())
}

/// A client whose connections are opened on demand and checked before use.
///
/// It uses the text protocol, in which an answer that arrives after its request timed out is recognised.
fn client(server: &str, timeout: Duration) -> Result<Client, MemcacheError> {
    let url = format!("memcache://{server}?protocol=ascii&timeout={}", timeout.as_secs_f64());
    let url = Url::parse(&url).map_err(|error| MemcacheError::BadURL(error.to_string()))?;
    let pool = r2d2::Pool::builder().min_idle(Some(0)).max_size(16).connection_timeout(timeout);
    Client::with_pool(pool.build_unchecked(ConnectionManager::new(url)))
}

/// An item of memcached.
struct Item {
    /// `None` if it was cleared, or if another program wrote it.
    record: Option<Record>,
    /// The version that compare-and-swap compares.
    cas: u64,
}

/// How many keys are read in one round trip.
const KEYS_PER_READ: usize = 100;

impl Store for MemcachedStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        let (_, mut items) = self.read(&[key])?;
        Ok(items.remove(key).and_then(|item| item.record))
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let (clears, _) = self.read(&[])?;
        self.put(&clears, key, value, expiration)
    }

    /// Of two callers that delete a key at the same time, one is told that there was a value.
    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        let (_, items) = self.read(&[key])?;
        let record = items.get(key).and_then(|item| item.record.as_ref());
        let was_live = record.is_some_and(|record| record.is_live(now));
        let was_deleted = self.checked(self.client.delete(&encoding::name(&self.prefix, key)))?;
        Ok(was_live && was_deleted)
    }

    /// Memcached's own counters are unsigned, wrap on overflow and stop at 0. So this reads the number, replaces it by
    /// compare-and-swap, and tries again if another client has changed it meanwhile.
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let name = encoding::name(&self.prefix, key);
        loop {
            let (clears, mut items) = self.read(&[key])?;
            let Some(old) = items.remove(key) else {
                // Compare-and-swap needs an item. Readers take an expired zero for a miss, and if another client has added
                // an item meanwhile, `add` changes nothing.
                let expired_zero = encoding::write(&Value::Number(0), Timestamp::EPOCH, clears.now());
                self.checked(self.client.add(&name, &*expired_zero, encoding::seconds(expiration)))?;
                continue;
            };
            let (sum, expires_at) = encoding::add(old.record, by, expiration)?;
            let new = encoding::write(&Value::Number(sum), expires_at, clears.now());
            let mut kept = *expiration;
            kept.stale_until = expires_at.max(expiration.stale_until);
            if self.checked(self.client.cas(&name, &*new, encoding::seconds(&kept), old.cas))? {
                return Ok(sum);
            }
        }
    }

    /// Returns 0, because memcached cannot count what was cleared.
    fn clear(&self, prefix: &str) -> Result<u64> {
        let name = clears::name(&self.prefix);
        loop {
            let (clears, _) = self.read(&[])?;
            if self.checked(self.client.cas(&name, &*clears.with(prefix).write(), 0, clears.cas))? {
                return Ok(0);
            }
        }
    }

    // The trait has defaults for the methods below; these need fewer round trips.

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        let mut records = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_PER_READ) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let (_, items) = self.read(&keys)?;
            records.extend(keys.iter().map(|&key| items.get(key).and_then(|item| item.record.clone())));
        }
        Ok(records)
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        let (clears, _) = self.read(&[])?;
        values.iter().try_for_each(|(key, value)| self.put(&clears, key, value, expiration))
    }

    fn name(&self) -> String {
        format!("memcached at {}", self.shown)
    }
}
