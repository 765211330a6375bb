//! Several keys that one body computes.
//!
//! A batch runs its body once, so it has to know what to compute. It first waits for the keys that others compute, and then
//! leads all the others at once. Usually it leads nothing while it waits, so it keeps nobody waiting, and batches may name
//! their keys in any order.
//!
//! If somebody fails for whom it waits, it may be given the lead of some keys while it still misses others. Then its waits
//! count as waits of these leads, and one that would close a circle is refused as any other.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::state::{Ending, TableKey, WaitMode};
use super::sync::{Arc, current_leader};
use super::table::{FlightTable, Leader, WaitOutcome, Waiter};

/// What a batch has to do about the keys that it misses.
pub(crate) enum BatchRole<K: TableKey, V: Clone> {
    /// Compute all of them. It leads them, except those whose wait would close a circle.
    Leaders(Vec<Leader<K, V>>),
    /// Wait for those that others compute.
    Waiters(BatchWait<K, V>),
}

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
        held: &BatchLeaders<K, V>,
        mode: WaitMode,
        stall_timeout: Duration,
    ) -> BatchRole<K, V> {
        let (parent, holder) = (current_leader(), held.leaders.first().map(Leader::id));
        let mut state = self.lock();
        let asking = [parent, holder];
        let closes_circle = |key: &K| asking.iter().flatten().any(|asking| state.is_waiting_on(key, *asking));
        let joined: Vec<&K> = keys.iter().filter(|key| !closes_circle(key)).collect();
        let contended: Vec<&K> = joined.iter().copied().filter(|key| state.would_wait(key, mode)).collect();
        let (mut leaders, mut waiters) = (Vec::new(), Vec::new());
        for key in if contended.is_empty() { joined } else { contended } {
            let id = self.next_id();
            state.start_waiting_for(parent, key);
            match state.enter(key, id, mode, stall_timeout) {
                Some(promotion) => leaders.push(self.leader(key.clone(), promotion, parent)),
                None => {
                    state.start_waiting_for(holder, key);
                    waiters.push((key.clone(), Waiter::new(self, key.clone(), id, mode, asking)));
                }
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
            if let Some(promotion) = state.lead_if_free(key, id, mode, stall_timeout) {
                state.start_waiting_for(parent, key);
                leaders.push(self.leader(key.clone(), promotion, parent));
            }
        }
        leaders
    }
}

/// The leads of a batch, whose keys one body computes.
///
/// They end in one step, also by a panic or a cancellation, so that a batch that waits for several of the keys is not given
/// some of them alone.
pub(crate) struct BatchLeaders<K: TableKey, V: Clone> {
    table: Arc<FlightTable<K, V>>,
    leaders: Vec<Leader<K, V>>,
}

impl<K: TableKey, V: Clone> BatchLeaders<K, V> {
    pub(crate) fn new(table: &Arc<FlightTable<K, V>>) -> Self {
        BatchLeaders { table: Arc::clone(table), leaders: Vec::new() }
    }

    pub(crate) fn as_slice(&self) -> &[Leader<K, V>] {
        &self.leaders
    }

    /// Adds leads. The body belongs to the first of all.
    pub(crate) fn add(&mut self, leaders: Vec<Leader<K, V>>) {
        self.leaders.extend(leaders);
        self.unite();
    }

    fn unite(&mut self) {
        let Some(first) = self.leaders.first() else { return };
        let (owner, heartbeat) = (first.id(), first.heartbeat().cloned());
        let mut state = self.table.lock();
        self.leaders.iter_mut().for_each(|leader| leader.join_body(&mut state, owner, heartbeat.as_ref()));
    }

    /// Ends each as decided.
    pub(crate) fn end(mut self, ending: impl Fn(&Leader<K, V>) -> Ending<V>) {
        self.end_some(|leader| Some(ending(leader)));
    }

    /// Ends those for which there is an ending.
    pub(crate) fn end_some(&mut self, ending: impl Fn(&Leader<K, V>) -> Option<Ending<V>>) {
        let (mut ended, mut endings) = (Vec::new(), Vec::new());
        for leader in mem::take(&mut self.leaders) {
            match ending(&leader) {
                Some(ending) => {
                    ended.push(leader);
                    endings.push(ending);
                }
                None => self.leaders.push(leader),
            }
        }
        if ended.is_empty() {
            return;
        }
        let (mut state, mut wakers) = (self.table.lock(), Vec::new());
        for (leader, ending) in ended.iter_mut().zip(endings) {
            wakers.extend(leader.end_with_others(&mut state, ending));
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        self.unite();
    }
}

impl<K: TableKey, V: Clone> Drop for BatchLeaders<K, V> {
    fn drop(&mut self) {
        self.end_some(|_| Some(if thread::panicking() { Ending::Failed } else { Ending::Left }));
    }
}

/// No field is pinned.
impl<K: TableKey, V: Clone> Unpin for BatchWait<K, V> {}

impl<K: TableKey, V: Clone> Future for BatchWait<K, V> {
    type Output = BatchWaited<K, V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BatchWaited<K, V>> {
        let this = &mut *self;
        for (key, mut waiter) in mem::take(&mut this.waiters) {
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
        let (values, leaders) = (mem::take(&mut this.values), mem::take(&mut this.leaders));
        Poll::Ready(BatchWaited { values, leaders })
    }
}
