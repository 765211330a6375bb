//! A blocking call in two halves, between which the caller runs the body in its own frame.
//!
//! So the frames of the way are not below those of the body: a recursion of cached functions needs little stack, and the
//! caller's location reaches a body with `#[track_caller]`.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::{Computation, Lookup, Outcome, lookup, refresh};
use crate::handle::Handle;
use crate::mode::Blocking;
use crate::near::NearSlot;
use crate::poll_once::poll_once;
use crate::single_flight::{current_leader, set_current_leader};
use crate::{Error, Result};

/// The first half of a call.
pub enum Begun<'a, W> {
    /// A value, without the body.
    Hit(W),
    /// The body has to run.
    Compute(Running<'a, W>),
}

/// A call that waits for the result of its body. Nested ones end in the reverse order of their beginning.
pub struct Running<'a, W> {
    call: Pin<Box<dyn Future<Output = W> + 'a>>,
    body: Rc<Body<W>>,
    /// The leader before the body.
    outer: Option<u64>,
}

/// What the two halves tell each other about the body.
struct Body<W> {
    result: Cell<Option<W>>,
    /// The leader that it belongs to, so that calls from inside it know their flight.
    leader: Cell<Option<u64>>,
}

/// The body as the call sees it: a future that is ready when the caller has run it.
pub(super) struct BodyResult<W>(Rc<Body<W>>);

impl<W> Future for BodyResult<W> {
    type Output = W;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<W> {
        self.0.leader.set(current_leader());
        self.0.result.take().map_or(Poll::Pending, Poll::Ready)
    }
}

// Not inlined, so that the caller's frame has no room for what a look-up needs.
#[inline(never)]
pub(crate) fn begin<'a, O: Outcome + 'a>(
    handle: &Handle,
    key: Result<&str, &Error>,
    outcome: O,
    near: NearSlot<O::Value>,
) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    match poll_once(lookup(&Blocking, handle, key, outcome, near)) {
        Lookup::Hit(hit) => Begun::Hit(hit.whole()),
        Lookup::Compute(computation) => compute(computation),
    }
}

/// Begins a computation. Nothing but the body makes a blocking call pause, so one that pauses waits for the body.
#[inline(never)]
fn compute<'a, O: Outcome + 'a>(computation: Computation<O>) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    begin_call(|body| computation.run_in_place(&Blocking, body))
}

/// The first half of a refresh.
#[inline(never)]
pub(crate) fn begin_refresh<'a, O: Outcome + 'a>(handle: Handle, key: Result<String>, outcome: O) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    begin_call(|body| async move {
        refresh(&Blocking, &handle, key.as_ref().map(String::as_str), outcome, pin!(Some(body))).await
    })
}

/// Begins a call that pauses for nothing but its body.
pub(super) fn begin_call<'a, W: 'a, F: Future<Output = W> + 'a>(call: impl FnOnce(BodyResult<W>) -> F) -> Begun<'a, W> {
    let body = Rc::new(Body { result: Cell::new(None), leader: Cell::new(None) });
    let mut call: Pin<Box<dyn Future<Output = W> + 'a>> = Box::pin(call(BodyResult(Rc::clone(&body))));
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(whole) => Begun::Hit(whole),
        Poll::Pending => {
            let outer = set_current_leader(body.leader.get());
            Begun::Compute(Running { call, body, outer })
        }
    }
}

impl<W> Running<'_, W> {
    /// Ends the call with the result of the body.
    #[inline(never)]
    pub fn finish(mut self, whole: W) -> W {
        set_current_leader(self.outer);
        self.body.result.set(Some(whole));
        match self.call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(whole) => whole,
            Poll::Pending => unreachable!("the body has ended"),
        }
    }
}

/// The leader before the body is restored, also after a panic of the body, which drops the call and fails its flight.
impl<W> Drop for Running<'_, W> {
    fn drop(&mut self) {
        set_current_leader(self.outer);
    }
}
