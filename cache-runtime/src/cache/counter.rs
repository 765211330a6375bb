//! What a function under `#[counter]` returns: the counter that its arguments name.

use super::{AsyncCache, Cache, for_both_faces};
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
/// assert_eq!(page_views(42).decrement()?, 5);
/// assert_eq!(page_views(42).get()?, Some(5));
/// page_views(42).reset()?;
/// assert_eq!(page_views(42).get()?, None);
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
/// An `async fn` under [`#[counter]`](macro@crate::counter) returns it. Increments are atomic across threads, tasks and
/// processes. Its lifetime is fixed when it starts. Without a cache ([`NoCache`](crate::store::NoCache)) every answer is 0
/// and nothing is counted.
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
/// assert_eq!(page_views(42).decrement().await?, 5);
/// assert_eq!(page_views(42).get().await?, Some(5));
/// page_views(42).reset().await?;
/// assert_eq!(page_views(42).get().await?, None);
/// # Ok(())
/// # }
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
pub struct AsyncCounter {
    cache: AsyncCache,
    key: Result<String>,
}

impl Counter {
    pub(crate) fn new(cache: Cache, key: Result<String>) -> Self {
        Counter { cache, key }
    }
}

impl AsyncCounter {
    pub(crate) fn new(cache: AsyncCache, key: Result<String>) -> Self {
        AsyncCounter { cache, key }
    }
}

/// The counter's key, or why there is none.
fn name(key: &Result<String>) -> Result<&str> {
    key.as_deref().map_err(|error| Error::new(error.kind(), error.to_string()))
}

macro_rules! counter {
    ($face:ident, $mode:ident, $end:literal, [$($blocking:literal)?], [$($async:ident $asynchronous:literal)?]) => {
        #[expect(clippy::missing_errors_doc, reason = "the errors of all methods are listed at the type")]
        impl $face {
            /// Adds 1 to the counter, and returns the sum.
            ///
            /// A counter that has not started, or has expired, starts at 0.
            ///
            $(#[doc = $blocking]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// assert_eq!(page_views(42).increment()?, 1);
            /// assert_eq!(page_views(42).increment()?, 2);
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// async fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// assert_eq!(page_views(42).increment().await?, 1);
            /// assert_eq!(page_views(42).increment().await?, 2);
            #[doc = $end]
            )?
            pub $($async)? fn increment(&self) -> Result<i64> {
                run!($mode, self.increment_by(1))
            }

            /// Adds `by` to the counter, and returns the sum.
            ///
            /// A counter that has not started, or has expired, starts at 0.
            ///
            $(#[doc = $blocking]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// assert_eq!(page_views(42).increment_by(5)?, 5);
            /// assert_eq!(page_views(42).increment_by(2)?, 7);
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// async fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// assert_eq!(page_views(42).increment_by(5).await?, 5);
            /// assert_eq!(page_views(42).increment_by(2).await?, 7);
            #[doc = $end]
            )?
            pub $($async)? fn increment_by(&self, by: i64) -> Result<i64> {
                run!($mode, self.cache.increment(name(&self.key)?, by))
            }

            /// Subtracts 1 from the counter, and returns what is left.
            ///
            /// What is left may be below 0. A counter that has not started, or has expired, starts at 0.
            ///
            $(#[doc = $blocking]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// page_views(42).increment_by(5)?;
            /// assert_eq!(page_views(42).decrement()?, 4);
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// async fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// page_views(42).increment_by(5).await?;
            /// assert_eq!(page_views(42).decrement().await?, 4);
            #[doc = $end]
            )?
            pub $($async)? fn decrement(&self) -> Result<i64> {
                run!($mode, self.decrement_by(1))
            }

            /// Subtracts `by` from the counter, and returns what is left.
            ///
            /// What is left may be below 0. A counter that has not started, or has expired, starts at 0.
            ///
            $(#[doc = $blocking]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// page_views(42).increment_by(5)?;
            /// assert_eq!(page_views(42).decrement_by(7)?, -2);
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// async fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// page_views(42).increment_by(5).await?;
            /// assert_eq!(page_views(42).decrement_by(7).await?, -2);
            #[doc = $end]
            )?
            pub $($async)? fn decrement_by(&self, by: i64) -> Result<i64> {
                run!($mode, self.cache.decrement(name(&self.key)?, by))
            }

            /// Returns the count, if the counter has started.
            ///
            /// `None` means that it was never incremented, or that it has expired.
            ///
            $(#[doc = $blocking]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// assert_eq!(page_views(42).get()?, None);
            /// page_views(42).increment()?;
            /// assert_eq!(page_views(42).get()?, Some(1));
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// async fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// assert_eq!(page_views(42).get().await?, None);
            /// page_views(42).increment().await?;
            /// assert_eq!(page_views(42).get().await?, Some(1));
            #[doc = $end]
            )?
            pub $($async)? fn get(&self) -> Result<Option<i64>> {
                run!($mode, self.cache.get(name(&self.key)?))
            }

            /// Deletes the counter, so that it starts at 0 again.
            ///
            /// Returns whether it had started. The next increment starts a new lifetime.
            ///
            $(#[doc = $blocking]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// page_views(42).increment_by(5)?;
            /// assert!(page_views(42).reset()?);
            /// assert_eq!(page_views(42).increment()?, 1);
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use cache_runtime::{counter, testing};
            ///
            /// #[counter(key = "page:views:{page_id}")]
            /// async fn page_views(page_id: u64);
            ///
            /// # let _scope = testing::scope(Cache::memory());
            /// page_views(42).increment_by(5).await?;
            /// assert!(page_views(42).reset().await?);
            /// assert_eq!(page_views(42).increment().await?, 1);
            #[doc = $end]
            )?
            pub $($async)? fn reset(&self) -> Result<bool> {
                run!($mode, self.cache.delete(name(&self.key)?))
            }
        }
    };
}

/// Runs a method of the cache or of this type, which a blocking one has done when it returns.
macro_rules! run {
    (Blocking, $method:expr) => {
        $method
    };
    (Async, $method:expr) => {
        $method.await
    };
}
for_both_faces!(counter: Counter Blocking, AsyncCounter Async);
