//! Those who compute one key, and which of them are alive.

use std::task::Waker;
use std::time::Duration;

use smallvec::SmallVec;

use super::heartbeat::Heartbeat;
use super::state::{LeaderId, WaitMode};
use super::sync::{Arc, Instant};

/// The leaders of one flight: usually one, which is stored in place, so that a flight of one thread allocates nothing.
#[derive(Default)]
pub(super) struct Leaders(SmallVec<[ActiveLeader; 1]>);

/// A computation in progress.
pub(super) struct ActiveLeader {
    id: LeaderId,
    /// The leader inside whose body it computes: itself, or in a batch the first one.
    owner: LeaderId,
    /// `None` for a thread, which ends or unwinds, and takes its leader with it. A task may never be polled again.
    heartbeat: Option<Arc<Heartbeat>>,
    /// Whether it was given up. It may still come back to life.
    is_lost: bool,
}

impl Leaders {
    /// In whose bodies the key is computed.
    pub(super) fn owners(&self) -> impl Iterator<Item = LeaderId> {
        self.0.iter().map(|leader| leader.owner)
    }

    pub(super) fn get_mut(&mut self, id: LeaderId) -> Option<&mut ActiveLeader> {
        self.0.iter_mut().find(|leader| leader.id == id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are alive.
    pub(super) fn running(&self) -> usize {
        self.0.iter().filter(|leader| !leader.is_lost).count()
    }

    pub(super) fn include_a_thread(&self) -> bool {
        self.0.iter().any(|leader| leader.heartbeat.is_none())
    }

    pub(super) fn push(&mut self, leader: ActiveLeader) {
        self.0.push(leader);
    }

    pub(super) fn remove(&mut self, id: LeaderId) {
        self.0.retain(|leader| leader.id != id);
    }

    /// Looks for signs of life, and returns whether a leader was given up.
    pub(super) fn check(&mut self, now: Instant, stall_timeout: Duration, wakers: &mut Vec<Waker>) -> bool {
        let running = self.running();
        self.0.iter_mut().for_each(|leader| leader.is_lost = !leader.is_alive(now, stall_timeout, wakers));
        self.running() < running
    }
}

impl ActiveLeader {
    pub(super) fn new(id: LeaderId, mode: WaitMode) -> Self {
        let heartbeat = (mode == WaitMode::Task).then(|| Arc::new(Heartbeat::new()));
        ActiveLeader { id, owner: id, heartbeat, is_lost: false }
    }

    pub(super) fn heartbeat(&self) -> Option<Arc<Heartbeat>> {
        self.heartbeat.clone()
    }

    /// Records that another leader's body computes this key.
    pub(super) fn join_body(&mut self, owner: LeaderId, heartbeat: Option<&Arc<Heartbeat>>) {
        (self.owner, self.heartbeat) = (owner, heartbeat.cloned());
    }

    /// Whether it is alive, as far as can be known.
    pub(super) fn is_alive(&self, now: Instant, stall_timeout: Duration, wakers: &mut Vec<Waker>) -> bool {
        self.heartbeat.as_ref().is_none_or(|heartbeat| heartbeat.is_alive(now, stall_timeout, wakers))
    }
}
