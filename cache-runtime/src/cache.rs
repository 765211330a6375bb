//! The cache as users hold it: typed, with options as views. [`Cache`] blocks, [`AsyncCache`] is awaited.
//!
//! The methods of both faces are written once, by `for_both_faces!`, so that one text documents both.

mod async_cache;
pub(crate) mod both_faces;
mod builder;
mod counter;
mod debug;

use std::sync::Arc;

pub use self::async_cache::AsyncCache;
pub use self::background::{AsyncBackground, Background};
pub(crate) use self::both_faces::for_both_faces;
pub use self::builder::CacheBuilder;
pub use self::counter::{AsyncCounter, Counter};
pub use self::fragment::{AsyncFragment, Fragment, FragmentLookup, FragmentsLookup, Rendering};
use crate::handle::{Handle, Settings};
use crate::mode::Blocking;
use crate::store::Store;
use crate::store::none::NoCache;

/// A cache: values under keys, each with a lifetime.
///
/// Clones and views share one store and one clock, and cost a few nanoseconds. In async code use [`AsyncCache`], which
/// works on the same store at the same time.
///
/// Options are views: each takes `&self` and returns a cache in which every operation has that option.
///
/// ```
/// use cache_runtime::Cache;
///
/// let cache = Cache::memory();
/// let total = cache.expires_in(300).race_ttl(10).get_or_set("stats:total", || (1..=10).sum::<u64>());
/// assert_eq!(total, 55);
/// assert_eq!(cache.get::<u64>("stats:total")?, Some(55));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Failure
///
/// Methods that compute a value (`get_or_set`, `try_get_or_set`, `refresh`, `get_or_set_multi`) return it whatever the
/// store does. The others (`get`, `set`, `increment` and so on) return the store's error, for the caller to decide.
#[derive(Clone)]
pub struct Cache {
    pub(crate) handle: Handle,
}

/// Where a cache comes from.
impl Cache {
    const MODE: Blocking = Blocking;

    /// Makes an empty cache in this process's memory.
    ///
    /// Its clones share it, and nobody else does. It is SQLite's `:memory:`. With the cargo feature `no-cache` it stays
    /// real, for the test that wants one.
    ///
    /// ```
    /// use cache_runtime::Cache;
    ///
    /// let cache = Cache::memory();
    /// cache.set("stats", &7)?;
    /// assert!(cache.clone().exists("stats")?);
    /// assert!(!Cache::memory().exists("stats")?);
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn memory() -> Self {
        Self::new(crate::store::sqlite::SqliteStore::memory())
    }

    /// Makes a cache that stores nothing: [`NoCache`].
    ///
    /// Calls that need one key at the same moment still share one computation, as with every store.
    ///
    /// ```
    /// let cache = cache_runtime::Cache::none();
    /// cache.set("stats", &7)?;
    /// assert!(!cache.exists("stats")?);
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self::new(NoCache)
    }

    /// Makes a cache over a store of your own.
    ///
    /// It has the default settings: entries live 2 days unless a view says otherwise. [`Cache::builder`] takes others.
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::new(NoCache); // or a store of your own
    /// ```
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self::builder(store).build()
    }

    /// Makes a cache over a store, with settings.
    ///
    /// It has every setting that a configuration file has for a cache.
    ///
    /// ```
    /// use cache_runtime::{Cache, Codec, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).expires_in("1h")?.codec(Codec::MessagePack).build();
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn builder(store: impl Store) -> CacheBuilder {
        CacheBuilder::new(store)
    }

    pub(crate) fn with_settings(store: Arc<dyn Store>, settings: Settings) -> Self {
        Cache { handle: Handle::new(store, settings) }
    }

    /// Returns the same cache for async code.
    ///
    /// ```
    /// let cache = cache_runtime::Cache::memory().to_async();
    /// ```
    #[must_use]
    pub fn to_async(&self) -> AsyncCache {
        AsyncCache { handle: self.handle.clone() }
    }
}

// In the order in which their documentation shows them: hence the blank lines, without which rustfmt sorts.
mod entries;

mod compute;

mod multi;

mod removal;

mod views;

mod background;

mod fragment;

mod health;
