//! The data of the flight table: flights, their leaders and waiters, and what each waiter has been told.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::task::Waker;
use std::time::Duration;

use foldhash::quality::RandomState;

use super::heartbeat::Heartbeat;
use super::leaders::{ActiveLeader, Leaders};
use super::sync::{Arc, Instant};

/// Numbers leaders and waiters in the order in which they reach the table; never used twice.
pub(crate) type LeaderId = u64;

/// The key of a flight.
pub(crate) trait TableKey: Clone + Eq + Hash {}
impl<K: Clone + Eq + Hash> TableKey for K {}

/// How many ends are remembered. A caller during whose lookup more have ended looks into the store once more.
const REMEMBERED_ENDS: usize = 64;

/// How a caller waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitMode {
    /// It blocks its thread.
    Thread,
    /// It is polled again.
    Task,
}

/// Up to which waiter a value may be published.
#[derive(Clone, Copy)]
pub(crate) struct Watermark(pub(super) LeaderId);

/// How a computation ended, for those who wait for it.
pub(crate) enum Ending<V> {
    /// With a value for the waiters up to the watermark.
    Published(V, Watermark),
    /// With an `Err`, a panic, or a value that cannot be encoded.
    Failed,
    /// With a value that is in the store alone; or its future was dropped; or it left the work to somebody else.
    Left,
}

/// How a wait ends.
pub(super) enum Notice<V> {
    Value(V),
    /// The waiter is a leader now.
    Lead(Promotion),
}

/// What a new leader has to know.
pub(super) struct Promotion {
    pub(super) id: LeaderId,
    /// Whether others lead the same flight at this moment.
    pub(super) is_beside_others: bool,
    pub(super) heartbeat: Option<Arc<Heartbeat>>,
}

pub(super) struct State<K, V> {
    flights: HashMap<K, Flight, RandomState>,
    /// For each leader, the keys that its body is asking for at this moment, and how many calls ask for each.
    waits_for: HashMap<LeaderId, HashMap<K, usize>>,
    /// The keys of the computations that ended last.
    recently_ended: VecDeque<K>,
    /// For each waiter, the notice that it has not read yet.
    pub(super) notices: HashMap<LeaderId, Notice<V>>,
}

/// The computations of one key in progress, and those who wait for them.
///
/// While anybody waits, somebody computes; while a thread waits, a thread computes.
struct Flight {
    leaders: Leaders,
    /// How many computations have failed since the last success.
    failures: usize,
    /// Ordered by number, so that joining, leaving and being served take logarithmic time.
    threads: BTreeMap<LeaderId, Waker>,
    tasks: BTreeMap<LeaderId, Waker>,
    stall_timeout: Duration,
}

impl Flight {
    fn new(stall_timeout: Duration) -> Self {
        let leaders = Leaders::default();
        Flight { leaders, failures: 0, threads: BTreeMap::new(), tasks: BTreeMap::new(), stall_timeout }
    }

    /// Adds a leader.
    fn promote(&mut self, id: LeaderId, mode: WaitMode) -> Promotion {
        let (leader, is_beside_others) = (ActiveLeader::new(id, mode), !self.leaders.is_empty());
        let heartbeat = leader.heartbeat();
        self.leaders.push(leader);
        Promotion { id, is_beside_others, heartbeat }
    }

    fn waiters(&mut self, mode: WaitMode) -> &mut BTreeMap<LeaderId, Waker> {
        match mode {
            WaitMode::Thread => &mut self.threads,
            WaitMode::Task => &mut self.tasks,
        }
    }

    /// Whether a caller in this mode may wait for a leader.
    ///
    /// A thread never waits for a task: it may be the very thread that has to poll that task. It computes beside the task,
    /// and other threads wait for it.
    fn may_wait(&self, mode: WaitMode) -> bool {
        match mode {
            WaitMode::Thread => self.leaders.include_a_thread(),
            WaitMode::Task => self.leaders.running() > 0,
        }
    }

    fn is_awaited(&self) -> bool {
        !(self.threads.is_empty() && self.tasks.is_empty())
    }

    /// Takes the waiter that leads next, if another one may.
    ///
    /// Each failure lets one more compute at once: a failed computation is followed by two, so that a crowd at an ill
    /// source waits for a number of computations that is logarithmic in its size, without a stampede. Threads come before
    /// tasks, since a task may wait for either.
    fn next_leader(&mut self) -> Option<(LeaderId, Waker, WaitMode)> {
        let has_room = self.leaders.running() <= self.failures;
        if (has_room || !self.leaders.include_a_thread())
            && let Some((id, waker)) = self.threads.pop_first()
        {
            return Some((id, waker, WaitMode::Thread));
        }
        let (id, waker) = self.tasks.first_entry().filter(|_| has_room)?.remove_entry();
        Some((id, waker, WaitMode::Task))
    }
}

