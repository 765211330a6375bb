//! The cache as users hold it: typed, with options as views. [`Cache`] blocks, [`AsyncCache`] waits.

mod async_cache;
mod background;
mod builder;
mod counter;

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::async_cache::AsyncCache;
pub use self::background::{AsyncBackground, Background};
pub use self::builder::CacheBuilder;
pub use self::counter::{AsyncCounter, Counter};
use crate::call::{Fallback, OutcomeProbe, call, get_or_set_multi, refresh};
use crate::handle::{Handle, Settings, deduplicated};
use crate::mode::Blocking;
use crate::observe::Event;
use crate::poll_once::poll_once;
use crate::store::Store;
use crate::store::none::NoCache;
use crate::time::Jitter;
use crate::{Expiry, Result, Ttl, key};

/// A cache: values under keys, each for a time.
///
/// Clones and views share one store and one clock and cost a few nanoseconds. In async code take [`AsyncCache`],
/// which works on the same store at the same time.
///
/// Options are views: each takes `&self` and returns a cache that does every operation so.
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
/// What computes a value (`get_or_set`, `try_get_or_set`, `get_or_set_multi`) answers whatever the store does. What is
/// asked by hand (`get`, `set`, `increment` and so on) returns the store's error, for the caller to decide.
#[derive(Clone)]
pub struct Cache {
    pub(crate) handle: Handle,
}

/// Where a cache comes from.
impl Cache {
    /// A cache in this process's memory, shared by its clones and by nobody else.
    ///
    /// It is SQLite's `:memory:`, and stays real under the cargo feature `no-cache`, for the test that wants one.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn memory() -> Self {
        Self::new(crate::store::sqlite::SqliteStore::memory())
    }

    /// A cache that keeps nothing: see [`NoCache`].
    #[must_use]
    pub fn none() -> Self {
        Self::new(NoCache)
    }

    /// A cache over a store of one's own. Entries live two days unless a view says otherwise.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self::with_settings(Arc::new(store), Settings::default())
    }

    /// Makes a cache over a store, with settings.
    ///
    /// It has every setting that a configuration file has for a cache.
    ///
    /// ```
    /// use cache_runtime::store::NoCache;
    /// use cache_runtime::{Cache, Codec};
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

    /// The same cache for async code.
    #[must_use]
    pub fn to_async(&self) -> AsyncCache {
        AsyncCache { handle: self.handle.clone() }
    }
}

