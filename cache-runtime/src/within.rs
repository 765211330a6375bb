//! A body at work for a flight.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::flight::{Id, Key, Lead};
use crate::sync::set_current_flight;

/// Polls a body with the note of its flight, so that calls from inside it know what they serve.
///
/// The body lies in the caller's frame and would be destroyed after the lead is handed on; so it is destroyed here, also
/// when the call is dropped half-way: two bodies of one key never hold their things at the same time.
pub(crate) struct Within<'a, K: Key, V: Clone, B> {
    lead: &'a Lead<K, V>,
    body: Pin<&'a mut Option<B>>,
    polled: bool,
}

impl<'a, K: Key, V: Clone, B> Within<'a, K, V, B> {
    pub(crate) fn new(lead: &'a Lead<K, V>, body: Pin<&'a mut Option<B>>) -> Self {
        Within { lead, body, polled: false }
    }
}

impl<K: Key, V: Clone, B: Future> Future for Within<'_, K, V, B> {
    type Output = B::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<B::Output> {
        // The lead has just begun at the first poll; each later one is a sign of life.
        if std::mem::replace(&mut self.polled, true) {
            self.lead.is_at_work();
        }
        let _noted = Noted::new(self.lead.id());
        self.body.as_mut().as_pin_mut().expect("a body is polled to its end once").poll(context)
    }
}

impl<K: Key, V: Clone, B> Drop for Within<'_, K, V, B> {
    fn drop(&mut self) {
        self.body.set(None);
    }
}

/// The note of a flight for the length of one poll, also if it panics.
struct Noted {
    before: Option<Id>,
}

impl Noted {
    fn new(flight: Id) -> Self {
        Noted { before: set_current_flight(Some(flight)) }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        set_current_flight(self.before);
    }
}
