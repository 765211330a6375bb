//! Computing anew in the background: the old value is served at once, and a task that outlives the call fetches the
//! new one.
//!
//! A call has two halves, the look and the computation. Here they are two calls, so that the expansion of a macro
//! prepares what a task needs (owned arguments) only where there is something to compute. Whether that happens in place
//! or in a task is decided here; the way is the same.

use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::call::{self, Start, Way, run, usable};
use crate::handle::Handle;
use crate::io::{Blocking, Io, Waiting, now};
use crate::outcome::Outcome;
use crate::{Error, Result, flights, testing};

/// What a look at the cache ended with.
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
pub enum Look<O: Outcome> {
    /// There is a value that is fresh, or that somebody is computing anew.
    Known(O::Whole),
    /// The body is to be run.
    Compute(Asked<O>),
}

/// What is to be computed, and for whom.
pub struct Asked<O> {
    handle: Handle,
    /// The key as it stands in the store and where the computation starts; `None` where nothing can be cached.
    found: Option<(String, Start)>,
    outcome: PhantomData<fn() -> O>,
}

impl<O> fmt::Debug for Asked<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("key", &self.found.as_ref().map(|(key, _)| key)).finish_non_exhaustive()
    }
}

impl<O: Outcome> fmt::Debug for Look<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Look::Known(_) => f.write_str("Known"),
            Look::Compute(asked) => f.debug_tuple("Compute").field(asked).finish(),
        }
    }
}

/// The first half of a call.
pub(crate) async fn look<I: Io, O: Outcome>(io: &I, handle: Handle, key: Result<&str, &Error>, _: O) -> Look<O> {
    let key = usable(&handle, key).map(Cow::into_owned);
    let Some(key) = key else { return Look::Compute(Asked { handle, found: None, outcome: PhantomData }) };
    let way = Way { io, handle: &handle, key: Cow::Borrowed(&key) };
    match way.look().await {
        call::Look::Value(value) => Look::Known(O::whole(value)),
        call::Look::Compute(start) => Look::Compute(Asked { handle, found: Some((key, start)), outcome: PhantomData }),
    }
}

/// The second half: in the window the old value, while a thread of a small pool runs the body; else what the body gives.
pub fn renew<O, F>(asked: Asked<O>, body: F) -> O::Whole
where
    O: Outcome + 'static,
    F: FnOnce() -> O::Whole + Send + 'static,
{
    let body = async move { body() };
    match asked.stale() {
        Some(value) => {
            let scope = testing::current();
            blocking::unblock(move || now(testing::carry(scope, asked.renewed(&Blocking, body)))).detach();
            O::whole(value)
        }
        None => now(asked.computed(&Blocking, body)),
    }
}

/// The same for an `async` function: the body is run by a task.
pub fn renew_waiting<O, B>(asked: Asked<O>, body: B) -> impl Future<Output = O::Whole>
where
    O: Outcome + 'static,
    O::Whole: Send,
    B: Future<Output = O::Whole> + Send + 'static,
{
    // On the heap, from where both ways can take it: else this future would hold it several times.
    let body = Box::pin(body);
    async move {
        match asked.stale() {
            Some(value) => {
                let scope = testing::current();
                spawn(testing::carry(scope, asked.renewed(&Waiting, body)));
                O::whole(value)
            }
            None => Box::pin(asked.computed(&Waiting, body)).await,
        }
    }
}

/// Runs a task on the caller's tokio runtime, or on a thread that may wait where there is none.
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(task));
        return;
    }
    blocking::unblock(move || flights::block_on(task)).detach();
}

impl<O: Outcome> Asked<O> {
    /// The old value, if it may be served while the new one is computed.
    fn stale(&self) -> Option<O::Value> {
        let (key, start) = self.found.as_ref()?;
        self.handle.decoded(key, &start.stale()?.value)
    }

    async fn computed<I: Io, B: Future<Output = O::Whole>>(self, io: &I, body: B) -> O::Whole {
        let body = pin!(Some(body));
        let Some((key, start)) = self.found else { return run(body).await };
        let way = Way { io, handle: &self.handle, key: Cow::Owned(key) };
        way.compute::<O, B>(start, body).await
    }

    /// Computes where nobody sees what comes of it: failures are told to the log.
    async fn renewed<I: Io, B: Future<Output = O::Whole>>(self, io: &I, body: B) {
        let handle = self.handle.clone();
        let key = self.found.as_ref().map(|(key, _)| key.clone()).unwrap_or_default();
        let report =
            |what: &str| handle.core.reporter.failure(format_args!("computing `{key}` in the background {what}"));
        let watched = async {
            let whole = body.await;
            if O::storable(&whole).is_none() {
                report("gave an `Err`");
            }
            whole
        };
        match caught(self.computed(io, watched)).await {
            Ok(whole) => drop(whole),
            Err(panic) => report(&format!("panicked: {}", message(&*panic))),
        }
    }
}

type Panic = Box<dyn Any + Send>;

/// The output of a future, or what it panicked with.
async fn caught<F: Future>(future: F) -> Result<F::Output, Panic> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("with something that is no text")
}

/// A copy, from which the body borrows in its turn.
// With the copy's type beside it, since a projection here would say at each use what is wrong with `T`.
#[derive(Debug)]
pub struct Owned<T: ?Sized, C> {
    copy: C,
    borrowed: PhantomData<fn() -> Box<T>>,
}

/// Copies what is borrowed.
pub fn own<T>(borrowed: &T) -> Owned<T, T::Owned>
where
    T: ToOwned + ?Sized + 'static,
    T::Owned: Send,
{
    Owned { copy: borrowed.to_owned(), borrowed: PhantomData }
}

impl<T: ?Sized, C: Borrow<T>> Owned<T, C> {
    /// Borrows the copy.
    pub fn get(&self) -> &T {
        self.copy.borrow()
    }
}

/// Checks that an argument can go into a task, so that the compiler speaks of it there and not of the whole body.
pub fn can_go<T: Send + 'static>(_: &T) {}
