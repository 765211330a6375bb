//! The cache that a behaviour is tested on, used by its blocking or its async API.

use std::any::Any;
use std::collections::HashMap;
use std::future::ready;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use cache_runtime::testing::{self, Chaos, Scope};
use cache_runtime::{AsyncCache, Cache, Expiry, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

use crate::{Executor, fixtures};

/// Which API of a cache is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `Cache`, which blocks the thread.
    Blocking,
    /// `AsyncCache`, on an executor.
    Async(Executor),
}

/// An empty cache to test, and a value that must outlive the test.
#[derive(Debug)]
pub struct Setup {
    cache: Cache,
    keep_alive: Rc<dyn Any>,
}

impl From<Cache> for Setup {
    fn from(cache: Cache) -> Self {
        (cache, ()).into()
    }
}

/// For example, with the folder of its file.
impl<T: Any> From<(Cache, T)> for Setup {
    fn from((cache, keep_alive): (Cache, T)) -> Self {
        Setup { cache, keep_alive: Rc::new(keep_alive) }
    }
}

/// A cache used by one API, so that each behaviour is written once and tested on both.
///
/// Its clock stands still; [`advance`](TestCache::advance) moves it. The other methods are those of
/// [`Cache`](cache_runtime::Cache).
#[derive(Debug)]
pub struct TestCache {
    api: Api,
    cache: Cache,
    scope: Rc<Scope>,
    keep_alive: Rc<dyn Any>,
}

/// Views and time.
impl TestCache {
    /// Makes a cache the one of a test scope on this thread.
    pub fn new(api: Api, given: impl Into<Setup>) -> Self {
        let Setup { cache, keep_alive } = given.into();
        let scope = Rc::new(testing::scope(cache.clone()));
        TestCache { api, cache, scope, keep_alive }
    }

    /// The cache itself.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The same cache with options.
    #[must_use]
    pub fn view(&self, options: impl FnOnce(&Cache) -> Cache) -> TestCache {
        self.with(self.api, options(&self.cache))
    }

    /// The same cache, used by the other API.
    #[must_use]
    pub fn other_api(&self) -> TestCache {
        let other = if self.api == Api::Blocking { Api::Async(Executor::Bare) } else { Api::Blocking };
        self.with(other, self.cache.clone())
    }

    fn with(&self, api: Api, cache: Cache) -> TestCache {
        TestCache { api, cache, scope: Rc::clone(&self.scope), keep_alive: Rc::clone(&self.keep_alive) }
    }

    /// Advances the cache's clock.
    pub fn advance(&self, by: Duration) {
        testing::advance(by);
    }

    /// Advances the cache's clock by some seconds.
    pub fn pass(&self, seconds: u64) {
        self.advance(Duration::from_secs(seconds));
    }

    /// Makes numbers some seconds older: like [`pass`](TestCache::pass), and if the store's server keeps time itself,
    /// waits for as long.
    pub fn age(&self, seconds: u64) {
        self.pass(seconds);
        if fixtures::server_keeps_time(&Chaos::over(&self.cache)) {
            fixtures::wait(seconds);
        }
    }

    /// Runs `work` on many threads at once, and returns the result of each.
    pub fn on_threads<T: Send>(&self, threads: usize, work: impl Fn(&TestCache, usize) -> T + Sync) -> Vec<T> {
        let (api, cache, work) = (self.api, &self.cache, &work);
        thread::scope(|scope| {
            let one = |number| scope.spawn(move || work(&TestCache::new(api, cache.clone()), number));
            let started: Vec<_> = (0..threads).map(one).collect();
            started.into_iter().map(|thread| thread.join().expect("a thread of the test panicked")).collect()
        })
    }

    /// Uses the blocking API inside of a running runtime: a nested `block_on` would wait for this very thread.
    fn api(&self) -> Api {
        match self.api {
            Api::Async(_) if Handle::try_current().is_ok() => Api::Blocking,
            api => api,
        }
    }

    fn to_async(&self) -> AsyncCache {
        self.cache.to_async()
    }
}

/// Calls a method of the API in use.
macro_rules! by_api {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        match $self.api() {
            Api::Blocking => $self.cache.$method($($argument),*),
            Api::Async(executor) => executor.block_on($self.to_async().$method($($argument),*)),
        }
    };
}

/// The operations of `Cache`.
#[expect(missing_docs, clippy::missing_errors_doc, reason = "they are those of `Cache`")]
impl TestCache {
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        by_api!(self.get(key))
    }

    pub fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        by_api!(self.set(key, value))
    }

    pub fn delete(&self, key: &str) -> Result<bool> {
        by_api!(self.delete(key))
    }

    pub fn exists(&self, key: &str) -> Result<bool> {
        by_api!(self.exists(key))
    }

    pub fn expiry(&self, key: &str) -> Result<Option<Expiry>> {
        by_api!(self.expiry(key))
    }

    pub fn touch(&self, key: &str) -> Result<bool> {
        by_api!(self.touch(key))
    }

    pub fn increment(&self, key: &str, by: i64) -> Result<i64> {
        by_api!(self.increment(key, by))
    }

    pub fn decrement(&self, key: &str, by: i64) -> Result<i64> {
        by_api!(self.decrement(key, by))
    }

    pub fn get_or_set<T: Serialize + DeserializeOwned>(&self, key: &str, compute: impl FnOnce() -> T) -> T {
        match self.api() {
            Api::Blocking => self.cache.get_or_set(key, compute),
            Api::Async(executor) => executor.block_on(self.to_async().get_or_set(key, || async { compute() })),
        }
    }

    pub fn try_get_or_set<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.api() {
            Api::Blocking => self.cache.try_get_or_set(key, compute),
            Api::Async(executor) => executor.block_on(self.to_async().try_get_or_set(key, || async { compute() })),
        }
    }

    pub fn refresh<T: Serialize + DeserializeOwned>(&self, key: &str, compute: impl FnOnce() -> T) -> T {
        match self.api() {
            Api::Blocking => self.cache.refresh(key, compute),
            Api::Async(executor) => executor.block_on(self.to_async().refresh(key, || async { compute() })),
        }
    }

    pub fn try_refresh<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.api() {
            Api::Blocking => self.cache.try_refresh(key, compute),
            Api::Async(executor) => executor.block_on(self.to_async().try_refresh(key, || async { compute() })),
        }
    }

    pub fn read_multi<T: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<HashMap<String, T>> {
        by_api!(self.read_multi(keys))
    }

    pub fn write_multi<T: Serialize>(&self, pairs: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Result<()> {
        by_api!(self.write_multi(pairs))
    }

    pub fn get_or_set_multi<T: Serialize + DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
        compute: impl FnOnce(&[String]) -> HashMap<String, T>,
    ) -> HashMap<String, T> {
        match self.api() {
            Api::Blocking => self.cache.get_or_set_multi(keys, compute),
            Api::Async(executor) => {
                executor.block_on(self.to_async().get_or_set_multi(keys, |missing| ready(compute(&missing))))
            }
        }
    }

    pub fn delete_multi(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<u64> {
        by_api!(self.delete_multi(keys))
    }

    pub fn delete_tag(&self, tag: &str) -> Result<bool> {
        by_api!(self.delete_tag(tag))
    }

    pub fn clear(&self) -> Result<u64> {
        by_api!(self.clear())
    }

    pub fn delete_expired(&self) -> Result<u64> {
        by_api!(self.delete_expired())
    }

    pub fn ping(&self) -> Result<Duration> {
        by_api!(self.ping())
    }
}
