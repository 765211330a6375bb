//! A call in two halves, for a function with `#[track_caller]`: between them the function calls its body directly, since a
//! closure does not pass the caller's location on.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::CallOptions;
use crate::Result;
use crate::call::{self, Outcome};
use crate::mode::Blocking;
use crate::single_flight::{current_leader, set_current_leader};

/// The first half of a call.
pub enum Begun<'a, W> {
    /// A value from the cache.
    Hit(W),
    /// The body has to run.
    Compute(Running<'a, W>),
}

/// A call that waits for the result of its body.
pub struct Running<'a, W> {
    call: Pin<Box<dyn Future<Output = W> + 'a>>,
    result: Rc<Cell<Option<W>>>,
    /// Calls from inside the body know the flight of this one.
    _leader: RestoredLeader,
}

/// The leader before the body; restored on drop, also after a panic.
struct RestoredLeader(Option<u64>);

impl Drop for RestoredLeader {
    fn drop(&mut self) {
        set_current_leader(self.0);
    }
}

/// Begins a call. Nothing but the body makes a blocking call pause, so a call that pauses waits for the body.
pub fn begin<'a, O: Outcome + 'a>(options: CallOptions, key: Result<String>, outcome: O) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    let (handle, result, leader) = (options.handle(), Rc::new(Cell::new(None)), Rc::new(Cell::new(None)));
    let (given, seen) = (Rc::clone(&result), Rc::clone(&leader));
    let body = poll_fn(move |_| {
        seen.set(current_leader());
        given.take().map_or(Poll::Pending, Poll::Ready)
    });
    let mut call = Box::pin(async move {
        call::call(&Blocking, &handle, key.as_ref().map(String::as_str), outcome, pin!(Some(body))).await
    });
    match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(whole) => Begun::Hit(whole),
        Poll::Pending => {
            let outer = set_current_leader(leader.get());
            Begun::Compute(Running { call, result, _leader: RestoredLeader(outer) })
        }
    }
}

impl<W> Running<'_, W> {
    /// Ends the call with the result of the body.
    pub fn finish(mut self, whole: W) -> W {
        self.result.set(Some(whole));
        match self.call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(whole) => whole,
            Poll::Pending => unreachable!("the body has ended"),
        }
    }
}