/// The options, written once for both faces.
macro_rules! options {
    ($face:ident, $background:ident) => {
        /// Options: each is a view of the same cache.
        impl $face {
            /// What is written lives so long: seconds, a `Duration`, or [`Ttl::Never`].
            ///
            /// Zero stores nothing and forgets what was there. A counter keeps the lifetime that it started with.
            #[must_use]
            pub fn expires_in(&self, ttl: impl Into<Ttl>) -> Self {
                let mut view = self.clone();
                view.handle.view.expires_in = Some(ttl.into());
                view
            }

            /// For so long after expiry one caller computes anew and the others get the old value at once.
            ///
            /// It holds for what computes a value; `get` never returns what has expired. [`Ttl::Never`] keeps the old value
            /// for ever. If the computation gives an `Err`, the others go on with the old value for the window or 30 seconds,
            /// whichever is shorter, and never after the window.
            #[must_use]
            pub fn race_ttl(&self, window: impl Into<Ttl>) -> Self {
                let mut view = self.clone();
                view.handle.view.race_ttl = window_of(window.into());
                view
            }

            /// For so long after expiry the old value stands in for an `Err` of the computation.
            #[must_use]
            pub fn stale_if_error(&self, window: impl Into<Ttl>) -> Self {
                let mut view = self.clone();
                view.handle.view.stale_if_error = window_of(window.into());
                view
            }

            /// On a cold key one caller among all processes computes, and the others wait for its value.
            ///
            /// In one process that is so without it. A process that dies keeps the others waiting for 30 seconds at most.
            /// It holds for `get_or_set` and `try_get_or_set`, on stores that keep claims, as SQLite does.
            #[must_use]
            pub fn shared(&self) -> Self {
                let mut view = self.clone();
                view.handle.view.shared = true;
                view
            }

            /// Each value lives up to so much longer or shorter: `0.1` is 10 %.
            ///
            /// What was stored together then does not expire together. Only the moment of expiry moves: windows stay as long
            /// as they are, counters keep their exact time, and what is written in one operation (`write_multi`) stays
            /// together. By how much follows from the key and the time, so that a test with a clock of its own sees the same
            /// each time. Below 0 is 0, and above 1 is 1.
            ///
            /// ```
            /// use cache_runtime::Cache;
            ///
            /// let cache = Cache::memory().expires_in(3600).jitter(0.1); // from 54 to 66 minutes
            /// # cache.set("stats", &1)?;
            /// # Ok::<(), cache_runtime::Error>(())
            /// ```
            #[must_use]
            pub fn jitter(&self, share: f64) -> Self {
                let mut view = self.clone();
                view.handle.view.jitter = Jitter::new(share);
                view
            }

            /// What is written carries these tags too, and [`delete_tag`](Self::delete_tag) forgets all that carries one.
            ///
            /// A tag belongs to the namespace of its view. Reading asks for the tags of what it finds, in one more look at
            /// the store. A counter carries none: incrementing by such a view is an error. A whole number that carries tags
            /// is read as others are, and is no counter.
            ///
            /// ```
            /// use cache_runtime::Cache;
            ///
            /// let cache = Cache::memory();
            /// cache.tags(["user:42"]).set("card:7", "of user 42")?;
            /// cache.delete_tag("user:42")?;
            /// assert_eq!(cache.get::<String>("card:7")?, None);
            /// # Ok::<(), cache_runtime::Error>(())
            /// ```
            #[must_use]
            pub fn tags(&self, tags: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
                let mut view = self.clone();
                view.handle.view.add_tags(tags.into_iter().map(|tag| tag.as_ref().to_owned()));
                view
            }

            /// Keys of their own, inside of this cache's: they meet no key of the root or of another namespace, whatever
            /// characters are in either.
            ///
            /// Namespaces nest; clearing one clears those inside it, and clearing the root clears all.
            #[must_use]
            pub fn namespace(&self, name: &str) -> Self {
                let mut view = self.clone();
                view.handle.view.namespace = key::namespace(&self.handle.view.namespace, name).into();
                view
            }

            /// In the window nobody waits: everybody gets the old value at once, while it is computed elsewhere.
            ///
            /// The window is that of [`race_ttl`](Self::race_ttl); without one, or without an old value, it changes nothing. What is
            /// computed outlives the call, so here a closure must be `Send + 'static`. Name the other options before it.
            ///
            /// ```
            /// use cache_runtime::Cache;
            ///
            /// let rates = Cache::memory().expires_in(300).race_ttl(3600).background();
            /// assert_eq!(rates.get_or_set("rate:EUR", || 108), 108); // there is no old value yet
            /// ```
            #[must_use]
            pub fn background(&self) -> $background {
                $background { handle: self.handle.clone() }
            }
        }

        $crate::cache::shows!($face);
        $crate::cache::shows!($background);
    };
}

/// `Debug` for what holds a handle.
macro_rules! shows {
    ($face:ident) => {
        impl fmt::Debug for $face {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let store = self.handle.core.store.store().name();
                let mut shown = f.debug_struct(stringify!($face));
                shown.field("store", &store);
                match &*self.handle.view.namespace {
                    "" => shown.finish(),
                    namespace => shown.field("namespace", &namespace).finish(),
                }
            }
        }
    };
}
pub(crate) use options;
pub(crate) use shows;
options!(Cache, Background);

pub(crate) fn window_of(ttl: Ttl) -> Duration {
    match ttl {
        Ttl::After(duration) => duration,
        Ttl::Never => Duration::MAX,
    }
}

