//! Several keys that one body computes.
//!
//! A batch runs its body once, so it has to know what to compute. It first waits for the keys that others compute, and
//! leads nothing meanwhile. Then it leads all the others at once. So a batch that waits keeps nobody waiting, and no circle
//! of waits can close, in whatever order batches name their keys.
//!
//! If somebody fails for whom it waits, it may be given the lead of some keys while it still misses others. Then the other
//! waits count as waits of these leads, and one that would close a circle is refused as any other.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::state::{Ending, Entered, Promotion, TableKey, WaitMode};
use super::sync::{Arc, current_leader};
use super::table::{FlightTable, Leader, WaitOutcome, Waiter, Watermark};

/// What a batch has to do about the keys that it misses.
pub(crate) enum BatchRole<K: TableKey, V: Clone> {
    /// Compute all of them; it leads each, but those for which a wait would close a circle.
    Leaders(Vec<Leader<K, V>>),
    /// Wait for those that others compute.
    Waiters(BatchWait<K, V>),
}

/// The end of a computation: its leader, and the value with the waiters that it may serve.
pub(crate) type Ended<K, V> = (Leader<K, V>, Option<(V, Watermark)>);

/// Waits until all leaders have published, or until this batch has to lead.
pub(crate) struct BatchWait<K: TableKey, V: Clone> {
    waiters: Vec<(K, Waiter<K, V>)>,
    values: Vec<(K, V)>,
    leaders: Vec<Leader<K, V>>,
}

/// What a batch has been given: values, and the lead of keys whose leader had no value for it.
pub(crate) struct BatchWaited<K: TableKey, V: Clone> {
    pub(crate) values: Vec<(K, V)>,
    pub(crate) leaders: Vec<Leader<K, V>>,
}

impl<K: TableKey, V: Clone> FlightTable<K, V> {
    /// Leads the flights of all keys, or waits if others compute some of them. `held` are the leads that it has already.
    pub(crate) fn join_all(
        self: &Arc<Self>,
        keys: &[K],
        held: &[Leader<K, V>],
        mode: WaitMode,
        stall_timeout: Duration,
    ) -> BatchRole<K, V> {
        let parent = held.first().map(Leader::id).or_else(current_leader);
        let mut state = self.lock();
        let closes_circle = |key: &K| parent.is_some_and(|parent| state.is_waiting_on(key, parent));
        let joined: Vec<&K> = keys.iter().filter(|key| !closes_circle(key)).collect();
        let contended: Vec<&K> = joined.iter().copied().filter(|key| state.would_wait(key, mode)).collect();
        let (mut leaders, mut waiters) = (Vec::new(), Vec::new());
        for key in if contended.is_empty() { joined } else { contended } {
            let id = self.next_id();
            state.start_waiting_for(parent, key);
            match state.enter(key, id, mode, stall_timeout) {
                Entered::Leader(promotion) => leaders.push(self.leader(key.clone(), promotion, mode, parent)),
                Entered::Waiter => waiters.push((key.clone(), Waiter::new(self, key.clone(), id, mode, parent))),
            }
        }
        if waiters.is_empty() {
            return BatchRole::Leaders(leaders);
        }
        BatchRole::Waiters(BatchWait { waiters, values: Vec::new(), leaders })
    }

    /// Leads the flights of those keys that nobody computes.
    pub(crate) fn lead_free(
        self: &Arc<Self>,
        keys: &[K],
        mode: WaitMode,
        stall_timeout: Duration,
    ) -> Vec<Leader<K, V>> {
        let parent = current_leader();
        let mut state = self.lock();
        let mut leaders = Vec::new();
        for key in keys {
            let id = self.next_id();
            if state.lead_if_free(key, id, mode, stall_timeout) {
                state.start_waiting_for(parent, key);
                leaders.push(self.leader(key.clone(), Promotion { id, is_beside_others: false }, mode, parent));
            }
        }
        leaders
    }

    /// Records that one body computes the keys of all these leaders: the first one's.
    pub(crate) fn unite(&self, leaders: &[Leader<K, V>]) {
        let Some(owner) = leaders.first().map(Leader::id) else { return };
        let mut state = self.lock();
        leaders.iter().for_each(|leader| state.set_owner(leader.key(), leader.id(), owner));
    }

    /// Ends the computation of a batch: a leader without a value has failed.
    ///
    /// It is one step, so that a batch that waits for several of the keys is not given some of them alone.
    pub(crate) fn end_all(&self, ended: Vec<Ended<K, V>>) {
        let (mut state, mut wakers) = (self.lock(), Vec::<Waker>::new());
        for (mut leader, value) in ended {
            let ending = value.map_or(Ending::Failed, |(value, watermark)| watermark.publication(value));
            wakers.extend(leader.end_under_lock(&mut state, ending));
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// No field is pinned.
impl<K: TableKey, V: Clone> Unpin for BatchWait<K, V> {}

impl<K: TableKey, V: Clone> Future for BatchWait<K, V> {
    type Output = BatchWaited<K, V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BatchWaited<K, V>> {
        let this = &mut *self;
        for (key, mut waiter) in std::mem::take(&mut this.waiters) {
            match Pin::new(&mut waiter).poll(context) {
                Poll::Ready(WaitOutcome::Value(value)) => this.values.push((key, value)),
                Poll::Ready(WaitOutcome::Leader(leader)) => this.leaders.push(leader),
                Poll::Pending => this.waiters.push((key, waiter)),
            }
        }
        if this.leaders.is_empty() && !this.waiters.is_empty() {
            return Poll::Pending;
        }
        this.waiters.clear();
        let (values, leaders) = (std::mem::take(&mut this.values), std::mem::take(&mut this.leaders));
        Poll::Ready(BatchWaited { values, leaders })
    }
}
