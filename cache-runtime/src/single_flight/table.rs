//! Who computes a key, and who waits for it: threads and tasks in one table.
//!
//! A caller [joins](FlightTable::join) the flight of a key. The first one leads: it runs the body and
//! [publishes](Leader::publish) the value to all waiters. If it is [cancelled](Leader), the next waiter leads. If it
//! [fails](Leader::fail), two lead, and so on: after n failures in a row at most n + 1 compute at once. So nobody of a
//! crowd of m waits for more than log₂ m computations, and an ill source meets no stampede. A success ends that.
//!
//! **A living leader is never superseded**, however long it takes. A task that is not polled any more is not alive: see
//! `heartbeat.rs`. Somebody leads in its place, and its late value still serves those who wait.
//!
//! **A value may be outdated** by a change of its key. A caller that arrives after the change must not receive the old
//! value, even if it is waiting on the leader that computes it. So a value is published up to a [`Watermark`]: a current
//! value to all who waited before it was found to be current, an outdated one to those who waited before its leader
//! began, since it dates from within their calls. The others wait for the next leader, which begins after they arrived.
//!
//! **Deadlocks** are found by flight, not by thread or task: several callers share a task, and not every executor names
//! its tasks. A body is polled inside a `LeaderScope`, which records its flight in a thread-local
//! during each poll, so that a call made by the body knows the flight it serves. A wait that would close a cycle in the
//! graph "this flight waits for that key" is refused: [`Role::Alone`]. The record does not follow threads and tasks that a
//! body starts.
//!
//! A batch computes several keys in one body: see `batch.rs`.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::heartbeat::Heartbeat;
use super::state::{Ending, LeaderId, Notice, Promotion, State, TableKey, WaitMode, Watermark};
use super::sync::{Arc, AtomicU64, Instant, Mutex, MutexGuard, current_leader};

/// The flights of a process.
pub(crate) struct FlightTable<K, V> {
    state: Mutex<State<K, V>>,
    /// The last number given to a leader or waiter.
    last: AtomicU64,
    /// How many computations have ended.
    ended: AtomicU64,
}

/// What a caller has to do.
pub(crate) enum Role<K: TableKey, V: Clone> {
    /// Compute.
    Leader(Leader<K, V>),
    /// Wait for the leaders.
    Waiter(Waiter<K, V>),
    /// Run the body outside any flight: waiting would deadlock.
    Alone,
}

/// The right and the duty to compute. Dropped by a panic it fails, dropped otherwise it hands over to the next waiter.
pub(crate) struct Leader<K: TableKey, V: Clone> {
    table: Arc<FlightTable<K, V>>,
    key: K,
    id: LeaderId,
    parent: Option<LeaderId>,
    /// How many computations had ended before this leader began.
    ended_before: u64,
    is_beside_others: bool,
    /// `None` for a thread.
    heartbeat: Option<Arc<Heartbeat>>,
    has_ended: bool,
}

/// A caller in the queue of a flight.
pub(crate) struct Waiter<K: TableKey, V: Clone> {
    table: Arc<FlightTable<K, V>>,
    key: K,
    /// `None` once the wait is over.
    id: Option<LeaderId>,
    mode: WaitMode,
    parent: Option<LeaderId>,
    /// The lead that a batch holds while it waits.
    holder: Option<LeaderId>,
}

/// How a wait ended.
pub(crate) enum WaitOutcome<K: TableKey, V: Clone> {
    /// With a leader's value.
    Value(V),
    /// No leader had a value for it; this caller leads now.
    Leader(Leader<K, V>),
}

impl<K: TableKey, V: Clone> FlightTable<K, V> {
    pub(crate) fn new() -> Arc<Self> {
        let state = Mutex::new(State::new());
        Arc::new(FlightTable { state, last: AtomicU64::new(0), ended: AtomicU64::new(0) })
    }

    /// The next number. The lock is held, so a load and a store are one step, and cheaper than an atomic addition.
    pub(super) fn next_id(&self) -> LeaderId {
        let id = self.last.load(Ordering::Relaxed) + 1;
        self.last.store(id, Ordering::Release);
        id
    }

