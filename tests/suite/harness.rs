//! What a behaviour is tried on: one cache, seen through one of its two faces.

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

use crate::Executor;

use crate::fixtures;

/// Which of the two faces of a cache is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `Cache`, which blocks.
    Blocking,
    /// `AsyncCache`, which waits.
    Async(Executor),
}

/// An empty cache to try, and what it needs kept for as long as the test runs.
#[derive(Debug)]
pub struct Setup {
    cache: Cache,
    beside: Rc<dyn Any>,
}

impl From<Cache> for Setup {
    fn from(cache: Cache) -> Self {
        (cache, ()).into()
    }
}

/// With the folder that its file is in, for instance.
impl<T: Any> From<(Cache, T)> for Setup {
    fn from((cache, beside): (Cache, T)) -> Self {
        Setup { cache, beside: Rc::new(beside) }
    }
}

/// One cache through one face, so that each behaviour is written once and tried on both.
///
/// Its clock stands still; [`advance`](TestCache::advance) moves it. The methods are those of
/// [`Cache`](cache_runtime::Cache).
#[derive(Debug)]
pub struct TestCache {
    face: Api,
    cache: Cache,
    scope: Rc<Scope>,
    beside: Rc<dyn Any>,
}

/// Where it comes from, and time.
impl TestCache {
    /// Puts a cache in a scope of this thread.
    pub fn new(face: Api, given: impl Into<Setup>) -> Self {
        let Setup { cache, beside } = given.into();
        let scope = Rc::new(testing::scope(cache.clone()));
        TestCache { face, cache, scope, beside }
    }

    /// The cache itself, for what both faces have in common.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The same cache with options.
    #[must_use]
    pub fn view(&self, options: impl FnOnce(&Cache) -> Cache) -> TestCache {
        self.with(self.face, options(&self.cache))
    }

    /// The same cache through the other face.
    #[must_use]
    pub fn other_api(&self) -> TestCache {
        let other = if self.face == Api::Blocking { Api::Async(Executor::Smol) } else { Api::Blocking };
        self.with(other, self.cache.clone())
    }

    fn with(&self, face: Api, cache: Cache) -> TestCache {
        TestCache { face, cache, scope: Rc::clone(&self.scope), beside: Rc::clone(&self.beside) }
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        testing::advance(by);
    }

    /// Lets seconds pass.
    pub fn pass(&self, seconds: u64) {
        self.advance(Duration::from_secs(seconds));
    }

    /// Lets numbers grow so many seconds older: as [`pass`](TestCache::pass), and where the store's server keeps their time
    /// itself, really.
    pub fn age(&self, seconds: u64) {
        self.pass(seconds);
        if fixtures::is_the_servers(&Chaos::over(&self.cache)) {
            fixtures::wait(seconds);
        }
    }

    /// Does the same on many threads at once, and returns what each of them answered.
    pub fn on_threads<T: Send>(&self, threads: usize, work: impl Fn(&TestCache, usize) -> T + Sync) -> Vec<T> {
        let (face, cache, work) = (self.face, &self.cache, &work);
        thread::scope(|scope| {
            let one = |number| scope.spawn(move || work(&TestCache::new(face, cache.clone()), number));
            let started: Vec<_> = (0..threads).map(one).collect();
            started.into_iter().map(|thread| thread.join().expect("a thread of the test panicked")).collect()
        })
    }

    /// What is asked from inside of a body on a runtime's only thread blocks: to wait there for what the runtime itself
    /// has to do would be for ever.
    fn face(&self) -> Api {
        match self.face {
            Api::Async(_) if Handle::try_current().is_ok() => Api::Blocking,
            face => face,
        }
    }

    fn waiting(&self) -> AsyncCache {
        self.cache.to_async()
    }
}

/// Writes one method that asks the face in use.
macro_rules! either {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        match $self.face() {
            Api::Blocking => $self.cache.$method($($argument),*),
            Api::Async(executor) => executor.block_on($self.waiting().$method($($argument),*)),
        }
    };
}

/// The operations.
#[expect(missing_docs, clippy::missing_errors_doc, reason = "they are those of `Cache`")]
impl TestCache {
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        either!(self.get(key))
    }

    pub fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        either!(self.set(key, value))
    }

    pub fn delete(&self, key: &str) -> Result<bool> {
        either!(self.delete(key))
    }

    pub fn exists(&self, key: &str) -> Result<bool> {
        either!(self.exists(key))
    }

    pub fn expiry(&self, key: &str) -> Result<Option<Expiry>> {
        either!(self.expiry(key))
    }

    pub fn touch(&self, key: &str) -> Result<bool> {
        either!(self.touch(key))
    }

    pub fn increment(&self, key: &str, by: i64) -> Result<i64> {
        either!(self.increment(key, by))
    }

    pub fn decrement(&self, key: &str, by: i64) -> Result<i64> {
        either!(self.decrement(key, by))
    }

    pub fn get_or_set<T: Serialize + DeserializeOwned>(&self, key: &str, compute: impl FnOnce() -> T) -> T {
        match self.face() {
            Api::Blocking => self.cache.get_or_set(key, compute),
            Api::Async(executor) => executor.block_on(self.waiting().get_or_set(key, || async { compute() })),
        }
    }

    pub fn try_get_or_set<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.face() {
            Api::Blocking => self.cache.try_get_or_set(key, compute),
            Api::Async(executor) => executor.block_on(self.waiting().try_get_or_set(key, || async { compute() })),
        }
    }

    pub fn refresh<T: Serialize + DeserializeOwned>(&self, key: &str, compute: impl FnOnce() -> T) -> T {
        match self.face() {
            Api::Blocking => self.cache.refresh(key, compute),
            Api::Async(executor) => executor.block_on(self.waiting().refresh(key, || async { compute() })),
        }
    }

    pub fn try_refresh<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.face() {
            Api::Blocking => self.cache.try_refresh(key, compute),
            Api::Async(executor) => executor.block_on(self.waiting().try_refresh(key, || async { compute() })),
        }
    }

    pub fn read_multi<T: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<HashMap<String, T>> {
        either!(self.read_multi(keys))
    }

    pub fn write_multi<T: Serialize>(&self, pairs: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Result<()> {
        either!(self.write_multi(pairs))
    }

    pub fn get_or_set_multi<T: Serialize + DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
        compute: impl FnOnce(&[String]) -> HashMap<String, T>,
    ) -> HashMap<String, T> {
        match self.face() {
            Api::Blocking => self.cache.get_or_set_multi(keys, compute),
            Api::Async(executor) => {
                executor.block_on(self.waiting().get_or_set_multi(keys, |missing| ready(compute(&missing))))
            }
        }
    }

    pub fn delete_multi(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<u64> {
        either!(self.delete_multi(keys))
    }

    pub fn delete_tag(&self, tag: &str) -> Result<bool> {
        either!(self.delete_tag(tag))
    }

    pub fn clear(&self) -> Result<u64> {
        either!(self.clear())
    }

    pub fn delete_expired(&self) -> Result<u64> {
        either!(self.delete_expired())
    }
}
