//! Who computes a key, and who waits for it: threads and tasks in one table.
//!
//! A caller [joins](FlightTable::join) the flight of a key. The first one leads: it runs the body and
//! [publishes](Leader::publish) the value to all waiters. A leader that ends in any other way (an `Err`, a panic, a
//! dropped future) hands over to the next waiter. Nobody waits for more than two computations (`MAX_WAITS`).
//!
//! **A value may be outdated** by a change of its key. A caller that arrives after the change must not receive the old
//! value, even if it is waiting on the leader that computes it. So a value is published up to a [`Watermark`]: a current
//! value to all who waited before it was found to be current, an outdated one to those who waited before its leader
//! began, since it dates from within their calls. The others wait for the next leader, which begins after they arrived.
//!
//! **Deadlocks** are found by flight, not by thread or task: several callers share a task, and not every executor names
//! its tasks. A body is polled inside a `LeaderScope`, which records its flight in a thread-local
//! during each poll, so that a call made by the body knows the flight it serves. A wait that would close a cycle in the
//! graph "this flight waits for that key" is refused: [`Role::Alone`].
//!
//! The record does not follow threads and tasks that a body starts, and a leader may never be polled again. The stall
//! timeout bounds both: [`supersede_stalled`](FlightTable::supersede_stalled).

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::state::{Entered, Flight, LeaderId, Notice, State, TableKey, WaitMode};
use super::sync::{Arc, AtomicU64, Mutex, MutexGuard, current_leader};

/// The flights of a process.
pub(crate) struct FlightTable<K, V> {
    state: Mutex<State<K, V>>,
    /// The last number given to a leader or waiter.
    last: AtomicU64,
    /// How many values have been published.
    published: AtomicU64,
}

/// What a caller has to do.
pub(crate) enum Role<K: TableKey, V: Clone> {
    /// Compute.
    Leader(Leader<K, V>),
    /// Wait for the leader.
    Waiter(Waiter<K, V>),
    /// Run the body outside any flight: waiting would deadlock, or would block a thread for a task.
    Alone,
}

/// The right and the duty to compute; dropped without [`publish`](Leader::publish), it goes to the next waiter.
pub(crate) struct Leader<K: TableKey, V: Clone> {
    table: Arc<FlightTable<K, V>>,
    key: K,
    id: LeaderId,
    parent: Option<LeaderId>,
    /// How many values had been published before this leader began.
    published_before: u64,
    has_published: bool,
}

/// Up to which waiter a value may be published.
#[derive(Clone, Copy)]
pub(crate) struct Watermark(LeaderId);

/// A caller in the queue of a flight.
pub(crate) struct Waiter<K: TableKey, V: Clone> {
    table: Arc<FlightTable<K, V>>,
    key: K,
    /// `None` once the wait is over.
    id: Option<LeaderId>,
    parent: Option<LeaderId>,
}

/// How a wait ended.
pub(crate) enum WaitOutcome<K: TableKey, V: Clone> {
    /// With the leader's value.
    Value(V),
    /// The leader gave up; this caller leads now.
    Leader(Leader<K, V>),
    /// This caller has waited enough.
    Alone,
}

impl<K: TableKey, V: Clone> FlightTable<K, V> {
    pub(crate) fn new() -> Arc<Self> {
        let state = Mutex::new(State::new());
        Arc::new(FlightTable { state, last: AtomicU64::new(0), published: AtomicU64::new(0) })
    }

    /// The next number. The lock is held, so a load and a store are one step, and cheaper than an atomic addition.
    fn next_id(&self) -> LeaderId {
        let id = self.last.load(Ordering::Relaxed) + 1;
        self.last.store(id, Ordering::Release);
        id
    }