    /// Counts the end of a computation, also under the lock.
    fn count_ended(&self) {
        self.ended.store(self.ended.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Joins the flight of `key`, as a leader if there is none to wait for.
    pub(crate) fn join(self: &Arc<Self>, key: K, mode: WaitMode, stall_timeout: Duration) -> Role<K, V> {
        let parent = current_leader();
        let mut state = self.lock();
        if parent.is_some_and(|parent| state.is_waiting_on(&key, parent)) {
            return Role::Alone;
        }
        let id = self.next_id();
        let entered = state.enter(&key, id, mode, stall_timeout);
        state.start_waiting_for(parent, &key);
        match entered {
            Some(promotion) => Role::Leader(self.leader(key, promotion, parent)),
            None => Role::Waiter(Waiter::new(self, key, id, mode, [parent, None])),
        }
    }

    /// Leads the flight of `key`, or, if that has a leader, the flight of `unshared`, which nobody else joins.
    pub(crate) fn lead(self: &Arc<Self>, key: K, unshared: K, mode: WaitMode, stall_timeout: Duration) -> Leader<K, V> {
        let parent = current_leader();
        let mut state = self.lock();
        let id = self.next_id();
        let free = |key: K| Some((state.lead_if_free(&key, id, mode, stall_timeout)?, key));
        let (promotion, key) = [key, unshared].into_iter().find_map(free).expect("nobody joins the other flight");
        state.start_waiting_for(parent, &key);
        self.leader(key, promotion, parent)
    }

    pub(super) fn leader(self: &Arc<Self>, key: K, promotion: Promotion, parent: Option<LeaderId>) -> Leader<K, V> {
        let Promotion { id, is_beside_others, heartbeat } = promotion;
        let ended_before = self.ended();
        Leader { table: Arc::clone(self), key, id, parent, ended_before, is_beside_others, heartbeat, has_ended: false }
    }

    /// How many computations have ended so far. A caller that reads this before it looks into the store can tell later
    /// whether it has to look again.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Acquire)
    }

    /// Looks for leaders that are lost, and lets waiters lead in their place. Returns whether anybody waits.
    pub(crate) fn check_leaders(&self, now: Instant) -> bool {
        let (wakers, anybody_waits) = self.lock().check_leaders(now, || self.next_id());
        wakers.into_iter().for_each(Waker::wake);
        anybody_waits
    }

    /// Whether a leader is alive; its task is woken if it has not been polled for a while.
    pub(crate) fn check_leader(&self, key: &K, leader: LeaderId, now: Instant) -> bool {
        let (wakers, is_alive) = self.lock().check_leader(key, leader, now);
        wakers.into_iter().for_each(Waker::wake);
        is_alive
    }

    /// Whether a key is computed, by tasks that are all lost.
    pub(crate) fn is_lost(&self, key: &K, now: Instant) -> bool {
        let (wakers, is_lost) = self.lock().check_key(key, now);
        wakers.into_iter().for_each(Waker::wake);
        is_lost
    }

    /// How many wait for a key; `None` if nobody computes it.
    #[cfg(test)]
    pub(crate) fn waiting_for(&self, key: &K) -> Option<usize> {
        self.lock().waiting_for(key)
    }

    /// Whether nothing is left of any flight.
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests and the model"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether there is a flight whose key satisfies `condition`.
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests"))]
    pub(crate) fn any(&self, condition: impl Fn(&K) -> bool) -> bool {
        self.lock().keys().any(condition)
    }
}

impl<K: TableKey, V: Clone> Leader<K, V> {
    pub(crate) fn id(&self) -> LeaderId {
        self.id
    }

    pub(super) fn heartbeat(&self) -> Option<&Arc<Heartbeat>> {
        self.heartbeat.as_ref()
    }

    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    /// Whether others computed the same key in this process when this leader began.
    pub(crate) fn is_beside_others(&self) -> bool {
        self.is_beside_others
    }