/// Operations on one key.
impl Cache {
    /// Reads a value; `None` if there is none, it has expired, or it is not a `T`.
    ///
    /// Whole numbers and counters are one thing: `get::<i64>` reads a counter, and any integer type that the number fits.
    ///
    /// # Errors
    ///
    /// [`Key`](crate::ErrorKind::Key) for an empty key; else the store's.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        poll_once(self.handle.get(&Blocking, key))
    }

    /// Keeps a value, in the place of what was there.
    ///
    /// It is read as the type that it was written as, or the owned form of that: `str` as `String`, a slice as `Vec`. An
    /// array `[T; N]` is another type than `Vec<T>` here, as it is to serde.
    ///
    /// # Errors
    ///
    /// [`Value`](crate::ErrorKind::Value) if serde cannot write it, [`Key`](crate::ErrorKind::Key) for an empty key; else
    /// the store's.
    pub fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        poll_once(self.handle.set(&Blocking, key, value))
    }

    /// Forgets a key, and tells whether there was a value.
    ///
    /// # Errors
    ///
    /// [`Key`](crate::ErrorKind::Key) for an empty key; else the store's.
    pub fn delete(&self, key: &str) -> Result<bool> {
        poll_once(self.handle.delete(&Blocking, key))
    }

    /// Whether there is a value, of whatever type.
    ///
    /// # Errors
    ///
    /// [`Key`](crate::ErrorKind::Key) for an empty key; else the store's.
    pub fn exists(&self, key: &str) -> Result<bool> {
        poll_once(self.handle.exists(&Blocking, key))
    }

    /// When the value goes; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`Key`](crate::ErrorKind::Key) for an empty key; else the store's.
    pub fn expiry(&self, key: &str) -> Result<Option<Expiry>> {
        poll_once(self.handle.expiry(&Blocking, key))
    }

    /// Gives the value a new lease of life and leaves it as it is; `false` if there is none.
    ///
    /// # Errors
    ///
    /// [`Key`](crate::ErrorKind::Key) for an empty key; else the store's.
    pub fn touch(&self, key: &str) -> Result<bool> {
        poll_once(self.handle.touch(&Blocking, key))
    }

    /// Returns the value, or computes and keeps it.
    ///
    /// The store's failure is never the caller's: then the value is computed. Where `T` is a `Result`, an `Err` is
    /// returned and not kept; [`try_get_or_set`](Cache::try_get_or_set) does the same for errors that serde cannot write.
    pub fn get_or_set<T>(&self, key: &str, compute: impl FnOnce() -> T) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        let body = pin!(Some(async { compute() }));
        poll_once(call(&Blocking, &self.handle, Ok(key), Fallback::cache_outcome(&OutcomeProbe::<T>::new()), body))
    }

    /// Returns the value, or computes it and keeps it if that gave `Ok`.
    ///
    /// # Errors
    ///
    /// The closure's own, and no other: the store's failure is never the caller's.
    pub fn try_get_or_set<T, E>(&self, key: &str, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
    {
        let body = pin!(Some(async { compute() }));
        poll_once(call(&Blocking, &self.handle, Ok(key), OutcomeProbe::<Result<T, E>>::new().cache_outcome(), body))
    }

    /// Computes anew, whatever is kept, and keeps the result in its place.
    ///
    /// It waits for nobody who computes the key already, since that may have begun before the change that you want to
    /// see; who asks for the key meanwhile waits for this one. The later of two computations stays, and what changes the key
    /// in the middle (`set`, `delete`, `clear`) wins over both. Where `T` is a `Result`, an `Err` is returned and what is
    /// kept stays as it is, as with [`try_refresh`](Cache::try_refresh).
    ///
    /// The store's failure is never the caller's: the result is returned in any case.
    ///
    /// ```
    /// use cache_runtime::Cache;
    ///
    /// let cache = Cache::memory();
    /// assert_eq!(cache.get_or_set("stock:7", || 12), 12);
    /// assert_eq!(cache.refresh("stock:7", || 11), 11); // after a sale
    /// assert_eq!(cache.get::<u32>("stock:7")?, Some(11));
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn refresh<T>(&self, key: &str, compute: impl FnOnce() -> T) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        let body = pin!(Some(async { compute() }));
        poll_once(refresh(&Blocking, &self.handle, Ok(key), Fallback::cache_outcome(&OutcomeProbe::<T>::new()), body))
    }

    /// Computes anew, whatever is kept, and keeps the result in its place if that is `Ok`: see [`refresh`](Cache::refresh).
    ///
    /// # Errors
    ///
    /// The closure's own, and no other: the store's failure is never the caller's. What is kept stays as it is.
    pub fn try_refresh<T, E>(&self, key: &str, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
    {
        let body = pin!(Some(async { compute() }));
        poll_once(refresh(&Blocking, &self.handle, Ok(key), OutcomeProbe::<Result<T, E>>::new().cache_outcome(), body))
    }

    /// Adds to a counter in one step, and returns the sum. Absent counts as 0.
    ///
    /// # Errors
    ///
    /// [`NotANumber`](crate::ErrorKind::NotANumber) or [`Overflow`](crate::ErrorKind::Overflow), which change nothing;
    /// [`Key`](crate::ErrorKind::Key) for an empty key; else the store's.
    pub fn increment(&self, key: &str, by: i64) -> Result<i64> {
        poll_once(self.handle.increment(&Blocking, key, by))
    }

    /// Takes from a counter in one step, and returns what is left, which may be below 0.
    ///
    /// # Errors
    ///
    /// As [`increment`](Cache::increment).
    pub fn decrement(&self, key: &str, by: i64) -> Result<i64> {
        poll_once(self.handle.decrement(&Blocking, key, by))
    }
}

