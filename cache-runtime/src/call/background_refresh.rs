//! Refreshing in the background: the stale value is served at once, and a task that outlives the call recomputes it.
//!
//! A call has two halves, the lookup and the computation. Here they are two calls, so that an expansion prepares what a
//! task needs (owned arguments) only if there is something to compute. This file decides whether that happens in place or
//! in a task; the way is the same.

use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::thread;

use super::{Call, Found, Outcome, Start, off, run_uncached, usable};
use crate::detached::detach;
use crate::handle::{Handle, carry, current_scope};
use crate::key::shown;
use crate::mode::{Async, Blocking, Mode};
use crate::near::NearSlot;
use crate::observe::stats::PendingCall;
use crate::poll_once::poll_once;
use crate::threads;
use crate::{Error, Result};

/// What a lookup in the cache found.
pub enum Lookup<O: Outcome> {
    /// A value that is fresh, or that somebody else is recomputing.
    Hit(Hit<O>),
    /// The body has to run.
    Compute(Computation<O>),
}

/// A value that a lookup found. Not the whole result, so that its `Err` need not be `Send`.
pub struct Hit<O: Outcome>(O::Value);

impl<O: Outcome> Hit<O> {
    /// The result of the call.
    pub fn whole(self) -> O::Whole {
        O::whole(self.0)
    }
}

/// A computation that a lookup asks for.
pub struct Computation<O> {
    handle: Handle,
    /// The stored key and where the computation starts; the call alone where nothing can be cached. Boxed, since a hit has
    /// neither.
    found: Result<Box<(String, Start)>, Box<PendingCall>>,
    outcome: PhantomData<fn() -> O>,
}

/// The first half of a call.
pub(crate) async fn lookup<M: Mode, O: Outcome>(
    mode: &M,
    handle: &Handle,
    key: Result<&str, &Error>,
    _: O,
    near: NearSlot<O::Value>,
) -> Lookup<O> {
    let found = match usable(handle, key) {
        None => Err(Box::new(off(handle))),
        Some(key) => match (Call { mode, handle, key: Cow::Borrowed(&key) }).lookup(near).await {
            Found::Value(value) => return Lookup::Hit(Hit(value)),
            Found::Compute(start) => Ok(Box::new((key.into_owned(), *start))),
        },
    };
    Lookup::Compute(Computation { handle: handle.clone(), found, outcome: PhantomData })
}

/// The second half of a call: in the window the stale value, while a thread of a pool runs the body; else the body's
/// result.
pub fn recompute<O, F>(computation: Computation<O>, body: F) -> O::Whole
where
    O: Outcome + 'static,
    F: FnOnce() -> O::Whole + Send + 'static,
{
    let body = async move { body() };
    match computation.stale() {
        Some(value) => {
            let (scope, computation) = (current_scope(), computation.in_background());
            let task = move || poll_once(carry(scope, computation.run_detached(&Blocking, body)));
            threads::run(task);
            O::whole(value)
        }
        None => poll_once(computation.run_in_place(&Blocking, body)),
    }
}

/// The second half of an `async` call: the body runs in a task.
pub fn recompute_async<O, B>(computation: Computation<O>, body: B) -> impl Future<Output = O::Whole>
where
    O: Outcome + 'static,
    O::Value: Send,
    O::Failed: Send,
    B: Future<Output = O::Whole> + Send + 'static,
{
    // Boxed, so that both branches can take it: otherwise this future would hold it several times.
    let body = Box::pin(body);
    async move {
        match computation.stale() {
            Some(value) => {
                let (scope, computation) = (current_scope(), computation.in_background());
                spawn(carry(scope, computation.run_detached(&Async, body)));
                O::whole(value)
            }
            None => Box::pin(computation.run_in_place(&Async, body)).await,
        }
    }
}

/// Runs a task on the caller's tokio runtime, or without one on a thread that may block.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(task));
        return;
    }
    detach(task);
}

impl<O: Outcome> Computation<O> {
    /// The stale value, if it may be served while the new one is computed.
    fn stale(&self) -> Option<O::Value> {
        let (key, start) = &**self.found.as_ref().ok()?;
        self.handle.decode(key, &start.servable()?.value)
    }

    pub(crate) async fn run_in_place<M: Mode, B: Future<Output = O::Whole>>(self, mode: &M, body: B) -> O::Whole {
        let body = pin!(Some(body));
        let (key, start) = match self.found {
            Ok(found) => *found,
            Err(pending) => return run_uncached::<O, B>(*pending, body).await,
        };
        let call = Call { mode, handle: &self.handle, key: Cow::Owned(key) };
        call.compute::<O, B>(start, body).await
    }

    /// The same for a caller who is given the stale value.
    fn in_background(mut self) -> Self {
        if let Ok(found) = &mut self.found {
            found.1.pending.goes_on_in_background();
        }
        self
    }

    /// Computes without a caller: failures go to the log.
    async fn run_detached<M: Mode, B: Future<Output = O::Whole>>(self, mode: &M, body: B) {
        let handle = self.handle.clone();
        let key = self.found.as_ref().map(|found| found.0.clone()).unwrap_or_default();
        let report = |what: &str| {
            handle.core.store.log_failure(format_args!("computing `{}` in the background {what}", shown(&key)));
        };
        let observed = async {
            let whole = body.await;
            if O::storable(&whole).is_none() {
                report("returned an `Err`");
            }
            whole
        };
        match catch_panic(self.run_in_place(mode, observed)).await {
            Ok(whole) => drop(whole),
            Err(panic) => report(&format!("panicked: {}{}", message(&*panic), hint(message(&*panic)))),
        }
    }
}

/// The output of a future, or its panic.
async fn catch_panic<F: Future>(future: F) -> thread::Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("the payload is no text")
}

/// What to do about a panic that a missing tokio runtime has caused.
pub(super) fn hint(panic: &str) -> &'static str {
    match cfg!(not(feature = "tokio")) && panic.contains("Tokio") {
        true => "; turn on the cargo feature `tokio` of `cache-runtime`, so that it runs on the caller's runtime",
        false => "",
    }
}

/// An argument of which a task can own a copy.
#[diagnostic::on_unimplemented(
    message = "`background` needs a copy of this argument, and `{Self}` cannot be cloned",
    label = "`{Self}` is not `Clone`",
    note = "derive `Clone` for it, take an `Arc`, or remove `background`"
)]
pub trait TaskArgument<C> {
    /// The copy.
    fn own(&self) -> C;
}

#[diagnostic::do_not_recommend]
impl<T: ToOwned<Owned = C> + ?Sized, C> TaskArgument<C> for T {
    fn own(&self) -> C {
        self.to_owned()
    }
}

/// An owned copy of a borrowed argument, from which the body borrows.
// The copy's type is a parameter, since a projection would repeat at each use what is wrong with `T`.
pub struct Owned<T: ?Sized, C> {
    copy: C,
    borrowed: PhantomData<fn() -> Box<T>>,
}

/// Copies a borrowed argument.
pub fn own<T, C>(borrowed: &T) -> Owned<T, C>
where
    T: TaskArgument<C> + ?Sized + 'static,
    C: Send,
{
    Owned { copy: borrowed.own(), borrowed: PhantomData }
}

impl<T: ?Sized, C: Borrow<T>> Owned<T, C> {
    /// Borrows the copy.
    pub fn get(&self) -> &T {
        self.copy.borrow()
    }
}

/// Checks that an argument can move into a task, so that the compiler points at it and not at the whole body.
pub fn require_task<T: Send + 'static>(_: &T) {}
