//! What a function under `#[counter]` returns: a counter that its arguments name.

use crate::{AsyncCache, Cache, Error, Result};

/// Where a counter's key comes from, or why there is none.
type Key = Result<String>;

fn name(key: &Key) -> Result<&str> {
    key.as_deref().map_err(|error| Error::new(error.kind(), error.to_string()))
}

/// One counter: increments and decrements that nobody can come between.
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
/// Without a cache (NoCache) every answer is 0 and nothing is counted.
///
/// # Errors
///
/// Of every method: [`NotANumber`](crate::ErrorKind::NotANumber) and [`Overflow`](crate::ErrorKind::Overflow), which
/// change nothing; [`Key`](crate::ErrorKind::Key) if the arguments make no key; [`Config`](crate::ErrorKind::Config) if
/// the configuration has no cache of the name that `cache = "…"` gives; else the store's.
#[derive(Debug)]
#[must_use = "a counter does nothing until it is incremented or read"]
pub struct Counter {
    cache: Cache,
    key: Key,
}

/// One counter, for async code: the methods of [`Counter`], `async`.
#[derive(Debug)]
#[must_use = "a counter does nothing until it is incremented or read"]
pub struct AsyncCounter {
    cache: AsyncCache,
    key: Key,
}

impl Counter {
    pub(crate) fn new(cache: Cache, key: Key) -> Self {
        Counter { cache, key }
    }
}

impl AsyncCounter {
    pub(crate) fn new(cache: AsyncCache, key: Key) -> Self {
        AsyncCounter { cache, key }
    }
}

/// The methods, written once for both faces.
macro_rules! methods {
    ($face:ident $($async:ident $await:ident)?) => {
        #[expect(clippy::missing_errors_doc, reason = "the errors of all methods stand at the type")]
        impl $face {
            /// Adds 1, and returns the sum.
            pub $($async)? fn increment(&self) -> Result<i64> {
                self.increment_by(1)$(.$await)?
            }

            /// Adds `by`, and returns the sum.
            pub $($async)? fn increment_by(&self, by: i64) -> Result<i64> {
                self.cache.increment(name(&self.key)?, by)$(.$await)?
            }

            /// Takes 1 away, and returns what is left, which may be below 0.
            pub $($async)? fn decrement(&self) -> Result<i64> {
                self.decrement_by(1)$(.$await)?
            }

            /// Takes `by` away, and returns what is left, which may be below 0.
            pub $($async)? fn decrement_by(&self, by: i64) -> Result<i64> {
                self.cache.decrement(name(&self.key)?, by)$(.$await)?
            }

            /// The count; `None` if it has not begun or has expired.
            pub $($async)? fn get(&self) -> Result<Option<i64>> {
                self.cache.get(name(&self.key)?)$(.$await)?
            }

            /// Forgets the counter, and tells whether there was one.
            pub $($async)? fn reset(&self) -> Result<bool> {
                self.cache.delete(name(&self.key)?)$(.$await)?
            }
        }
    };
}
methods!(Counter);
methods!(AsyncCounter async await);