    /// Counts a published value, also under the lock.
    fn count_published(&self) {
        self.published.store(self.published.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Joins the flight of `key`, as its leader if there is none.
    pub(crate) fn join(self: &Arc<Self>, key: K, mode: WaitMode, stall_timeout: Duration) -> Role<K, V> {
        let parent = current_leader();
        let mut state = self.lock();
        if parent.is_some_and(|parent| state.is_waiting_on(&key, parent)) {
            return Role::Alone;
        }
        let id = self.next_id();
        let entered = state.enter(&key, id, mode, stall_timeout);
        if let Entered::Refused = entered {
            return Role::Alone;
        }
        state.start_waiting_for(parent, &key);
        match entered {
            Entered::Leader => Role::Leader(self.leader(key, id, parent)),
            _ => Role::Waiter(Waiter { table: Arc::clone(self), key, id: Some(id), parent }),
        }
    }

    /// Leads the flight of `key`, or, if that has a leader, the flight of `unshared`, which nobody else joins.
    pub(crate) fn lead(self: &Arc<Self>, key: K, unshared: K, mode: WaitMode, stall_timeout: Duration) -> Leader<K, V> {
        let parent = current_leader();
        let mut state = self.lock();
        let id = self.next_id();
        let key = if state.flights.contains_key(&key) { unshared } else { key };
        state.flights.insert(key.clone(), Flight::led_by(id, mode, stall_timeout));
        state.start_waiting_for(parent, &key);
        self.leader(key, id, parent)
    }

    fn leader(self: &Arc<Self>, key: K, id: LeaderId, parent: Option<LeaderId>) -> Leader<K, V> {
        let published_before = self.published();
        Leader { table: Arc::clone(self), key, id, parent, published_before, has_published: false }
    }

    /// How many values have been published so far. A caller that reads this before it looks into the store can tell later
    /// whether it has to look again.
    pub(crate) fn published(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    /// Replaces each stalled leader by its first waiter, and returns whether anybody still waits.
    pub(crate) fn supersede_stalled(&self) -> bool {
        let mut state = self.lock();
        let stalled = state.flights.iter().filter(|(_, flight)| flight.is_stalled());
        let stalled: Vec<_> = stalled.map(|(key, flight)| (key.clone(), flight.leader)).collect();
        let wakers: Vec<_> =
            stalled.into_iter().flat_map(|(key, leader)| state.hand_over(&key, leader, self.next_id())).collect();
        let anybody_waits = state.flights.values().any(|flight| !flight.waiters.is_empty());
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        anybody_waits
    }

    /// Records a sign of life of a leader.
    fn note_progress(&self, key: &K, leader: LeaderId) {
        let mut state = self.lock();
        let flight = state.flights.get_mut(key).filter(|flight| flight.leader == leader);
        if let Some(last_progress) = flight.and_then(|flight| flight.last_progress.as_mut()) {
            *last_progress = Instant::now();
        }
    }

    /// How many wait for a key; `None` if nobody computes it.
    #[cfg(test)]
    pub(crate) fn waiting_for(&self, key: &K) -> Option<usize> {
        self.lock().flights.get(key).map(|flight| flight.waiters.len())
    }

    /// Whether nothing is left of any flight.
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests and the model"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether there is a flight whose key satisfies `condition`.
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests"))]
    pub(crate) fn any(&self, condition: impl Fn(&K) -> bool) -> bool {
        self.lock().flights.keys().any(condition)
    }
}

impl<K: TableKey, V: Clone> Leader<K, V> {
    pub(crate) fn id(&self) -> LeaderId {
        self.id
    }

    /// Whether a value may have been published since [`published`](FlightTable::published) returned `before`.
    pub(crate) fn published_since(&self, before: u64) -> bool {
        self.published_before != before
    }

    /// Records that the leader is at work.
    pub(crate) fn note_progress(&self) {
        self.table.note_progress(&self.key, self.id);
    }

    /// Whether anybody waits for it.
    pub(crate) fn is_awaited(&self) -> bool {
        let state = self.table.lock();
        state.flights.get(&self.key).is_some_and(|flight| flight.leader == self.id && !flight.waiters.is_empty())
    }

    /// Includes all who wait at this moment: for a value that is found to be current afterwards.
    pub(crate) fn watermark(&self) -> Watermark {
        Watermark(self.table.last.load(Ordering::Acquire))
    }

    /// Includes those who waited before this leader began: for a value that a change may have outdated.
    pub(crate) fn watermark_of_start(&self) -> Watermark {
        Watermark(self.id)
    }

    /// Gives the value to the waiters below the watermark, and hands the flight over to the others.
    ///
    /// If this leader has been superseded, nobody receives the value.
    pub(crate) fn publish(mut self, value: &V, Watermark(last): Watermark) {
        self.has_published = true;
        let mut state = self.table.lock();
        self.table.count_published();
        state.stop_waiting_for(self.parent, &self.key);
        let wakers = state.publish(&self.key, self.id, value, last, self.table.next_id());
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<K: TableKey, V: Clone> Drop for Leader<K, V> {
    fn drop(&mut self) {
        if self.has_published {
            return;
        }
        let mut state = self.table.lock();
        state.stop_waiting_for(self.parent, &self.key);
        let wakers = state.hand_over(&self.key, self.id, self.table.next_id());
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// No field is pinned.
impl<K: TableKey, V: Clone> Unpin for Waiter<K, V> {}

impl<K: TableKey, V: Clone> Future for Waiter<K, V> {
    type Output = WaitOutcome<K, V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<WaitOutcome<K, V>> {
        let this = &mut *self;
        let id = this.id.expect("a wait is not polled after its end");
        let mut state = this.table.lock();
        let Some(notice) = state.notices.remove(&id) else {
            let waiters = state.flights.get_mut(&this.key).into_iter().flat_map(|flight| &mut flight.waiters);
            let own = waiters.into_iter().find(|waiter| waiter.id == id);
            own.expect("a waiter without a notice is queued").waker.clone_from(context.waker());
            return Poll::Pending;
        };
        this.id = None;
        if let Notice::Lead(id) = notice {
            return Poll::Ready(WaitOutcome::Leader(this.table.leader(this.key.clone(), id, this.parent)));
        }
        state.stop_waiting_for(this.parent, &this.key);
        Poll::Ready(match notice {
            Notice::Value(value) => WaitOutcome::Value(value),
            _ => WaitOutcome::Alone,
        })
    }
}

impl<K: TableKey, V: Clone> Drop for Waiter<K, V> {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut state = self.table.lock();
        state.stop_waiting_for(self.parent, &self.key);
        let wakers = match state.notices.remove(&id) {
            // It was made the leader, and was dropped before it read that.
            Some(Notice::Lead(id)) => state.hand_over(&self.key, id, self.table.next_id()),
            Some(Notice::Value(_) | Notice::Alone) => Vec::new(),
            None => {
                if let Some(flight) = state.flights.get_mut(&self.key) {
                    flight.waiters.retain(|waiter| waiter.id != id);
                }
                Vec::new()
            }
        };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}
