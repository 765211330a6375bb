//! For the tests of programs: a cache for one test alone, and time that moves by hand.
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
//! // In a test of its own, this is the whole of it:
//! let _scope = testing::scope(Cache::memory());
//! assert_eq!((price(7), price(7)), (700, 700));
//! assert_eq!(RUNS.load(Ordering::Relaxed), 1);
//! testing::advance(Duration::from_secs(301));
//! assert_eq!(price(7), 700);
//! assert_eq!(RUNS.load(Ordering::Relaxed), 2);
//! ```

mod chaos;

use std::future::Future;
use std::time::Duration;

pub use self::chaos::Chaos;
use crate::Cache;
use crate::handle::{ActiveScope, carry, current_scope, enter_scope};

/// A scope of this thread; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped: `let _scope = …`"]
pub struct Scope {
    _active: ActiveScope,
}

/// Puts `cache` in the place of every other one on this thread, until the scope is dropped.
///
/// Inside, [`cache()`](crate::cache()), [`named`](crate::named()) and every annotated function use it, also in a build
/// with the feature `no-cache`. Its clock stands still from now on, for all its clones and views: only [`advance`]
/// moves it. Parallel tests do not see each other. A thread that the test starts is outside; pass it a clone of the
/// cache and open a scope there.
pub fn scope(cache: Cache) -> Scope {
    cache.handle.core.clock.stop();
    Scope { _active: enter_scope(cache.handle) }
}

/// The same for a task: `cache` is in the place of every other one while `future` runs, on whatever thread.
///
/// Tasks that it spawns are outside.
///
/// ```
/// # use cache_runtime::{Cache, testing};
/// # fn block_on<T>(f: impl std::future::Future<Output = T>) -> T {
/// #     let mut f = std::pin::pin!(f);
/// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop { if let std::task::Poll::Ready(t) = f.as_mut().poll(&mut cx) { return t } }
/// # }
/// # block_on(async {
/// testing::scope_async(Cache::memory(), async {
///     let cache = cache_runtime::async_cache();
///     cache.set("greeting", "hello").await?;
///     assert_eq!(cache.get::<String>("greeting").await?.as_deref(), Some("hello"));
///     Ok::<(), cache_runtime::Error>(())
/// })
/// .await
/// # }).unwrap();
/// ```
pub async fn scope_async<F: Future>(cache: Cache, future: F) -> F::Output {
    cache.handle.core.clock.stop();
    carry(Some(cache.handle), future).await
}

/// Moves the clock of the scope's cache, for all its clones and views, on any thread.
///
/// Stores whose server keeps time itself, as Redis does, do not see it.
///
/// # Panics
///
/// Outside a scope: real time cannot be moved.
#[track_caller]
pub fn advance(by: Duration) {
    let handle = current_scope().expect("`advance` moves the clock of a scope's cache: open a `testing::scope` first");
    handle.core.clock.advance(by);
}
