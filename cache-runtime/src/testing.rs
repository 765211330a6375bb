//! For tests of your program: a cache for one test alone, and a clock that moves by hand.
//!
//! ```
//! use cache_runtime::{Cache, cached, testing};
//! use std::sync::atomic::{AtomicU32, Ordering};
//! use std::time::Duration;
//!
//! static RUNS: AtomicU32 = AtomicU32::new(0);
//!
//! #[cached(key = "price:{sku}", expires_in = "5m")]
//! fn price(sku: u32) -> u32 {
//!     RUNS.fetch_add(1, Ordering::Relaxed);
//!     sku * 100
//! }
//!
//! // A test needs no more than this:
//! let _scope = testing::scope(Cache::memory());
//! assert_eq!((price(7), price(7), RUNS.load(Ordering::Relaxed)), (700, 700, 1));
//! testing::advance(Duration::from_secs(301));
//! assert_eq!((price(7), RUNS.load(Ordering::Relaxed)), (700, 2));
//! ```

mod chaos;

use std::future::Future;
use std::time::Duration;

pub use self::chaos::Chaos;
use crate::Cache;
use crate::handle::{ActiveScope, carry, current_scope, enter_scope};

/// A scope on this thread, which ends when this is dropped.
///
/// [`scope`] returns it.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped: `let _scope = …`"]
pub struct Scope {
    _active: ActiveScope,
}

/// Replaces every other cache on this thread by `cache`.
///
/// Until the scope is dropped, [`cache()`](crate::cache()), [`named`](crate::named()) and every annotated function use
/// it, also in a build with the feature `no-cache`. Its clock is stopped, for all its clones and views, and only
/// [`advance`] moves it. Parallel tests do not see each other's caches. A thread that the test starts is not in the
/// scope: pass it a clone of the cache, and open a scope there.
///
/// ```
/// use cache_runtime::{Cache, testing};
///
/// let _scope = testing::scope(Cache::memory());
/// cache_runtime::cache().set("greeting", "hello")?;
/// assert_eq!(cache_runtime::named("sessions")?.get::<String>("greeting")?.as_deref(), Some("hello"));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
pub fn scope(cache: Cache) -> Scope {
    cache.handle.core.clock.stop();
    Scope { _active: enter_scope(cache.handle) }
}

/// Replaces every other cache by `cache` while a future runs.
///
/// Inside the future, [`cache()`](crate::cache()), [`async_cache`](crate::async_cache), [`named`](crate::named()) and every
/// annotated function use it, on whatever thread the future is polled. Its clock is stopped, for all its clones and
/// views, and only [`advance`] moves it. Tasks that the future spawns are not in the scope.
///
/// ```
/// use cache_runtime::{Cache, testing};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cache_runtime::Result<()> {
/// let price = testing::scope_async(Cache::memory(), async {
///     cache_runtime::async_cache().get_or_set("price:7", async || 700).await
/// });
/// assert_eq!(price.await, 700);
/// # Ok(())
/// # }
/// ```
pub async fn scope_async<F: Future>(cache: Cache, future: F) -> F::Output {
    cache.handle.core.clock.stop();
    carry(Some(cache.handle), future).await
}

/// Moves the clock of the scope's cache.
///
/// It moves for all clones and views of the cache, on every thread. A store whose server keeps its own time, such as
/// Redis, does not notice.
///
/// ```
/// use cache_runtime::{Cache, cache, testing};
///
/// let _scope = testing::scope(Cache::memory());
/// cache().expires_in(60).set("greeting", "hello")?;
/// testing::advance(std::time::Duration::from_secs(61));
/// assert!(!cache().exists("greeting")?);
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Panics
///
/// Outside a scope, because the system's clock cannot be moved.
#[track_caller]
pub fn advance(by: Duration) {
    let handle = current_scope().expect("`advance` moves the clock of a scope's cache; open a `testing::scope` first");
    handle.core.clock.advance(by);
}
