//! Those who compute one key, and which of them are alive.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::heartbeat::Heartbeat;
use super::state::{LeaderId, WaitMode};
use super::sync::Arc;

/// The leaders of one flight: usually one, which is stored in place, so that a flight of one thread allocates nothing.
pub(super) struct Leaders {
    first: Option<ActiveLeader>,
    others: Vec<ActiveLeader>,
}

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
    pub(super) fn new(leader: ActiveLeader) -> Self {
        Leaders { first: Some(leader), others: Vec::new() }
    }

    fn iter(&self) -> impl Iterator<Item = &ActiveLeader> {
        self.first.iter().chain(&self.others)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut ActiveLeader> {
        self.first.iter_mut().chain(&mut self.others)
    }

    /// In whose bodies the key is computed.
    pub(super) fn owners(&self) -> impl Iterator<Item = LeaderId> {
        self.iter().map(|leader| leader.owner)
    }

    pub(super) fn get_mut(&mut self, id: LeaderId) -> Option<&mut ActiveLeader> {
        self.iter_mut().find(|leader| leader.id == id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// How many are alive.
    pub(super) fn running(&self) -> usize {
        self.iter().filter(|leader| !leader.is_lost).count()
    }

    pub(super) fn include_a_thread(&self) -> bool {
        self.iter().any(|leader| leader.heartbeat.is_none())
    }

    pub(super) fn push(&mut self, leader: ActiveLeader) {
        match self.first {
            None => self.first = Some(leader),
            Some(_) => self.others.push(leader),
        }
    }

    pub(super) fn remove(&mut self, id: LeaderId) {
        if self.first.as_ref().is_some_and(|leader| leader.id == id) {
            self.first = self.others.pop();
        } else {
            self.others.retain(|leader| leader.id != id);
        }
    }

    /// Looks for signs of life, and returns whether a leader was given up.
    pub(super) fn check(&mut self, now: Instant, stall_timeout: Duration, wakers: &mut Vec<Waker>) -> bool {
        let running = self.running();
        self.iter_mut().for_each(|leader| leader.is_lost = !leader.is_alive(now, stall_timeout, wakers));
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
