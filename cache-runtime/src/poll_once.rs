//! Runs a future that never waits: one poll, no executor.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Returns the output of a future that is ready at its first poll.
///
/// # Panics
///
/// If it is not. Futures of the blocking mode always are: they block inside `poll`.
pub(crate) fn poll_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the blocking mode does its work inside `poll`"),
    }
}
