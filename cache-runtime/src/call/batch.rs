//! A call for many keys: one read of all, one run of the body for the missing ones, one write.

mod counting;
mod join_flights;
mod output;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::mem;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::RandomState;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::output::{BatchOutcome, BatchOutput};
use super::Decision;
use super::before_and_after_body::{Begun, begin_call};
use super::outcome::{Always, Outcome, Storable};
use super::retention::Retention;
use super::save::Expiring;
use crate::Result;
use crate::claim::{Epoch, HeldClaim, RefreshLease};
use crate::entry::{self, Expiration, TagStamp, Value};
use crate::handle::{Handle, Read, deduplicated, deduplicated_with_places};
use crate::mode::{Blocking, Mode};
use crate::near::NearSlot;
use crate::observe::stats::{MissReason, Moment, PendingCall};
use crate::poll_once::{poll_now, poll_once};
use crate::single_flight::{BatchLeaders, Ending, Leader, LeaderScope, flights};
use crate::time::Ttl;

/// For which elements the body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunFor {
    /// Those without a stored value.
    Missing,
    /// All of them.
    All,
}

/// The key and the tags of an element's entry.
pub struct EntryName {
    /// The key.
    pub key: Result<String>,
    /// The tags.
    pub tags: Vec<Result<String>>,
}

/// The elements of a batch, with the names of their entries.
pub struct Elements<E> {
    names: Vec<EntryName>,
    all: Vec<E>,
    /// Here, so that the compiler asks for `Clone` where the elements are passed, and nowhere else.
    clone: fn(&E) -> E,
}

/// The names of the entries of a batch.
pub fn names<E>(elements: &[E], name: impl FnMut(&E) -> EntryName) -> Vec<EntryName> {
    elements.iter().map(name).collect()
}

/// The elements of a batch.
pub fn elements<E: Clone>(names: Vec<EntryName>, all: Vec<E>) -> Elements<E> {
    Elements { names, all, clone: E::clone }
}

/// A copy of the elements of a batch.
pub fn copied_elements<E: Clone>(names: Vec<EntryName>, all: &[E]) -> Elements<E> {
    elements(names, all.to_vec())
}

/// Returns the stored values of all elements, and runs the body for the missing ones.
///
/// `outcomes` are that of the whole, and that of the value of each element.
pub(crate) async fn run_batch<M: Mode, E, O, K: Outcome, F>(
    mode: &M,
    run_for: RunFor,
    handle: &Handle,
    elements: Elements<E>,
    _: (O, K),
    compute: impl FnOnce(Vec<E>) -> F,
    retention: impl FnMut(&K::Value) -> Retention,
) -> O::Whole
where
    O: BatchOutcome<E, Value = K::Value>,
    F: Future<Output = O::Whole>,
{
    let mut batch = Batch::new::<O::Output>(mode, handle, elements);
    let ended_before = flights().ended();
    let (mut values, leases) = match run_for {
        RunFor::Missing => batch.lookup(&[]).await,
        RunFor::All => {
            batch.pending = batch.pending_refreshes();
            batch.refresh_epoch = Some(handle.core.invalidations.epoch());
            (batch.elements.iter().map(|_| None).collect(), Vec::new())
        }
    };
    if values.iter().all(Option::is_some) {
        return batch.whole::<O, _>(values);
    }
    // Boxed: the future of a hit need not be as large as that of a computation.
    Box::pin(async move {
        let leaders = match run_for {
            RunFor::Missing => batch.lead(&mut values, ended_before).await,
            RunFor::All => batch.lead_unconditionally(),
        };
        batch.compute::<O, _, F>(values, (leaders, leases), compute, retention).await
    })
    .await
}

/// Values by the positions of their keys.
pub(crate) type ByPosition<T> = HashMap<usize, T, RandomState>;

