//! The executors of async tests: smol, outside of any runtime, and tokio.

use std::future::Future;

use tokio::runtime::Builder;

/// Runs a future to completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    /// `smol::block_on` on this thread, outside of any runtime.
    Smol,
    /// A single-threaded tokio runtime.
    Tokio,
}

impl Executor {
    /// All executors.
    pub const ALL: [Executor; 2] = [Executor::Smol, Executor::Tokio];

    /// Runs a future to completion.
    ///
    /// # Panics
    ///
    /// If no runtime can be started, for example inside of another one.
    pub fn block_on<F: Future>(self, future: F) -> F::Output {
        match self {
            Executor::Smol => smol::block_on(future),
            Executor::Tokio => Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future),
        }
    }
}
