//! The two faces of a call: one that blocks its thread, and one that waits as a task.
//!
//! What is decided stands once, in `async` functions over [`Io`]. The blocking face does its work inside `poll`, so
//! its futures are always ready and [`now`] takes the answer at the first poll: no runtime, no executor.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use crate::Result;
use crate::flight::Face;
use crate::flights;
use crate::stopwatch::Stopwatch;
use crate::store::{Answer, Begun, Operation, Store};

/// How a store is asked.
///
/// The futures do not say `Send` here: the compiler sees through to the face in use, so that a call is `Send` where
/// the user's own body is.
pub(crate) trait Io {
    /// How callers of this face wait.
    const FACE: Face;

    /// Asks the store.
    fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> impl Future<Output = Asked>;

    /// Waits for who computes.
    fn wait<F: Future>(&self, wait: F) -> impl Future<Output = F::Output>;

    /// Lets so much time pass.
    fn pause(&self, length: Duration) -> impl Future<Output = ()>;
}

/// What a store answered.
pub(crate) type Asked = (Result<Answer>, Took);

/// How long a store took. Who waits as a task waits for its turn, too, and on a busy runtime that is no outage.
#[derive(Clone, Copy)]
pub(crate) enum Took {
    /// As long as its caller waited.
    AsWaited,
    /// So long.
    Just(Duration),
    /// Nobody can tell.
    Unknown,
}

/// Blocks the thread while the store works.
pub(crate) struct Blocking;

impl Io for Blocking {
    const FACE: Face = Face::Thread;

    async fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> Asked {
        let answer = operation.run(&**store);
        operation.end();
        (answer, Took::AsWaited)
    }

    async fn wait<F: Future>(&self, wait: F) -> F::Output {
        flights::block_on(wait)
    }

    async fn pause(&self, length: Duration) {
        thread::sleep(length);
    }
}

/// Waits as a task: what would block is handed to a thread that may.
pub(crate) struct Waiting;

impl Io for Waiting {
    const FACE: Face = Face::Task;

    // No `async fn`: its future would hold the operation beside what became of it, and every call holds one of these.
    fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> impl Future<Output = Asked> {
        let course = match store.begin(operation) {
            Begun::Done(answer) => Course::Done(answer),
            Begun::Pending(answer) => Course::Pending(answer),
            Begun::Blocking(operation) => {
                Course::OnAThread(Box::pin(on_a_thread(Arc::clone(store), operation.into_owned())))
            }
        };
        async move {
            match course {
                Course::Done(answer) => (answer, Took::AsWaited),
                Course::Pending(answer) => (answer.await, Took::Unknown),
                Course::OnAThread(asked) => asked.await,
            }
        }
    }

    async fn wait<F: Future>(&self, wait: F) -> F::Output {
        flights::watch();
        wait.await
    }

    async fn pause(&self, length: Duration) {
        blocking::unblock(move || thread::sleep(length)).await;
    }
}

/// The course that an operation of a task takes.
enum Course<'a> {
    Done(Result<Answer>),
    Pending(Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>),
    OnAThread(Pin<Box<dyn Future<Output = Asked> + Send>>),
}

/// Asks on a thread that may block.
async fn on_a_thread(store: Arc<dyn Store>, operation: Operation<'static>) -> Asked {
    let ask = move || {
        let begun = Stopwatch::start();
        (operation.run(&*store), Took::Just(begun.elapsed()))
    };
    blocking::unblock(ask).await
}

/// Takes the answer of a future that is ready at its first poll.
///
/// # Panics
///
/// If it is not, which no future of the blocking face is.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the blocking face does its work inside `poll`"),
    }
}
