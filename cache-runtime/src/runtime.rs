//! The caches of the program: the default one and the named ones.

mod check;
mod config;
mod no_cache;
mod registry;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use once_cell::sync::OnceCell;

use self::check::Check;
use self::config::CacheSource;
pub use self::config::Config;
pub use self::registry::register;
use crate::config::suggestion;
use crate::handle::{Handle, current_scope};
use crate::observe::AnnotatedFunction;
use crate::observe::stats::Stats;
use crate::{AsyncCache, Cache, Error, ErrorKind, Result};

static RUNTIME: OnceCell<Runtime> = OnceCell::new();

thread_local! {
    /// Whether this thread is setting up the caches. What it runs meanwhile may use them: a registered store's builder, or a
    /// subscriber of the log.
    static IS_SETTING_UP: Cell<bool> = const { Cell::new(false) };
}

/// The default cache and the named ones.
struct Runtime {
    default: Cache,
    named: BTreeMap<String, Cache>,
}

/// Returns the program's default cache.
///
/// It is the one of the configuration, or inside a test's [scope](crate::testing::scope) the scope's.
///
/// If [`init`] was not called, the first use loads the configuration as [`Config::load`] does. If that is wrong, one
/// error is logged and nothing is cached; if there is none, one warning is logged and nothing is cached.
///
/// ```
/// assert_eq!(cache_runtime::cache().get_or_set("answer", || 42), 42);
/// ```
#[must_use]
pub fn cache() -> Cache {
    scope().unwrap_or_else(|| runtime().default.clone())
}

/// Returns the program's default cache, for async code.
///
/// It is the one of the configuration, or inside a test's [scope](crate::testing::scope_async) the scope's. It works on
/// the same store as [`cache`].
///
/// If [`init`] was not called, the first use loads the configuration as [`Config::load`] does. If that is wrong, one
/// error is logged and nothing is cached; if there is none, one warning is logged and nothing is cached.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(cache_runtime::async_cache().get_or_set("answer", || async { 42 }).await, 42);
/// # }
/// ```
#[must_use]
pub fn async_cache() -> AsyncCache {
    cache().to_async()
}

/// Returns a named cache of the configuration.
///
/// Inside a test's [scope](crate::testing::scope) every name returns the scope's cache. For async code, call
/// [`to_async`](Cache::to_async) on the result.
///
/// ```
/// use cache_runtime::{Cache, Config};
///
/// cache_runtime::init(Config::builder().named("sessions", Cache::memory()))?;
/// let sessions = cache_runtime::named("sessions")?;
/// assert!(cache_runtime::named("sesions").is_err());
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Config`] if the configuration has no cache of this name. The message suggests the nearest name.
pub fn named(name: &str) -> Result<Cache> {
    if let Some(cache) = scope() {
        return Ok(cache);
    }
    if no_cache::is_enabled() {
        return Ok(Cache::none());
    }
    let named = &runtime().named;
    named.get(name).cloned().ok_or_else(|| {
        let message = format!("the configuration has no cache named `{name}`");
        Error::new(ErrorKind::Config, message + &suggestion(name, named.keys().map(String::as_str)))
    })
}

/// Sets up the program's caches, at the start of `main`.
///
/// It takes a [`Config`] from a file, from an address or from code. Nothing is created or connected before the first
/// use, unless the option `check` or [`Config::checked`] says so. After an error it may be called again.
///
/// ```
/// use cache_runtime::{Cache, Config};
///
/// cache_runtime::init(Config::builder().default(Cache::memory()))?;
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Config`] if an option is wrong, with its file, line, table and key, or if the caches are set up already,
/// by an earlier call or by a first use. The store's error, such as a rejected password, if a cache is checked.
pub fn init(config: Config) -> Result<()> {
    let mut is_first = false;
    if !IS_SETTING_UP.get() {
        RUNTIME.get_or_try_init(|| {
            is_first = true;
            setting_up(|| -> Result<Runtime> {
                let (runtime, checks) = Runtime::new(config)?;
                checks.iter().try_for_each(Check::run)?;
                Ok(runtime)
            })
        })?;
    }
    if is_first {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Config, "the caches are set up already; call `init` once, before the first use"))
}

/// Returns the statistics of the program: those of the default cache and of all named ones.
///
/// Inside a test's [scope](crate::testing::scope) they are those of the scope's cache. They begin with the program, and
/// other processes on the same store have their own.
///
/// ```
/// use cache_runtime::{Cache, cached, testing};
///
/// #[cached(key = "square:{n}")]
/// fn square(n: u64) -> u64 {
///     n * n
/// }
///
/// let _scope = testing::scope(Cache::memory());
/// (0..3).for_each(|_| assert_eq!(square(7), 49));
/// let stats = cache_runtime::stats();
/// assert_eq!((stats.total().calls, stats.total().hits()), (3, 2));
/// println!("{stats}");
/// ```
#[must_use]
pub fn stats() -> Stats {
    if let Some(cache) = scope() {
        return cache.stats();
    }
    let runtime = runtime();
    runtime.named.values().fold(runtime.default.stats(), |stats, cache| stats.merge(cache.stats()))
}

