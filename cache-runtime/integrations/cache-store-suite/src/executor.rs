//! The executors of async tests: none at all, and tokio.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::Builder;

/// Runs a future to completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    /// The thread of the test polls it, outside of any runtime.
    Bare,
    /// A single-threaded tokio runtime.
    Tokio,
}

impl Executor {
    /// All executors.
    pub const ALL: [Executor; 2] = [Executor::Bare, Executor::Tokio];

    /// Runs a future to completion.
    ///
    /// # Panics
    ///
    /// If no runtime can be started, for example inside of another one.
    pub fn block_on<F: Future>(self, future: F) -> F::Output {
        match self {
            Executor::Bare => block_on(future),
            Executor::Tokio => Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future),
        }
    }
}

struct ThreadWaker(Thread);

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let (mut future, waker) = (pin!(future), Waker::from(Arc::new(ThreadWaker(thread::current()))));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}
