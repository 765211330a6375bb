//! What a function under `#[counter]` returns: the counter that its arguments name.

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::mode::{Async, Blocking};
use crate::{Error, Result};

/// One counter, whose increments are atomic across threads and processes.
///
/// A function under [`#[counter]`](macro@crate::counter) returns it. Its lifetime is fixed when it starts. Without a cache
/// ([`NoCache`](crate::store::NoCache)) every answer is 0 and nothing is counted.
///
/// ```
/// use cache_runtime::{Cache, counter, testing};
///
/// #[counter(key = "page:views:{page_id}", expires_in = 3600)]
/// fn page_views(page_id: u64);
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(page_views(42).increment()?, 1);
/// assert_eq!(page_views(42).increment_by(5)?, 6);
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Errors of every method
///
/// - [`ErrorKind::NotANumber`](crate::ErrorKind::NotANumber) and [`ErrorKind::Overflow`](crate::ErrorKind::Overflow),
///   which change nothing
/// - [`ErrorKind::Key`](crate::ErrorKind::Key) if the arguments make no key
/// - [`ErrorKind::Config`](crate::ErrorKind::Config) if the configuration has no cache of the name in `cache = "…"`
/// - otherwise the store's error
#[derive(Debug)]
#[must_use = "a counter does nothing until it is incremented or read"]
pub struct Counter {
    cache: Cache,
    key: Result<String>,
}

/// One counter for async code, whose increments are atomic.
///
/// An `async fn` under [`#[counter]`](macro@crate::counter) returns it. It has the methods of [`Counter`], `async`, with the
/// same errors.
///
/// ```
/// use cache_runtime::{Cache, counter, testing};
///
/// #[counter(key = "page:views:{page_id}", expires_in = 3600)]
/// async fn page_views(page_id: u64);
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cache_runtime::Result<()> {
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(page_views(42).increment().await?, 1);
/// assert_eq!(page_views(42).increment_by(5).await?, 6);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a counter does nothing until it is incremented or read"]
pub struct AsyncCounter {
    cache: AsyncCache,
    key: Result<String>,
}

impl Counter {
    const MODE: Blocking = Blocking;

    pub(crate) fn new(cache: Cache, key: Result<String>) -> Self {
        Counter { cache, key }
    }
}

impl AsyncCounter {
    const MODE: Async = Async;

    pub(crate) fn new(cache: AsyncCache, key: Result<String>) -> Self {
        AsyncCounter { cache, key }
    }
}

/// The counter's key, or why there is none.
fn name(key: &Result<String>) -> Result<&str> {
    key.as_deref().map_err(|error| Error::new(error.kind(), error.to_string()))
}

for_both_faces! {
    #[expect(clippy::missing_errors_doc, reason = "the errors of all methods are listed at the type")]
    impl Counter and AsyncCounter;

    /// Adds 1 to the counter, and returns the sum.
    ///
    /// A counter that has not started, or has expired, starts at 0.
    example:
    /// assert_eq!(page_views(42).increment().await?, 1);
    /// assert_eq!(page_views(42).increment().await?, 2);
    pub async fn increment(&self) -> Result<i64> {
        self.cache.handle.increment(&Self::MODE, name(&self.key)?, 1)
    }

    /// Adds `by` to the counter, and returns the sum.
    ///
    /// A counter that has not started, or has expired, starts at 0.
    example:
    /// assert_eq!(page_views(42).increment_by(5).await?, 5);
    /// assert_eq!(page_views(42).increment_by(2).await?, 7);
    pub async fn increment_by(&self, by: i64) -> Result<i64> {
        self.cache.handle.increment(&Self::MODE, name(&self.key)?, by)
    }

    /// Subtracts 1 from the counter, and returns what is left.
    ///
    /// What is left may be below 0. A counter that has not started, or has expired, starts at 0.
    example:
    /// page_views(42).increment_by(5).await?;
    /// assert_eq!(page_views(42).decrement().await?, 4);
    pub async fn decrement(&self) -> Result<i64> {
        self.cache.handle.decrement(&Self::MODE, name(&self.key)?, 1)
    }

    /// Subtracts `by` from the counter, and returns what is left.
    ///
    /// What is left may be below 0. A counter that has not started, or has expired, starts at 0.
    example:
    /// page_views(42).increment_by(5).await?;
    /// assert_eq!(page_views(42).decrement_by(7).await?, -2);
    pub async fn decrement_by(&self, by: i64) -> Result<i64> {
        self.cache.handle.decrement(&Self::MODE, name(&self.key)?, by)
    }

    /// Returns the count, if the counter has started.
    ///
    /// `None` means that it was never incremented, or that it has expired.
    example:
    /// assert_eq!(page_views(42).get().await?, None);
    /// page_views(42).increment().await?;
    /// assert_eq!(page_views(42).get().await?, Some(1));
    pub async fn get(&self) -> Result<Option<i64>> {
        self.cache.handle.get(&Self::MODE, name(&self.key)?)
    }

    /// Deletes the counter, so that it starts at 0 again.
    ///
    /// Returns whether it had started. The next increment starts a new lifetime.
    example:
    /// page_views(42).increment_by(5).await?;
    /// assert!(page_views(42).reset().await?);
    /// assert_eq!(page_views(42).increment().await?, 1);
    pub async fn reset(&self) -> Result<bool> {
        self.cache.handle.delete(&Self::MODE, name(&self.key)?)
    }
}