impl<K: TableKey, V> State<K, V> {
    pub(super) fn new() -> Self {
        State {
            flights: HashMap::default(),
            waits_for: HashMap::new(),
            recently_ended: VecDeque::with_capacity(REMEMBERED_ENDS),
            notices: HashMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.flights.is_empty() && self.waits_for.is_empty() && self.notices.is_empty()
    }

    /// Whether a computation of `key` may be among the last `ends` that have ended.
    pub(super) fn has_ended_lately(&self, key: &K, ends: u64) -> bool {
        let ends = usize::try_from(ends).unwrap_or(usize::MAX);
        ends > self.recently_ended.len() || self.recently_ended.iter().rev().take(ends).any(|ended| ended == key)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.flights.keys()
    }

    /// How many wait for a key; `None` if nobody computes it.
    #[cfg(test)]
    pub(super) fn waiting_for(&self, key: &K) -> Option<usize> {
        self.flights.get(key).map(|flight| flight.threads.len() + flight.tasks.len())
    }

    /// Whether a caller in this mode would wait for the flight of `key`.
    pub(super) fn would_wait(&self, key: &K, mode: WaitMode) -> bool {
        self.flights.get(key).is_some_and(|flight| flight.may_wait(mode))
    }

    /// Makes the caller a leader of `key`, or queues it and returns `None`.
    pub(super) fn enter(
        &mut self,
        key: &K,
        id: LeaderId,
        mode: WaitMode,
        stall_timeout: Duration,
    ) -> Option<Promotion> {
        let flight = self.flights.entry(key.clone()).or_insert_with(|| Flight::new(stall_timeout));
        if flight.may_wait(mode) {
            flight.waiters(mode).insert(id, Waker::noop().clone());
            return None;
        }
        Some(flight.promote(id, mode))
    }

    /// Makes the caller the leader of `key`, if nobody computes it.
    pub(super) fn lead_if_free(
        &mut self,
        key: &K,
        id: LeaderId,
        mode: WaitMode,
        stall_timeout: Duration,
    ) -> Option<Promotion> {
        let Entry::Vacant(vacant) = self.flights.entry(key.clone()) else { return None };
        Some(vacant.insert(Flight::new(stall_timeout)).promote(id, mode))
    }

    /// Ends a computation, and decides what becomes of those who wait for it; returns whom to wake.
    pub(super) fn end(
        &mut self,
        key: &K,
        leader: LeaderId,
        ending: Ending<V>,
        next_id: impl FnMut() -> LeaderId,
    ) -> Vec<Waker>
    where
        V: Clone,
    {
        // Usually nobody is left, and then one look-up is enough.
        let Some((key, mut flight)) = self.flights.remove_entry(key) else { return Vec::new() };
        flight.leaders.remove(leader);
        let mut wakers = Vec::new();
        if flight.is_awaited() || !flight.leaders.is_empty() {
            self.tell_waiters(&mut flight, ending, &mut wakers);
            self.promote(&mut flight, next_id, &mut wakers);
        }
        if !flight.leaders.is_empty() {
            self.flights.insert(key.clone(), flight);
        }
        if self.recently_ended.len() == REMEMBERED_ENDS {
            self.recently_ended.pop_front();
        }
        self.recently_ended.push_back(key);
        wakers
    }

    /// Gives a value to the waiters that it may serve, or counts a failure.
    fn tell_waiters(&mut self, flight: &mut Flight, ending: Ending<V>, wakers: &mut Vec<Waker>)
    where
        V: Clone,
    {
        match ending {
            Ending::Published(value, Watermark(last)) => {
                flight.failures = 0;
                for waiters in [&mut flight.threads, &mut flight.tasks] {
                    let later = waiters.split_off(&(last + 1));
                    for (id, waker) in std::mem::replace(waiters, later) {
                        self.notices.insert(id, Notice::Value(value.clone()));
                        wakers.push(waker);
                    }
                }
            }
            Ending::Failed => flight.failures += 1,
            Ending::Left => {}
        }
    }

    /// Lets waiters lead, as many as may.
    fn promote(&mut self, flight: &mut Flight, mut next_id: impl FnMut() -> LeaderId, wakers: &mut Vec<Waker>) {
        while let Some((waiter, waker, mode)) = flight.next_leader() {
            let promotion = flight.promote(next_id(), mode);
            self.notices.insert(waiter, Notice::Lead(promotion));
            wakers.push(waker);
        }
    }

    /// The waker of a waiter that has no notice yet.
    pub(super) fn waker_of(&mut self, key: &K, waiter: LeaderId, mode: WaitMode) -> Option<&mut Waker> {
        self.flights.get_mut(key)?.waiters(mode).get_mut(&waiter)
    }

    /// Removes a waiter that has no notice, and returns its waker, to be dropped without the lock.
    pub(super) fn leave(&mut self, key: &K, waiter: LeaderId, mode: WaitMode) -> Option<Waker> {
        self.flights.get_mut(key)?.waiters(mode).remove(&waiter)
    }

    /// Whether anybody waits for the flight of this leader.
    pub(super) fn is_awaited(&self, key: &K) -> bool {
        self.flights.get(key).is_some_and(Flight::is_awaited)
    }

    /// Records that another leader's body computes a key.
    pub(super) fn join_body(&mut self, key: &K, leader: LeaderId, owner: LeaderId, heartbeat: Option<&Arc<Heartbeat>>) {
        if let Some(leader) = self.flights.get_mut(key).and_then(|flight| flight.leaders.get_mut(leader)) {
            leader.join_body(owner, heartbeat);
        }
    }

    /// Checks one leader; returns whom to wake, and whether it is alive.
    pub(super) fn check_leader(&mut self, key: &K, leader: LeaderId, now: Instant) -> (Vec<Waker>, bool) {
        let mut wakers = Vec::new();
        let is_alive = self.flights.get_mut(key).is_none_or(|flight| {
            let leader = flight.leaders.get_mut(leader);
            leader.is_none_or(|leader| leader.is_alive(now, flight.stall_timeout, &mut wakers))
        });
        (wakers, is_alive)
    }

    /// Checks the leaders of a key; returns whom to wake, and whether there are some and all are lost.
    pub(super) fn check_key(&mut self, key: &K, now: Instant) -> (Vec<Waker>, bool) {
        let mut wakers = Vec::new();
        let Some(flight) = self.flights.get_mut(key) else { return (wakers, false) };
        flight.leaders.check(now, flight.stall_timeout, &mut wakers);
        (wakers, flight.leaders.running() == 0)
    }

    /// Checks the leaders that others wait for, and lets somebody lead in place of those that are lost. Returns whom to
    /// wake, and whether anybody waits.
    pub(super) fn check_leaders(&mut self, now: Instant, mut next_id: impl FnMut() -> LeaderId) -> (Vec<Waker>, bool) {
        let (mut wakers, mut abandoned) = (Vec::new(), Vec::new());
        let awaited = self.flights.iter_mut().filter(|(_, flight)| flight.is_awaited());
        let mut anybody_waits = false;
        for (key, flight) in awaited {
            anybody_waits = true;
            if flight.leaders.check(now, flight.stall_timeout, &mut wakers) {
                abandoned.push(key.clone());
            }
        }
        for key in abandoned {
            if let Some(mut flight) = self.flights.remove(&key) {
                self.promote(&mut flight, &mut next_id, &mut wakers);
                self.flights.insert(key, flight);
            }
        }
        (wakers, anybody_waits)
    }

    /// Whether the flight of `key` waits, directly or through other flights, for what the leader `target` computes.
    pub(super) fn is_waiting_on(&self, key: &K, target: LeaderId) -> bool {
        let (mut todo, mut seen) = (vec![key], HashSet::new());
        while let Some(key) = todo.pop() {
            let Some(flight) = self.flights.get(key).filter(|_| seen.insert(key)) else { continue };
            for leader in flight.leaders.owners() {
                if leader == target {
                    return true;
                }
                todo.extend(self.waits_for.get(&leader).into_iter().flat_map(HashMap::keys));
            }
        }
        false
    }

    /// Records that the body of the leader `parent` asks for `key`.
    pub(super) fn start_waiting_for(&mut self, parent: Option<LeaderId>, key: &K) {
        if let Some(parent) = parent {
            *self.waits_for.entry(parent).or_default().entry(key.clone()).or_default() += 1;
        }
    }

    pub(super) fn stop_waiting_for(&mut self, parent: Option<LeaderId>, key: &K) {
        let Some(parent) = parent else { return };
        let Some(keys) = self.waits_for.get_mut(&parent) else { return };
        if let Some(calls) = keys.get_mut(key) {
            *calls -= 1;
            if *calls == 0 {
                keys.remove(key);
            }
        }
        if keys.is_empty() {
            self.waits_for.remove(&parent);
        }
    }
}
