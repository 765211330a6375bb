//! What async tests are run by: nothing but the thread, and tokio.

use std::future::Future;

use tokio::runtime::Builder;

/// What waits for a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    /// This thread, outside of any runtime.
    Smol,
    /// A runtime of tokio's that has this thread alone.
    Tokio,
}

impl Executor {
    /// Each of them.
    pub const ALL: [Executor; 2] = [Executor::Smol, Executor::Tokio];

    /// Runs a future to its end.
    ///
    /// # Panics
    ///
    /// If there can be no runtime, as inside of one.
    pub fn block_on<F: Future>(self, future: F) -> F::Output {
        match self {
            Executor::Smol => smol::block_on(future),
            Executor::Tokio => Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future),
        }
    }
}