/// The cache of the test's scope.
fn scope() -> Option<Cache> {
    current_scope().map(|handle| Cache { handle })
}

/// Logs that an annotated function names a cache which does not exist: once for each function, whose calls do not fail.
pub(crate) fn report_unknown(function: AnnotatedFunction, error: &Error) {
    static REPORTED: Mutex<BTreeSet<(&str, u32)>> = Mutex::new(BTreeSet::new());
    let place = (function.place.file(), function.place.line());
    // The lock is free again while the log is written: its subscriber may call annotated functions.
    let is_new = REPORTED.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
    if is_new {
        tracing::error!("cache: the function {function} is not cached: {error}");
    }
}

/// The cache that an attribute chooses.
pub(crate) fn chosen(name: Option<&str>) -> Result<Cache> {
    name.map_or_else(|| Ok(cache()), named)
}

/// Looks into the cache that an attribute chooses, without a clone of it; `None` if there is no such cache.
#[inline]
pub(crate) fn with_chosen<R>(name: Option<&str>, look: impl FnOnce(&Handle) -> R) -> Option<R> {
    if let Some(handle) = current_scope() {
        return Some(look(&handle));
    }
    let runtime = runtime();
    let cache = name.map_or(Some(&runtime.default), |name| runtime.named.get(name))?;
    Some(look(&cache.handle))
}

/// The caches; none while this thread is setting them up, since to wait for them would be for ever.
#[inline]
fn runtime() -> &'static Runtime {
    if let Some(runtime) = RUNTIME.get() {
        return runtime;
    }
    set_up_runtime()
}

#[cold]
fn set_up_runtime() -> &'static Runtime {
    static NONE: LazyLock<Runtime> = LazyLock::new(Runtime::none);
    if IS_SETTING_UP.get() {
        return &NONE;
    }
    RUNTIME.get_or_init(|| {
        setting_up(|| {
            let (runtime, checks) = Runtime::load().unwrap_or_else(|error| {
                tracing::error!("cache: {error}; nothing is cached");
                (Runtime::none(), Vec::new())
            });
            // The store may answer later.
            for error in checks.iter().filter_map(|check| check.run().err()) {
                tracing::error!("cache: {error}; the program continues without this cache until it answers");
            }
            runtime
        })
    })
}

/// Runs something that sets up the caches, during which this thread uses none.
fn setting_up<T>(set_up: impl FnOnce() -> T) -> T {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            IS_SETTING_UP.set(false);
        }
    }
    IS_SETTING_UP.set(true);
    let _reset = Reset;
    set_up()
}

impl Runtime {
    fn none() -> Self {
        Runtime { default: Cache::none(), named: BTreeMap::new() }
    }

    fn load() -> Result<(Self, Vec<Check>)> {
        if no_cache::is_enabled() {
            return Ok((Self::none(), Vec::new()));
        }
        Self::new(Config::load()?)
    }

    /// The caches of a configuration, and which of them are to be checked.
    fn new(config: Config) -> Result<(Self, Vec<Check>)> {
        if let Some(warning) = config.source.warning(config.default.is_some())
            && !no_cache::is_enabled()
        {
            tracing::warn!("cache: {warning}");
        }
        let (mut checks, check_all) = (Vec::new(), config.check_all);
        let mut open = |name: Option<&str>, source: CacheSource| -> Result<Cache> {
            let (cache, is_checked) = source.open()?;
            if check_all || is_checked {
                checks.push(Check::new(name, &cache));
            }
            Ok(cache)
        };
        let default = config.default.map_or_else(|| Ok(Cache::none()), |source| open(None, source))?;
        let named = config.named.into_iter().map(|(name, source)| {
            let cache = open(Some(&name), source)?;
            Ok((name, cache))
        });
        let named = named.collect::<Result<_>>()?;
        Ok((Runtime { default, named }, checks))
    }
}

impl CacheSource {
    /// The cache, and whether its options say that it is checked.
    fn open(self) -> Result<(Cache, bool)> {
        match self {
            CacheSource::Options(options) => registry::open(&options),
            CacheSource::Cache(_) if no_cache::is_enabled() => Ok((Cache::none(), false)),
            CacheSource::Cache(cache) => Ok((cache, false)),
        }
    }
}
