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
    /// Whose body it is: one, or all of a batch.
    leaders: &'a [Leader<K, V>],
    body: Pin<&'a mut Option<B>>,
    /// `None` until the body was not ready: a body that never waits has none.
    heartbeat: Option<Arc<Heartbeat>>,
}

impl<'a, K: TableKey, V: Clone, B> LeaderScope<'a, K, V, B> {
    pub(crate) fn new(leader: &'a Leader<K, V>, body: Pin<&'a mut Option<B>>) -> Self {
        LeaderScope::of_batch(std::slice::from_ref(leader), body)
    }

    /// The scope of a body that computes several keys, or none.
    pub(crate) fn of_batch(leaders: &'a [Leader<K, V>], body: Pin<&'a mut Option<B>>) -> Self {
        LeaderScope { leaders, body, heartbeat: None }
    }
}

impl<K: TableKey, V: Clone, B: Future> Future for LeaderScope<'_, K, V, B> {
    type Output = B::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<B::Output> {
        let this = &mut *self;
        let poll = {
            let _current = this.leaders.first().map(|leader| CurrentLeader::enter(leader.id()));
            this.body.as_mut().as_pin_mut().expect("a body is polled to its end once").poll(context)
        };
        // A thread shows no signs of life: it ends or unwinds.
        if poll.is_pending() && this.leaders.first().is_some_and(Leader::is_task) {
            match &this.heartbeat {
                Some(heartbeat) => heartbeat.beat(context.waker()),
                None => this.heartbeat = Some(start_heartbeat(this.leaders, context.waker())),
            }
        }
        poll
    }
}

impl<K: TableKey, V: Clone, B> Drop for LeaderScope<'_, K, V, B> {
    fn drop(&mut self) {
        self.body.set(None);
        if let Some(heartbeat) = &self.heartbeat {
            heartbeat.end();
            self.leaders.iter().for_each(Leader::note_progress);
        }
    }
}

/// The heartbeat of a body that was not ready at its first poll.
fn start_heartbeat<K: TableKey, V: Clone>(leaders: &[Leader<K, V>], waker: &Waker) -> Arc<Heartbeat> {
    let heartbeat = Arc::new(Heartbeat::new(waker));
    leaders.iter().for_each(|leader| leader.set_heartbeat(&heartbeat));
    heartbeat
}

/// The record of a leader during one poll; restored on drop, also after a panic.
struct CurrentLeader {
    outer: Option<LeaderId>,
}

impl CurrentLeader {
    fn enter(leader: LeaderId) -> Self {
        CurrentLeader { outer: set_current_leader(Some(leader)) }
    }
}

impl Drop for CurrentLeader {
    fn drop(&mut self) {
        set_current_leader(self.outer);
    }
}
