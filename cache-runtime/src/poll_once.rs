//! Runs a future for one poll, without an executor.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Returns the output of a future that is ready at its first poll.
///
/// # Panics
///
/// If it is not. Futures of the blocking mode always are: they block inside `poll`.
pub(crate) fn poll_once<T>(future: impl Future<Output = T>) -> T {
    poll_now(future).expect("the blocking mode does its work inside `poll`")
}

/// Returns the output of a future that is ready at its first poll, and drops any other.
pub(crate) fn poll_now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