    /// Whether its value may have been stored since [`ended`](FlightTable::ended) returned `before`.
    pub(crate) fn may_be_stored_since(&self, before: u64) -> bool {
        self.ended_before != before && {
            let state = self.table.lock();
            state.has_ended_lately(&self.key, self.table.ended() - before)
        }
    }

    /// Records that the leader is at work outside its body.
    pub(crate) fn note_progress(&self) {
        if let Some(heartbeat) = &self.heartbeat {
            heartbeat.beat();
        }
    }

    /// Records that its key is computed in the body of another leader.
    pub(super) fn join_body(&mut self, state: &mut State<K, V>, owner: LeaderId, heartbeat: Option<&Arc<Heartbeat>>) {
        self.heartbeat = heartbeat.cloned();
        state.join_body(&self.key, self.id, owner, heartbeat);
    }

    /// Whether anybody waits for its flight.
    pub(crate) fn is_awaited(&self) -> bool {
        self.table.lock().is_awaited(&self.key)
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
    pub(crate) fn publish(mut self, value: V, watermark: Watermark) {
        self.end(Ending::Published(value, watermark));
    }

    /// Ends without a value: an `Err`. Two waiters compute next.
    pub(crate) fn fail(mut self) {
        self.end(Ending::Failed);
    }

    fn end(&mut self, ending: Ending<V>) {
        self.has_ended = true;
        let wakers = self.end_under_lock(&mut self.table.lock(), ending);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ends in one step with others, and returns whom to wake once the lock is released.
    pub(super) fn end_with_others(&mut self, state: &mut State<K, V>, ending: Ending<V>) -> Vec<Waker> {
        self.has_ended = true;
        self.end_under_lock(state, ending)
    }

    /// Ends a leader that is marked as ended, and returns whom to wake once the lock is released.
    fn end_under_lock(&self, state: &mut State<K, V>, ending: Ending<V>) -> Vec<Waker> {
        self.table.count_ended();
        state.stop_waiting_for(self.parent, &self.key);
        state.end(&self.key, self.id, ending, || self.table.next_id())
    }
}

impl<K: TableKey, V: Clone> Drop for Leader<K, V> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end(if thread::panicking() { Ending::Failed } else { Ending::Left });
        }
    }
}

impl<K: TableKey, V: Clone> Waiter<K, V> {
    /// A caller that has been queued under this number.
    pub(super) fn new(
        table: &Arc<FlightTable<K, V>>,
        key: K,
        id: LeaderId,
        mode: WaitMode,
        [parent, holder]: [Option<LeaderId>; 2],
    ) -> Self {
        Waiter { table: Arc::clone(table), key, id: Some(id), mode, parent, holder }
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
            let waker = state.waker_of(&this.key, id, this.mode).expect("a waiter without a notice is queued");
            let old = (!waker.will_wake(context.waker())).then(|| mem::replace(waker, context.waker().clone()));
            drop(state);
            // The last waker of a task may drop the task, and with it other flights.
            drop(old);
            return Poll::Pending;
        };
        this.id = None;
        state.stop_waiting_for(this.holder, &this.key);
        Poll::Ready(match notice {
            Notice::Lead(promotion) => WaitOutcome::Leader(this.table.leader(this.key.clone(), promotion, this.parent)),
            Notice::Value(value) => {
                state.stop_waiting_for(this.parent, &this.key);
                WaitOutcome::Value(value)
            }
        })
    }
}

impl<K: TableKey, V: Clone> Drop for Waiter<K, V> {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut state = self.table.lock();
        state.stop_waiting_for(self.parent, &self.key);
        state.stop_waiting_for(self.holder, &self.key);
        let notice = state.notices.remove(&id);
        let own = if notice.is_none() { state.leave(&self.key, id, self.mode) } else { None };
        let wakers = match &notice {
            // It was made a leader, and was dropped before it read that.
            Some(Notice::Lead(promotion)) => {
                self.table.count_ended();
                state.end(&self.key, promotion.id, Ending::Left, || self.table.next_id())
            }
            _ => Vec::new(),
        };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        drop((own, notice));
    }
}