/// Operations on many keys: one step of the store each, however many.
impl Cache {
    /// Reads many values; what is absent, expired or not a `T` is not in the map.
    ///
    /// # Errors
    ///
    /// As [`get`](Cache::get).
    pub fn read_multi<T: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<HashMap<String, T>> {
        poll_once(self.handle.read_multi(&Blocking, keys))
    }

    /// Keeps many values. Where a key stands twice, the later value stays.
    ///
    /// # Errors
    ///
    /// As [`set`](Cache::set); then none is kept, if the store has transactions.
    pub fn write_multi<T: Serialize>(&self, pairs: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Result<()> {
        poll_once(self.handle.write_multi(&Blocking, pairs))
    }

    /// Reads many values and computes the missing ones in one go.
    ///
    /// `compute` is given the missing keys, each once and in the order asked, and is not called if there are none. What it
    /// returns unasked is ignored, and a key that it leaves out is not in the answer.
    pub fn get_or_set_multi<T>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
        compute: impl FnOnce(&[String]) -> HashMap<String, T>,
    ) -> HashMap<String, T>
    where
        T: Serialize + DeserializeOwned,
    {
        poll_once(get_or_set_multi(&Blocking, &self.handle, deduplicated(keys), |missing| ready(compute(&missing))))
    }

    /// Forgets many keys, and returns how many of them were there.
    ///
    /// # Errors
    ///
    /// As [`delete`](Cache::delete).
    pub fn delete_multi(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<u64> {
        poll_once(self.handle.delete_multi(&Blocking, keys))
    }

    /// Forgets everything that carries a tag, and tells whether anything was written under it.
    ///
    /// What is written under the tag afterwards stays; what is computed at this moment counts as written before. It costs
    /// the same however many entries there are.
    ///
    /// # Errors
    ///
    /// [`Key`](crate::ErrorKind::Key) for an empty tag; else the store's.
    pub fn delete_tag(&self, tag: &str) -> Result<bool> {
        poll_once(self.handle.delete_tag(&Blocking, tag))
    }

    /// Forgets everything in this namespace and in those inside it, and returns how many went.
    ///
    /// # Errors
    ///
    /// The store's.
    pub fn clear(&self) -> Result<u64> {
        poll_once(self.handle.clear(&Blocking))
    }

    /// Removes what has expired and what no window keeps, in all namespaces, and returns how many went.
    ///
    /// Expired entries also go by and by without it. Stores that expire by themselves answer 0.
    ///
    /// # Errors
    ///
    /// The store's.
    pub fn delete_expired(&self) -> Result<u64> {
        poll_once(self.handle.delete_expired(&Blocking))
    }
}

/// Observers.
impl Cache {
    /// Calls `observer` at each [`Event`] of this cache, of all its clones and views.
    ///
    /// It is called on the thread where the event happens, often in the middle of somebody's call: count, and do no more.
    /// A panic of an observer fails nobody, and what it does with a cache itself causes no events. Several observers are
    /// called in turn; they live as long as the cache.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use cache_runtime::{Cache, Event, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// let cache = Cache::new(chaos.clone());
    /// let failures = Arc::new(AtomicU64::new(0));
    /// let counter = Arc::clone(&failures);
    /// cache.observe(move |event| {
    ///     if let Event::StoreFailed { .. } = event {
    ///         counter.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    ///
    /// chaos.fail(true);
    /// assert_eq!(cache.get_or_set("answer", || 42), 42);
    /// assert!(failures.load(Ordering::Relaxed) >= 2); // the lookup, and storing the value
    /// ```
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.handle.core.store.observers().add(observer);
    }
}