/// `get_or_set` for many keys up to the body, which computes the missing ones; and what was found without it, by position.
/// Each key has the place near where its value is to be kept.
pub(crate) fn begin_multi<T>(
    handle: &Handle,
    keys: Vec<String>,
    near: Vec<NearSlot<T>>,
) -> (Begun<'static, ByPosition<T>>, Vec<Option<T>>)
where
    T: Serialize + DeserializeOwned + Clone + 'static,
{
    let (handle, found) = (handle.clone(), Rc::new(RefCell::new(Vec::new())));
    let note = Rc::clone(&found);
    let begun = begin_call(move |body| async move {
        let positions = (0..keys.len()).collect();
        let mut batch = Batch::new::<ByPosition<T>>(&Blocking, &handle, elements(names_of(keys), positions));
        let ended_before = flights().ended();
        let (values, leases) = batch.lookup(&near).await;
        batch.retain_missing(&values);
        *note.borrow_mut() = values;
        if batch.elements.is_empty() {
            return ByPosition::default();
        }
        let mut values = vec![None; batch.elements.len()];
        let leaders = batch.lead(&mut values, ended_before).await;
        // What others have computed meanwhile.
        for (element, value) in batch.elements.iter().zip(&values) {
            note.borrow_mut()[element.itself].clone_from(value);
        }
        let run = |_| body;
        batch.compute::<Always<ByPosition<T>>, T, _>(values, (leaders, leases), run, |_| Retention::Usual).await
    });
    (begun, found.take())
}

fn names_of(keys: Vec<String>) -> Vec<EntryName> {
    keys.into_iter().map(|key| EntryName { key: Ok(key), tags: Vec::new() }).collect()
}

/// `get_or_set` for many keys, each once.
pub(crate) async fn get_or_set_multi<M: Mode, T, F: Future<Output = HashMap<String, T>>>(
    mode: &M,
    handle: &Handle,
    keys: Vec<String>,
    compute: impl FnOnce(Vec<String>) -> F,
) -> HashMap<String, T>
where
    T: Serialize + DeserializeOwned,
{
    let names = names_of(keys.clone());
    let outcomes = (Always::<HashMap<String, T>>::new(), Always::<T>::new());
    run_batch(mode, RunFor::Missing, handle, elements(names, keys), outcomes, compute, |_| Retention::Usual).await
}

/// A value that the body has computed.
struct Computed<'a, V> {
    /// The stored key.
    key: String,
    value: &'a V,
    /// `None` if they cannot be read. Then the value is not stored.
    stamps: Option<&'a [TagStamp]>,
    retention: Retention,
}

struct Element<E> {
    itself: E,
    /// `None` if the key cannot be stored; then the element is computed each time, and does not affect the others.
    key: Option<String>,
    tags: Vec<Result<String>>,
}

/// A batch call in progress.
struct Batch<'a, M, E> {
    mode: &'a M,
    handle: &'a Handle,
    elements: Vec<Element<E>>,
    clone: fn(&E) -> E,
    /// The moment at which a refresh began: its values win over computations that began before it.
    refresh_epoch: Option<Epoch>,
    /// The calls of the elements, as long as their outcomes are not known.
    pending: Vec<Option<PendingCall>>,
}

impl<'a, M: Mode, E> Batch<'a, M, E> {
    fn new<B: BatchOutput<E>>(mode: &'a M, handle: &'a Handle, Elements { names, all, clone }: Elements<E>) -> Self {
        let usable = |key: Result<String>| {
            let key = key.inspect_err(|error| handle.log_failure(error)).ok()?;
            handle.key(&key).is_ok().then_some(key)
        };
        let named = all.into_iter().zip(names);
        let elements = named.map(|(itself, EntryName { key, tags })| Element { itself, key: usable(key), tags });
        let mut elements = elements.collect();
        B::dedup(&mut elements, |element| &element.itself);
        Batch { mode, handle, elements, clone, refresh_epoch: None, pending: Vec::new() }
    }

    /// The stored value of each element, and the leases that keep others from recomputing expired ones. `near` is where the
    /// values are to be kept, by position, if they are not kept as records.
    async fn lookup<V: DeserializeOwned>(&mut self, near: &[NearSlot<V>]) -> (Vec<Option<V>>, Vec<RefreshLease>) {
        let (elsewhere, mut pending) = (NearSlot::none(), self.pending_calls());
        let keys = self.elements.iter().filter_map(|element| element.key.as_deref());
        let (keys, places) = deduplicated_with_places(keys);
        let (mut uses, mut is_elsewhere) = (vec![0_usize; keys.len()], vec![false; keys.len()]);
        places.iter().for_each(|place| uses[*place] += 1);
        let with_key = self.elements.iter().enumerate().filter(|(_, element)| element.key.is_some());
        for ((at, _), place) in with_key.zip(&places) {
            is_elsewhere[*place] = near.get(at).is_some_and(|slot| slot.get().is_some());
        }
        let (mut records, absent) = match self.load(keys, &is_elsewhere).await {
            Ok(records) => (records, MissReason::Cold),
            Err(reason) => (Vec::new(), reason),
        };
        let mut places = places.into_iter();
        let mut leases = Vec::new();
        let values = self.elements.iter().enumerate().map(|(at, Element { key, .. })| {
            let key = key.as_ref()?;
            let place = places.next()?;
            // Elements may share a key; the last one takes the record.
            uses[place] -= 1;
            let read = match records.get_mut(place) {
                Some((_, read)) if uses[place] == 0 => mem::replace(read, Read::Absent(absent)),
                Some((_, read)) => read.clone(),
                None => Read::Absent(absent),
            };
            match self.handle.decide(&self.handle.key(key).ok()?, read, near.get(at).unwrap_or(&elsewhere)) {
                Decision::Value(value, how, bytes) => {
                    pending[at].take().into_iter().for_each(|pending| pending.answered(how, bytes));
                    Some(value)
                }
                Decision::Compute { lease, reason, .. } => {
                    leases.extend(lease.map(|lease| *lease));
                    pending[at] = pending[at].take().map(|pending| pending.missed(reason));
                    None
                }
            }
        });
        let values = values.collect();
        self.pending = pending;
        (values, leases)
    }

