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

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

pub use self::chaos::Chaos;
use crate::Cache;

/// Whether there was ever a scope: where there was none, nobody looks for one.
static EVER: AtomicBool = AtomicBool::new(false);

static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The scopes that this thread is in, the innermost last.
    static SCOPES: RefCell<Vec<(u64, Cache)>> = const { RefCell::new(Vec::new()) };
}

/// A scope of this thread; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped: `let _scope = …`"]
pub struct Scope {
    number: u64,
    /// A scope belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Puts `cache` in the place of every other one on this thread, until the scope is dropped.
///
/// Inside, [`cache()`](crate::cache()), [`named`](crate::named()) and every annotated function use it, also in a build
/// with the feature `no-cache`. Its clock stands still from now on, for all its clones and views: only [`advance`]
/// moves it. Parallel tests do not see each other. A thread that the test starts is outside; pass it a clone of the
/// cache and open a scope there.
pub fn scope(cache: Cache) -> Scope {
    cache.handle.core.clock.stop();
    enter(cache)
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
    let mut future = pin!(future);
    poll_fn(|context| {
        let _scope = enter(cache.clone());
        future.as_mut().poll(context)
    })
    .await
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
    let cache = current().expect("`advance` moves the clock of a scope's cache: open a `testing::scope` first");
    cache.handle.core.clock.advance(by);
}

fn enter(cache: Cache) -> Scope {
    EVER.store(true, Ordering::Relaxed);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    SCOPES.with_borrow_mut(|scopes| scopes.push((number, cache)));
    Scope { number, _thread: PhantomData }
}

impl Drop for Scope {
    fn drop(&mut self) {
        // Scopes may end in any order. While the thread itself ends they may be gone already.
        let ended = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            let at = scopes.iter().position(|(number, _)| *number == self.number);
            at.map(|at| scopes.remove(at))
        });
        drop(ended);
    }
}

/// Runs a task that outlives the call which began it inside of the scope that the call was in.
pub(crate) async fn carry<F: Future>(scope: Option<Cache>, future: F) -> F::Output {
    match scope {
        Some(cache) => scope_async(cache, future).await,
        None => future.await,
    }
}

/// The cache of the innermost scope.
pub(crate) fn current() -> Option<Cache> {
    if !EVER.load(Ordering::Relaxed) {
        return None;
    }
    SCOPES.try_with(|scopes| scopes.borrow().last().map(|(_, cache)| cache.clone())).ok().flatten()
}
