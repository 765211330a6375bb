//! The cache for async code.

use super::Cache;
use crate::handle::Handle;
use crate::mode::Async;

/// A cache for async code: values under keys, each with a lifetime.
///
/// It has the methods of [`Cache`], `async`, with closures that return futures. It needs no particular runtime. What a
/// store does in a few microseconds runs inline; what would block the task's thread runs on a thread pool.
///
/// Clones and views share one store and one clock, and cost a few nanoseconds. Options are views: each takes `&self` and
/// returns a cache in which every operation has that option.
///
/// ```
/// use cache_runtime::Cache;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cache_runtime::Result<()> {
/// let cache = Cache::memory().to_async();
/// let total = cache.expires_in(300).race_ttl(10).get_or_set("stats:total", async || (1..=10).sum::<u64>()).await;
/// assert_eq!(total, 55);
/// assert_eq!(cache.get::<u64>("stats:total").await?, Some(55));
/// # Ok(())
/// # }
/// ```
///
/// # Failure
///
/// Methods that compute a value (`get_or_set`, `try_get_or_set`, `refresh`, `get_or_set_multi`) return it whatever the
/// store does. The others (`get`, `set`, `increment` and so on) return the store's error, for the caller to decide.
#[derive(Clone)]
pub struct AsyncCache {
    pub(crate) handle: Handle,
}

impl AsyncCache {
    pub(super) const MODE: Async = Async;

    /// Returns the same cache for code that may block.
    ///
    /// ```
    /// let cache = cache_runtime::Cache::memory().to_async();
    /// cache.to_sync().set("stats", &7)?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn to_sync(&self) -> Cache {
        Cache { handle: self.handle.clone() }
    }
}