    /// The keys with what was read; else why nothing can be read.
    async fn load(&self, keys: Vec<String>, is_elsewhere: &[bool]) -> Result<Vec<(String, Read)>, MissReason> {
        if self.handle.stores_nothing() {
            return Err(MissReason::Off);
        }
        let records = self.handle.records(self.mode, keys, is_elsewhere).await;
        records.inspect_err(|error| self.handle.log_failure(error)).map_err(|_| MissReason::StoreAway)
    }

    /// Runs the body for the missing elements, stores its values, and returns the whole.
    async fn compute<O, V: Storable, F>(
        mut self,
        mut values: Vec<Option<V>>,
        (leaders, leases): (BatchLeaders, Vec<RefreshLease>),
        compute: impl FnOnce(Vec<E>) -> F,
        mut retention: impl FnMut(&V) -> Retention,
    ) -> O::Whole
    where
        O: BatchOutcome<E, Value = V>,
        F: Future<Output = O::Whole>,
    {
        // All may have been found meanwhile.
        let missing: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_none()).collect();
        self.count_coalesced(&values);
        if !missing.is_empty() {
            let copies = || missing.iter().map(|at| (self.clone)(&self.elements[*at].itself)).collect::<Vec<E>>();
            let (given, requested) = (copies(), copies());
            let claim = self.claim(&missing, leaders.as_slice().first()).await;
            let tags = missing.iter().map(|at| mem::take(&mut self.elements[*at].tags)).collect();
            let stamps = self.handle.tag_stamps_of_each(self.mode, tags).await;
            let body = pin!(Some(async { compute(given).await }));
            let begun = Moment::now();
            let whole = LeaderScope::new(leaders.as_slice().first(), body).await;
            self.count_run(&missing, begun.elapsed());
            let computed = match O::output(whole) {
                Ok(output) => output.into_values(&requested),
                Err(whole) => {
                    // The `Err` need not be `Send`, so it is not held while the store is asked.
                    poll_now(self.abandon(claim, leases));
                    leaders.end(|_| Ending::Failed);
                    return whole;
                }
            };
            missing.iter().zip(computed).for_each(|(at, value)| values[*at] = value);
            self.pending.drain(..).flatten().for_each(|pending| pending.computed(None));
            // Elements may share a key.
            let mut seen = HashSet::new();
            let computed = missing.iter().zip(&stamps).filter_map(|(at, stamps)| {
                let (key, value) = (self.elements[*at].key.as_deref()?, values[*at].as_ref()?);
                let key = Some(self.handle.key(key).ok()?.into_owned()).filter(|key| seen.insert(key.clone()))?;
                let stamps = stamps.as_deref();
                let retention = if stamps.is_some() { retention(value) } else { Retention::NotStored };
                Some(Computed { key, value, stamps, retention })
            });
            // The closures may call the cache, as the body may. They are not awaited, so that no `&V` is held.
            let judgement = pin!(Some(async { computed.collect::<Vec<_>>() }));
            let computed = poll_once(LeaderScope::new(leaders.as_slice().first(), judgement));
            if let Some(epoch) = self.refresh_epoch {
                let invalidations = &self.handle.core.invalidations;
                computed.iter().for_each(|computed| invalidations.invalidate_before(epoch, &computed.key));
            }
            self.store_and_publish(claim, &computed, leaders).await;
        }
        self.whole::<O, V>(values)
    }

    /// What the batch returns, with the value of each element.
    fn whole<O: BatchOutcome<E, Value = V>, V>(self, values: Vec<Option<V>>) -> O::Whole {
        let elements = self.elements.into_iter().map(|element| element.itself);
        O::whole(O::Output::from_values(elements.zip(values)))
    }

    /// Claims the missing keys, in one step: a change of a key breaks the claim on it, and then its value is not stored.
    async fn claim(&self, missing: &[usize], leader: Option<&Leader>) -> HeldClaim {
        let keys = missing.iter().filter_map(|at| self.elements[*at].key.as_deref());
        let keys = keys.filter_map(|key| Some(self.handle.key(key).ok()?.into_owned()));
        self.handle.nonexclusive_claim(self.mode, deduplicated(keys).into(), leader).await
    }

    /// Stores computed values, except those invalidated meanwhile, and publishes them to the waiters. A failure to store
    /// them is no failure of the caller.
    async fn store_and_publish<V: Storable>(
        &self,
        claim: HeldClaim,
        computed: &[Computed<'_, V>],
        leaders: BatchLeaders,
    ) {
        let handle = self.handle;
        let lifetimes = self.lifetimes(computed);
        let encode = |computed: &Computed<'_, V>| {
            let expiration = lifetimes.get(&computed.retention.ttl())?;
            handle.note_writer(&computed.key);
            let value = handle.encode_typed(Always::<V>::storable(computed.value)?, &computed.key, expiration);
            let value = value.inspect_err(|error| handle.report_unwritable::<V>(&computed.key, error)).ok()?;
            let seal = handle.seal(&computed.key);
            Some(entry::tagged(value, computed.stamps.unwrap_or_default(), seal, expiration))
        };
        // Encoded once more, since few keys of a batch are awaited.
        let awaited: HashSet<&str> =
            leaders.as_slice().iter().filter(|leader| leader.is_awaited()).map(|leader| &*leader.key().key).collect();
        let published: HashMap<&str, Arc<Value>> = computed
            .iter()
            .filter(|computed| awaited.contains(&*computed.key))
            .filter_map(|computed| Some((&*computed.key, Arc::new(encode(computed)?))))
            .collect();
        let watermark = leaders.as_slice().first().map(Leader::watermark);
        let mut values = HashMap::<_, Vec<_>>::new();
        for computed in computed.iter().filter(|computed| computed.retention != Retention::NotStored) {
            let encoded = encode(computed).map(|value| (computed.key.clone(), value));
            values.entry(computed.retention.ttl()).or_default().extend(encoded);
        }
        values.values().flatten().for_each(|(key, value)| handle.count_written(key, value));
        let values: Vec<Expiring> = values.into_iter().map(|(ttl, values)| (lifetimes[&ttl], values)).collect();
        let mut outdated = handle.save(self.mode, claim, &values).await;
        // Tags are checked only for those who wait, in one read: if one was deleted, all values count as outdated.
        let stamps = computed.iter().filter(|computed| awaited.contains(&*computed.key)).filter_map(|one| one.stamps);
        if !handle.are_current(self.mode, &stamps.flatten().cloned().collect::<Vec<_>>()).await {
            outdated.extend(awaited.iter().map(|key| (*key).to_owned()));
        }
        let computed: HashSet<&str> = computed.iter().map(|computed| &*computed.key).collect();
        leaders.end(|leader| {
            let key = &*leader.key().key;
            let watermark = watermark.filter(|_| !outdated.contains(key)).unwrap_or(leader.watermark_of_start());
            match published.get(key) {
                Some(value) => Ending::Published(Arc::clone(value), watermark),
                // Whoever has begun to wait meanwhile finds it in the store.
                None if computed.contains(key) => Ending::Left,
                None => Ending::Failed,
            }
        });
    }

    /// When the values of each lifetime expire; that of the call's options is `None`.
    fn lifetimes<V>(&self, computed: &[Computed<'_, V>]) -> HashMap<Option<Ttl>, Expiration> {
        let mut keys = HashMap::<_, Vec<&str>>::new();
        for Computed { key, retention, .. } in computed {
            keys.entry(retention.ttl()).or_default().push(key);
        }
        let lifetimes = keys.into_iter();
        lifetimes.map(|(ttl, keys)| (ttl, self.handle.expiration_of_batch(keys.into_iter(), ttl))).collect()
    }

    /// Ends a failed attempt: in a window nobody recomputes for a while. A claim that the store does not release at once is
    /// released when this future is dropped.
    async fn abandon(&self, claim: HeldClaim, leases: Vec<RefreshLease>) {
        leases.into_iter().for_each(|lease| lease.fail(self.handle.now()));
        self.handle.release(self.mode, claim, Duration::ZERO).await;
    }
}
