//! The caches of the program: from the configuration to `cache()`.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use once_cell::sync::OnceCell;

use crate::config::{CacheConfig, Config, Options, suggestion};
use crate::handle::{Settings, current_scope};
use crate::store::Store;
use crate::store::none::NoCache;
use crate::{AsyncCache, Cache, Error, ErrorKind, Result};

static RUNTIME: OnceCell<Runtime> = OnceCell::new();

/// The stores of the user's own, by the name of their `type`.
static REGISTERED: RwLock<BTreeMap<String, Builder>> = RwLock::new(BTreeMap::new());

type Builder = Arc<dyn Fn(&Options) -> Result<Arc<dyn Store>> + Send + Sync>;

/// The default cache and the named ones.
struct Runtime {
    default: Cache,
    named: BTreeMap<String, Cache>,
}

/// The cache of the configuration, or of the test's [scope](crate::testing::scope).
///
/// The first use reads the configuration if [`init`] did not: [`Config::load`]. Where that is wrong, one error is
/// logged and nothing is cached; where there is none, one warning says that nothing is cached.
///
/// ```
/// let cache = cache_runtime::cache();
/// let answer: u32 = cache.get_or_set("answer", || 42);
/// assert_eq!(answer, 42);
/// ```
#[must_use]
pub fn cache() -> Cache {
    scope().unwrap_or_else(|| runtime().default.clone())
}

/// The same as [`cache`], for async code.
#[must_use]
pub fn async_cache() -> AsyncCache {
    cache().to_async()
}

/// Another cache of the configuration, by its name; inside a test's scope, the scope's.
///
/// # Errors
///
/// [`ErrorKind::Config`] if the configuration names no such cache.
pub fn named(name: &str) -> Result<Cache> {
    if let Some(cache) = scope() {
        return Ok(cache);
    }
    if cfg!(feature = "no-cache") {
        return Ok(Cache::none());
    }
    let named = &runtime().named;
    named.get(name).cloned().ok_or_else(|| {
        let message = format!("the configuration has no cache named `{name}`");
        Error::new(ErrorKind::Config, message + &suggestion(name, named.keys().map(String::as_str)))
    })
}

/// Sets up the program's caches; once, at the start of `main`.
///
/// ```
/// use cache_runtime::Config;
///
/// fn main() -> Result<(), cache_runtime::Error> {
///     cache_runtime::init(Config::from_address("sqlite::memory:")?)?;
///     assert!(cache_runtime::init(Config::from_address("none:")?).is_err(), "only once");
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// [`ErrorKind::Config`] if an option is wrong, which the text says with its place, or if the caches are set up
/// already, by an earlier call or by a first use.
pub fn init(config: Config) -> Result<()> {
    let mut first = false;
    RUNTIME.get_or_try_init(|| {
        first = true;
        Runtime::build(&config)
    })?;
    if first {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Config, "the caches are set up already; call `init` once, before the first use"))
}

/// Makes a store of one's own known to the configuration, by the name of its `type`.
///
/// Call it before [`init`] or the first use.
///
/// ```
/// use cache_runtime::{Cache, Options, Result, register, store::NoCache};
///
/// register("nothing", |_options: &Options| Ok(NoCache))?;
/// let cache = Cache::open("nothing:")?;
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Config`] if there is a store of this name already.
pub fn register<S: Store>(kind: &str, build: impl Fn(&Options) -> Result<S> + Send + Sync + 'static) -> Result<()> {
    let build: Builder = Arc::new(move |options| Ok(Arc::new(build(options)?)));
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if BUILT_IN.contains(&kind) || registered.contains_key(kind) {
        return Err(Error::new(ErrorKind::Config, format!("there is a store called `{kind}` already")));
    }
    registered.insert(kind.to_owned(), build);
    Ok(())
}

impl Cache {
    /// Opens the cache at an address: `sqlite://PATH?option=…`, `sqlite::memory:`, `redis://…`, `none:`, or the name of a
    /// [registered](register) store.
    ///
    /// A path is relative to the current folder. Nothing is created or connected before the first use. With the cargo
    /// feature `no-cache` it returns NoCache, whatever the address.
    ///
    /// ```no_run
    /// let cache = cache_runtime::Cache::open("sqlite://storage/cache.sqlite3?timeout=5")?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the address or one of its options is wrong.
    pub fn open(address: &str) -> Result<Self> {
        let config = Config::from_address(address)?;
        config.default.as_ref().map_or_else(|| Ok(Cache::none()), build)
    }
}

/// The cache of the test's scope.
fn scope() -> Option<Cache> {
    current_scope().map(|handle| Cache { handle })
}

/// The cache that an attribute asks for.
pub(crate) fn chosen(name: Option<&str>) -> Result<Cache> {
    name.map_or_else(|| Ok(cache()), named)
}

fn runtime() -> &'static Runtime {
    RUNTIME.get_or_init(|| {
        Runtime::load().unwrap_or_else(|error| {
            tracing::error!("cache: {error}; nothing is cached");
            Runtime::none()
        })
    })
}

impl Runtime {
    fn none() -> Self {
        Runtime { default: Cache::none(), named: BTreeMap::new() }
    }

    fn load() -> Result<Self> {
        if cfg!(feature = "no-cache") {
            return Ok(Self::none());
        }
        Self::build(&Config::load()?)
    }

    fn build(config: &Config) -> Result<Self> {
        if config.default.is_none() && !cfg!(feature = "no-cache") {
            tracing::warn!("cache: no configuration, so nothing is cached; write config/storage.toml or set CACHE_URL");
        }
        let default = config.default.as_ref().map_or_else(|| Ok(Cache::none()), build)?;
        let named = config.named.iter().map(|(name, section)| Ok((name.clone(), build(section)?)));
        Ok(Runtime { default, named: named.collect::<Result<_>>()? })
    }
}

/// The cache of one table of the configuration. It touches no file and no server.
fn build(section: &CacheConfig) -> Result<Cache> {
    if cfg!(feature = "no-cache") {
        return Ok(Cache::none());
    }
    let options = &section.options;
    let store = store(section)?;
    let default = Settings::default();
    let settings = Settings {
        expires_in: options.ttl("expires_in")?.unwrap_or(default.expires_in),
        codec: options.find("codec")?.unwrap_or(default.codec),
        shared_lease: options.duration("shared_lease")?.unwrap_or(default.shared_lease),
        stall_timeout: options.duration("stall_timeout")?.unwrap_or(default.stall_timeout),
    };
    options.finish()?;
    Ok(Cache::with_settings(store, settings))
}

fn store(section: &CacheConfig) -> Result<Arc<dyn Store>> {
    let registered = registered();
    if let Some(build) = registered.get(&section.kind) {
        return build(&section.options);
    }
    match &*section.kind {
        "none" => Ok(Arc::new(NoCache)),
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Arc::new(crate::store::sqlite::SqliteStore::from_options(&section.options)?)),
        #[cfg(feature = "redis")]
        "redis" => Ok(Arc::new(crate::store::redis::RedisStore::from_options(&section.options)?)),
        _ => Err(section.unknown_kind(registered.keys().map(String::as_str).chain(BUILT_IN.iter().copied()))),
    }
}

/// A copy: a builder may open other caches, or register stores.
fn registered() -> BTreeMap<String, Builder> {
    REGISTERED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The stores of this library that are part of this build.
const BUILT_IN: &[&str] = &[
    #[cfg(feature = "sqlite")]
    "sqlite",
    #[cfg(feature = "redis")]
    "redis",
    "none",
];
