//! The scopes of tests: a cache that replaces all others on a thread or in a task.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Handle;

/// Whether there ever was a scope: until then nobody looks for one.
static EVER: AtomicBool = AtomicBool::new(false);

static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The scopes of this thread, the innermost last.
    static SCOPES: RefCell<Vec<(u64, Handle)>> = const { RefCell::new(Vec::new()) };
}

/// A scope of this thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct ActiveScope {
    number: u64,
    /// A scope belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Opens a scope on this thread.
pub(crate) fn enter_scope(handle: Handle) -> ActiveScope {
    EVER.store(true, Ordering::Relaxed);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    SCOPES.with_borrow_mut(|scopes| scopes.push((number, handle)));
    ActiveScope { number, _thread: PhantomData }
}

impl Drop for ActiveScope {
    fn drop(&mut self) {
        // Scopes may end in any order, and a thread that ends may have dropped its list already.
        let ended = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            let at = scopes.iter().position(|(number, _)| *number == self.number);
            at.map(|at| scopes.remove(at))
        });
        drop(ended);
    }
}

/// The cache of the innermost scope.
pub(crate) fn current_scope() -> Option<Handle> {
    if !EVER.load(Ordering::Relaxed) {
        return None;
    }
    SCOPES.try_with(|scopes| scopes.borrow().last().map(|(_, handle)| handle.clone())).ok().flatten()
}

/// Polls a future inside a scope, on whatever thread; without a scope, as it is.
pub(crate) async fn carry<F: Future>(scope: Option<Handle>, future: F) -> F::Output {
    let Some(handle) = scope else { return future.await };
    let mut future = pin!(future);
    poll_fn(|context| {
        let _scope = enter_scope(handle.clone());
        future.as_mut().poll(context)
    })
    .await
}
