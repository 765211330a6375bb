//! The data of the flight table: flights, their waiters, and what each waiter has been told.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::task::Waker;
use std::time::{Duration, Instant};

/// A caller waits for at most this many computations of others, then it runs the body alone: callers of a body that
/// always fails do not queue up behind each other.
pub(crate) const MAX_WAITS: u8 = 2;

/// Numbers leaders and waiters in the order in which they reach the table; never used twice.
pub(crate) type LeaderId = u64;

/// The key of a flight.
pub(crate) trait TableKey: Clone + Eq + Hash {}
impl<K: Clone + Eq + Hash> TableKey for K {}

/// How a caller waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitMode {
    /// It blocks its thread.
    Thread,
    /// It is polled again.
    Task,
}

pub(super) struct State<K, V> {
    pub(super) flights: HashMap<K, Flight>,
    /// For each leader, the keys that its body is asking for at this moment.
    pub(super) waits_for: HashMap<LeaderId, Vec<K>>,
    /// For each waiter, the notice that it has not read yet.
    pub(super) notices: HashMap<LeaderId, Notice<V>>,
}

/// One computation in progress, and its waiters in the order of their numbers.
pub(super) struct Flight {
    pub(super) leader: LeaderId,
    pub(super) mode: WaitMode,
    /// The leader's last sign of life. `None` while nobody has waited, so that no clock is read.
    pub(super) last_progress: Option<Instant>,
    stall_timeout: Duration,
    pub(super) waiters: VecDeque<QueuedWaiter>,
}

pub(super) struct QueuedWaiter {
    pub(super) id: LeaderId,
    mode: WaitMode,
    waits: u8,
    pub(super) waker: Waker,
}

/// How a wait ends.
pub(super) enum Notice<V> {
    Value(V),
    /// The waiter is the leader now, under this number.
    Lead(LeaderId),
    Alone,
}

/// What [`State::enter`] made of a caller.
pub(super) enum Entered {
    Leader,
    Waiter,
    Refused,
}

impl Flight {
    pub(super) fn led_by(leader: LeaderId, mode: WaitMode, stall_timeout: Duration) -> Self {
        Flight { leader, mode, last_progress: None, stall_timeout, waiters: VecDeque::new() }
    }

    fn enqueue(&mut self, id: LeaderId, mode: WaitMode) {
        self.last_progress.get_or_insert_with(Instant::now);
        self.waiters.push_back(QueuedWaiter { id, mode, waits: 0, waker: Waker::noop().clone() });
    }

    /// Whether others have waited for the stall timeout without a sign of life from the leader.
    pub(super) fn is_stalled(&self) -> bool {
        let is_late = |last: Instant| last.elapsed() >= self.stall_timeout;
        !self.waiters.is_empty() && self.last_progress.is_some_and(is_late)
    }
}

impl<K: TableKey, V> State<K, V> {
    pub(super) fn new() -> Self {
        State { flights: HashMap::new(), waits_for: HashMap::new(), notices: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.flights.is_empty() && self.waits_for.is_empty() && self.notices.is_empty()
    }

    /// Makes the caller the leader of `key`, or queues it behind the present leader.
    ///
    /// A thread never waits for a task: it may be the very thread that has to poll that task.
    pub(super) fn enter(&mut self, key: &K, id: LeaderId, mode: WaitMode, stall_timeout: Duration) -> Entered {
        match self.flights.entry(key.clone()) {
            Entry::Occupied(flight) if flight.get().mode == WaitMode::Task && mode == WaitMode::Thread => {
                Entered::Refused
            }
            Entry::Occupied(flight) => {
                flight.into_mut().enqueue(id, mode);
                Entered::Waiter
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Flight::led_by(id, mode, stall_timeout));
                Entered::Leader
            }
        }
    }

    /// Whether the flight of `key` waits, directly or through other flights, for what the leader `target` computes.
    pub(super) fn is_waiting_on(&self, key: &K, target: LeaderId) -> bool {
        let (mut todo, mut seen) = (vec![key], Vec::new());
        while let Some(key) = todo.pop() {
            let Some(flight) = self.flights.get(key) else { continue };
            if flight.leader == target {
                return true;
            }
            if !seen.contains(&key) {
                seen.push(key);
                todo.extend(self.waits_for.get(&flight.leader).into_iter().flatten());
            }
        }
        false
    }

    /// Makes the next waiter the leader, under the number `id`, or ends the flight; returns whom to wake.
    ///
    /// Waiting threads come before waiting tasks. A waiter that has now waited for [`MAX_WAITS`] computations leaves and
    /// runs the body alone. Nothing happens if `leader` has been superseded.
    pub(super) fn hand_over(&mut self, key: &K, leader: LeaderId, id: LeaderId) -> Vec<Waker> {
        let Some(flight) = self.flights.get_mut(key).filter(|flight| flight.leader == leader) else {
            return Vec::new();
        };
        flight.waiters.iter_mut().for_each(|waiter| waiter.waits += 1);
        // A thread does not wait for a task, so a thread leads for as long as a thread waits.
        let next = flight.waiters.iter().position(|waiter| waiter.mode == WaitMode::Thread).unwrap_or(0);
        let Some(heir) = flight.waiters.remove(next) else {
            self.flights.remove(key);
            return Vec::new();
        };
        (flight.leader, flight.mode, flight.last_progress) = (id, heir.mode, Some(Instant::now()));
        self.notices.insert(heir.id, Notice::Lead(id));
        let mut wakers = vec![heir.waker];
        let (staying, leaving): (VecDeque<_>, VecDeque<_>) =
            flight.waiters.drain(..).partition(|waiter| waiter.waits < MAX_WAITS);
        flight.waiters = staying;
        for waiter in leaving {
            self.notices.insert(waiter.id, Notice::Alone);
            wakers.push(waiter.waker);
        }
        wakers
    }

    /// Gives a value to the waiters numbered up to `last`, and hands the flight over to the others; returns whom to wake.
    ///
    /// Nothing happens if `leader` has been superseded.
    pub(super) fn publish(&mut self, key: &K, leader: LeaderId, value: &V, last: LeaderId, id: LeaderId) -> Vec<Waker>
    where
        V: Clone,
    {
        // Usually nobody is left, and then one look-up is enough.
        let Some(mut flight) = self.flights.remove(key) else { return Vec::new() };
        if flight.leader != leader {
            self.flights.insert(key.clone(), flight);
            return Vec::new();
        }
        let served = flight.waiters.partition_point(|waiter| waiter.id <= last);
        let mut wakers = Vec::new();
        for waiter in flight.waiters.drain(..served) {
            self.notices.insert(waiter.id, Notice::Value(value.clone()));
            wakers.push(waiter.waker);
        }
        if !flight.waiters.is_empty() {
            self.flights.insert(key.clone(), flight);
            wakers.extend(self.hand_over(key, leader, id));
        }
        wakers
    }

    /// Records that the body of the leader `parent` asks for `key`.
    pub(super) fn start_waiting_for(&mut self, parent: Option<LeaderId>, key: &K) {
        if let Some(parent) = parent {
            self.waits_for.entry(parent).or_default().push(key.clone());
        }
    }

    pub(super) fn stop_waiting_for(&mut self, parent: Option<LeaderId>, key: &K) {
        let Some(parent) = parent else { return };
        let Some(keys) = self.waits_for.get_mut(&parent) else { return };
        if let Some(at) = keys.iter().position(|waited| waited == key) {
            keys.swap_remove(at);
        }
        if keys.is_empty() {
            self.waits_for.remove(&parent);
        }
    }
}
