//! From the options of a cache to its store: the stores of this library, and those that users register.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::no_cache;
use crate::config::{CacheConfig, Configuration, Options};
use crate::entry::Secret;
use crate::handle::Settings;
use crate::store::Store;
use crate::store::none::NoCache;
use crate::{Cache, Error, ErrorKind, Result};

/// Builds a store from its options.
type BuildStore = Arc<dyn Fn(&Options) -> Result<Arc<dyn Store>> + Send + Sync>;

/// The stores that users registered, by the name of their `type`.
static REGISTERED: RwLock<BTreeMap<String, BuildStore>> = RwLock::new(BTreeMap::new());

/// The stores of this library that are part of this build.
const BUILT_IN: &[&str] = &[
    #[cfg(feature = "sqlite")]
    "sqlite",
    #[cfg(feature = "redis")]
    "redis",
    "none",
];

/// Registers a store of your own under a name.
///
/// The configuration then accepts the name as a `type`, and addresses accept it as their scheme. Call it before
/// [`init`](crate::init) and before the first use.
///
/// `build` gets the options of one cache and asks for each that it knows: see [`Options`].
///
/// ```
/// use cache_runtime::{Cache, Options, register, store::NoCache};
///
/// register("nothing", |_options: &Options| Ok(NoCache))?;
/// let cache = Cache::open("nothing:")?;
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Config`] if a store of this name exists already.
pub fn register<S: Store>(kind: &str, build: impl Fn(&Options) -> Result<S> + Send + Sync + 'static) -> Result<()> {
    let build: BuildStore = Arc::new(move |options| Ok(Arc::new(build(options)?)));
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if BUILT_IN.contains(&kind) || registered.contains_key(kind) {
        let message = format!("a store named `{kind}` exists already; register yours once, under another name");
        return Err(Error::new(ErrorKind::Config, message));
    }
    registered.insert(kind.to_owned(), build);
    Ok(())
}

impl Cache {
    /// Opens the cache at an address.
    ///
    /// An address is `sqlite://PATH?option=…`, `sqlite::memory:`, `redis://…`, `none:`, or one with the name of a
    /// [registered](register) store as its scheme. A path is relative to the current folder. Nothing is created or
    /// connected before the first use. With the cargo feature `no-cache` it returns NoCache, whatever the address.
    ///
    /// ```
    /// use cache_runtime::Cache;
    ///
    /// let in_memory = Cache::open("sqlite::memory:?expires_in=1h")?;
    /// let in_a_file = Cache::open("sqlite://storage/cache.sqlite3?timeout=5")?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the address or one of its options is wrong. With the option `check=true` the store's own
    /// error, if it does not answer now.
    pub fn open(address: &str) -> Result<Self> {
        let Some(config) = Configuration::from_address(address)?.default else { return Ok(Cache::none()) };
        let (cache, is_checked) = open(&config)?;
        if is_checked {
            cache.handle.core.store.check()?;
        }
        Ok(cache)
    }
}

/// Makes the cache that a configuration describes, and says whether it is to be checked. It touches no file and no server.
pub(super) fn open(config: &CacheConfig) -> Result<(Cache, bool)> {
    if no_cache::is_enabled() {
        return Ok((Cache::none(), false));
    }
    let options = &config.options;
    let store = build_store(config)?;
    let default = Settings::default();
    let settings = Settings {
        expires_in: options.ttl("expires_in")?.unwrap_or(default.expires_in),
        codec: options.find("codec")?.unwrap_or(default.codec),
        secret: secret(options)?,
        shared_lease: options.duration("shared_lease")?.unwrap_or(default.shared_lease),
        stall_timeout: options.duration("stall_timeout")?.unwrap_or(default.stall_timeout),
        near: near(options)?.unwrap_or(default.near),
    };
    let is_checked = options.find("check")?.unwrap_or(false);
    options.finish()?;
    Ok((Cache::with_settings(store, settings), is_checked))
}

/// For how long entries are kept near: `false`, or a time at most.
fn near(options: &Options) -> Result<Option<Duration>> {
    match options.find::<bool>("near") {
        Ok(is_kept) => Ok(is_kept.map(|is_kept| if is_kept { Duration::MAX } else { Duration::ZERO })),
        Err(_) => options.duration("near"),
    }
}

/// The secret by which the cache recognises its own entries.
fn secret(options: &Options) -> Result<Option<Secret>> {
    let secret = options.find::<String>("secret")?;
    if secret.as_ref().is_some_and(|secret| secret.len() < Secret::SHORTEST) {
        let message = format_args!("shorter than {} bytes; write a long random text", Secret::SHORTEST);
        return Err(options.error("secret", message));
    }
    Ok(secret.as_deref().map(Secret::new))
}

fn build_store(config: &CacheConfig) -> Result<Arc<dyn Store>> {
    // A copy, so that building a store may itself open caches and register stores.
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(build) = registered.get(&config.kind) {
        return build(&config.options);
    }
    match &*config.kind {
        "none" => Ok(Arc::new(NoCache)),
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Arc::new(crate::store::sqlite::SqliteStore::from_options(&config.options)?)),
        #[cfg(feature = "redis")]
        "redis" => Ok(Arc::new(crate::store::redis::RedisStore::from_options(&config.options)?)),
        _ => Err(config.unknown_kind(registered.keys().map(String::as_str).chain(BUILT_IN.iter().copied()))),
    }
}
