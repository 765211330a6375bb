//! What one change has touched so far, so that rows that form a circle are not touched for ever.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    /// The rows above the one that is touched by the future that this thread polls.
    static TOUCHED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A touch of a row, and of those above it.
///
/// The hooks of SeaORM take no argument of ours, so the rows on the way travel with the future: they are the thread's while it
/// is polled.
pub(super) struct Cascade<F> {
    touched: Vec<String>,
    touch: Pin<Box<F>>,
}

impl<F: Future> Cascade<F> {
    /// `None` if this row has been touched on the way here.
    pub(super) fn to(row: String, touch: impl FnOnce() -> F) -> Option<Self> {
        let mut touched = TOUCHED.with_borrow(Vec::clone);
        if touched.contains(&row) {
            return None;
        }
        touched.push(row);
        Some(Cascade { touched, touch: Box::pin(touch()) })
    }
}

impl<F: Future> Future for Cascade<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Cascade { touched, touch } = self.get_mut();
        let _swapped = Swapped::new(touched);
        touch.as_mut().poll(context)
    }
}

/// The thread's rows are exchanged with the future's, also if a poll panics.
struct Swapped<'a>(&'a mut Vec<String>);

impl<'a> Swapped<'a> {
    fn new(touched: &'a mut Vec<String>) -> Self {
        TOUCHED.with_borrow_mut(|of_thread| std::mem::swap(of_thread, touched));
        Swapped(touched)
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        TOUCHED.with_borrow_mut(|of_thread| std::mem::swap(of_thread, self.0));
    }
}
