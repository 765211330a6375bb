//! The body of an annotated function, as a call takes it.

use std::future::Future;

/// A body behind a type that all bodies with the same result share, so that a call is compiled for the result and not for
/// each function. (The body of an `async fn` keeps its own type: by it the compiler sees whether the call is `Send`.)
pub trait Body<W> {
    /// Runs the body, once.
    fn run(&mut self) -> W;
}

impl<W, F: FnOnce() -> W> Body<W> for Option<F> {
    fn run(&mut self) -> W {
        self.take().expect("a body is run once")()
    }
}

/// The future of an async closure, which it owns.
pub fn run_async<W, F: AsyncFnOnce() -> W>(body: F) -> impl Future<Output = W> {
    body()
}
