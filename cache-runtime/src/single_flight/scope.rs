//! Runs a leader's body so that calls from inside it know their flight.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::heartbeat::Heartbeat;
use super::state::{LeaderId, TableKey};
use super::sync::{Arc, set_current_leader};
use super::table::Leader;

/// Polls a body with its leader recorded in a thread-local.
///
/// The body lies in the caller's frame, which outlives the flight. It is destroyed here, before the flight is handed over,
/// also when the call is dropped half-way: two bodies of one key never hold their resources at the same time.
pub(crate) struct LeaderScope<'a, K: TableKey, V: Clone, B> {
    /// Whose body it is: the first one's of a batch; `None` outside any flight.
    leader: Option<&'a Leader<K, V>>,
    body: Pin<&'a mut Option<B>>,
}

impl<'a, K: TableKey, V: Clone, B> LeaderScope<'a, K, V, B> {
    pub(crate) fn new(leader: Option<&'a Leader<K, V>>, body: Pin<&'a mut Option<B>>) -> Self {
        LeaderScope { leader, body }
    }
}

impl<K: TableKey, V: Clone, B: Future> Future for LeaderScope<'_, K, V, B> {
    type Output = B::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<B::Output> {
        let this = &mut *self;
        let mut polling = this.leader.map(Polling::begin);
        let poll = this.body.as_mut().as_pin_mut().expect("a body is polled to its end once").poll(context);
        if let Some(polling) = polling.as_mut().filter(|_| poll.is_pending()) {
            polling.goes_on = Some(context.waker());
        }
        poll
    }
}

impl<K: TableKey, V: Clone, B> Drop for LeaderScope<'_, K, V, B> {
    fn drop(&mut self) {
        // A destructor may call the cache, too.
        let _polling = self.leader.map(Polling::begin);
        self.body.set(None);
    }
}

/// A poll of a leader's body, or its destruction; it ends on drop, also by a panic.
struct Polling<'a> {
    /// The leader before.
    outer: Option<LeaderId>,
    /// `None` for a thread.
    heartbeat: Option<&'a Arc<Heartbeat>>,
    /// The waker, if the body was not ready.
    goes_on: Option<&'a Waker>,
}

impl<'a> Polling<'a> {
    fn begin<K: TableKey, V: Clone>(leader: &'a Leader<K, V>) -> Self {
        let heartbeat = leader.heartbeat().inspect(|heartbeat| heartbeat.begin_poll());
        Polling { outer: set_current_leader(Some(leader.id())), heartbeat, goes_on: None }
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        if let Some(heartbeat) = self.heartbeat {
            heartbeat.end_poll(self.goes_on);
        }
        set_current_leader(self.outer);
    }
}
