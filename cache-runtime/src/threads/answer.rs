//! The result of what runs on another thread, for a task that waits for it.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::{Threads, threads};

/// Runs something on another thread, and waits for its result as a task. What has not begun when the future is dropped is
/// not run.
pub(crate) fn ask<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> impl Future<Output = T> {
    ask_of(threads(), ask)
}

/// The same of these threads.
pub(super) fn ask_of<T: Send + 'static>(
    threads: &'static Threads,
    ask: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> {
    let slot = Arc::new(Slot::default());
    let answer = Answer(Arc::clone(&slot));
    threads.run(Box::new(move || {
        if !slot.is_dropped() {
            slot.put(catch_unwind(AssertUnwindSafe(ask)));
        }
    }));
    answer
}

/// Where a result is left for a task.
struct Slot<T>(Mutex<Waiting<T>>);

enum Waiting<T> {
    For(Option<Waker>),
    Done(Result<T, Box<dyn Any + Send>>),
    Dropped,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot(Mutex::new(Waiting::For(None)))
    }
}

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_dropped(&self) -> bool {
        matches!(*self.lock(), Waiting::Dropped)
    }

    fn put(&self, result: Result<T, Box<dyn Any + Send>>) {
        let mut waiting = self.lock();
        if let Waiting::For(waker) = &mut *waiting {
            let waker = waker.take();
            *waiting = Waiting::Done(result);
            drop(waiting);
            waker.into_iter().for_each(Waker::wake);
        }
    }
}

/// The result of what runs on another thread.
struct Answer<T>(Arc<Slot<T>>);

impl<T> Future for Answer<T> {
    type Output = T;

    /// A panic of the other thread goes on here.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut waiting = self.0.lock();
        match std::mem::replace(&mut *waiting, Waiting::For(Some(context.waker().clone()))) {
            Waiting::Done(Ok(value)) => Poll::Ready(value),
            Waiting::Done(Err(panic)) => {
                drop(waiting);
                resume_unwind(panic)
            }
            Waiting::For(_) | Waiting::Dropped => Poll::Pending,
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        *self.0.lock() = Waiting::Dropped;
    }
}
