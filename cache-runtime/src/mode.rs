//! The two modes of a call: blocking a thread, or waiting as a task.
//!
//! Every decision is written once, in `async` functions over [`Mode`]. In the blocking mode all work happens inside
//! `poll`, so the futures are ready at their first poll and [`poll_once`](crate::poll_once) takes the result.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_timer::Delay;

use crate::Result;
use crate::block_on::block_on;
use crate::detached::detach;
use crate::single_flight::{WaitMode, watch_leaders};
use crate::store::{Answer, Dispatch, Operation, Store};
use crate::threads;
use crate::time::Stopwatch;

/// How a store is asked, and how a caller waits.
///
/// The futures are not declared `Send`: the compiler sees through to the mode in use, so a call is `Send` whenever the
/// user's own body is.
pub(crate) trait Mode {
    /// How callers in this mode wait.
    const WAITS: WaitMode;

    /// Runs an operation on the store.
    fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> impl Future<Output = Asked>;

    /// Runs an operation to its end, even if the caller is dropped meanwhile; then `dropped` gets the answer.
    fn ask_to_end(
        &self,
        store: &Arc<dyn Store>,
        operation: Operation<'static>,
        dropped: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Asked>;

    /// Waits for the leader of a flight.
    fn wait<F: Future>(&self, wait: F) -> impl Future<Output = F::Output>;

    /// Sleeps.
    fn pause(&self, length: Duration) -> impl Future<Output = ()>;
}

/// A store's answer, and how long the store took.
pub(crate) type Asked = (Result<Answer>, Elapsed);

/// How long a store took, as far as it is known: a task also waits to be polled, and on a busy runtime that is no outage.
#[derive(Clone, Copy)]
pub(crate) enum Elapsed {
    /// As long as the caller waited.
    AsWaited,
    /// This long.
    Exactly(Duration),
    Unknown,
}

/// Blocks the thread while the store works.
pub(crate) struct Blocking;

impl Mode for Blocking {
    const WAITS: WaitMode = WaitMode::Thread;

    async fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> Asked {
        let answer = operation.run(&**store);
        operation.recycle();
        (answer, Elapsed::AsWaited)
    }

    // A thread is not dropped while it waits.
    fn ask_to_end(
        &self,
        store: &Arc<dyn Store>,
        operation: Operation<'static>,
        _: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Asked> {
        let answer = operation.run(&**store);
        ready((answer, Elapsed::AsWaited))
    }

    async fn wait<F: Future>(&self, wait: F) -> F::Output {
        block_on(wait)
    }

    async fn pause(&self, length: Duration) {
        thread::sleep(length);
    }
}

/// Waits as a task: what would block runs on a thread that may block.
pub(crate) struct Async;

impl Mode for Async {
    const WAITS: WaitMode = WaitMode::Task;

    // An `async fn` would keep both the operation and its result in the future, which every call holds.
    fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> impl Future<Output = Asked> {
        let pending = match store.dispatch(operation) {
            Dispatch::Done(answer) => Pending::Done(answer),
            Dispatch::Pending(answer) => Pending::InFlight(answer),
            Dispatch::Blocking(operation) => {
                Pending::OnThread(Box::pin(on_thread(Arc::clone(store), operation.into_owned())))
            }
        };
        async move {
            match pending {
                Pending::Done(answer) => (answer, Elapsed::AsWaited),
                Pending::InFlight(answer) => (answer.await, Elapsed::Unknown),
                Pending::OnThread(asked) => asked.await,
            }
        }
    }

    fn ask_to_end(
        &self,
        store: &Arc<dyn Store>,
        operation: Operation<'static>,
        dropped: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Asked> {
        let store = Arc::clone(store);
        let asked = Box::pin(async move { Async.ask(&store, operation).await });
        // What is never polled has not begun, and need not end.
        async move {
            let mut to_end = ToEnd(Some((asked, dropped)));
            let asked = to_end.0.as_mut().expect("it has not ended").0.as_mut().await;
            to_end.0 = None;
            asked
        }
    }

    async fn wait<F: Future>(&self, wait: F) -> F::Output {
        watch_leaders();
        wait.await
    }

    async fn pause(&self, length: Duration) {
        Delay::new(length).await;
    }
}

/// An operation that another thread may finish.
type BoxedAsk = Pin<Box<dyn Future<Output = Asked> + Send>>;

/// How far an operation of a task has come.
enum Pending<'a> {
    Done(Result<Answer>),
    InFlight(Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>),
    OnThread(BoxedAsk),
}

/// An operation that runs to its end, also when its caller is dropped, and who gets the answer then; `None` once it has
/// ended.
struct ToEnd<F: FnOnce(Result<Answer>) + Send + 'static>(Option<(BoxedAsk, F)>);

impl<F: FnOnce(Result<Answer>) + Send + 'static> Drop for ToEnd<F> {
    fn drop(&mut self) {
        if let Some((asked, dropped)) = self.0.take() {
            detach(async move { dropped(asked.await.0) });
        }
    }
}

/// Runs an operation on a thread that may block.
async fn on_thread(store: Arc<dyn Store>, operation: Operation<'static>) -> Asked {
    let ask = move || {
        let started = Stopwatch::start();
        (operation.run(&*store), Elapsed::Exactly(started.elapsed()))
    };
    threads::ask(ask).await
}
