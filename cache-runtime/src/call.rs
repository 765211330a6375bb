//! The way of a call, from the annotated function to the store and back. No other file knows all of it.
//!
//! ```text
//! store    fresh                                    → the value
//!          stale, in its race window: lease lost    → the stale value, at once
//!                                     lease won     → flight
//!          absent                                   → flight
//! flight   somebody in this process computes        → wait for their value
//!          first one here: look again, if another flight has ended meanwhile
//! claim    in a window, or `shared`: another process computes → the stale value, or wait for theirs
//! body     storable                                 → store unless the key was invalidated, publish, return
//!          an `Err`, with a stale value in its window → the stale value
//! ```
//!
//! A refresh goes straight to the body, with a flight and a claim, and waits for nobody.

mod background_refresh;
mod batch;
mod before_and_after_body;
mod cross_process;
mod outcome;
mod retention;
mod save;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::background_refresh::lookup;
#[cfg(feature = "http")]
pub(crate) use self::background_refresh::spawn;
pub use self::background_refresh::{
    Computation, Hit, Lookup, Owned, TaskArgument, own, recompute, recompute_async, require_task,
};
pub use self::batch::{BatchOutcome, BatchOutput, Elements, EntryName, copied_elements, elements, names};
pub(crate) use self::batch::{ByPosition, RunFor, begin_multi, get_or_set_multi, run_batch};
pub use self::before_and_after_body::{Begun, Running};
pub(crate) use self::before_and_after_body::{begin, begin_refresh};
use self::cross_process::Claimed;
pub use self::outcome::{Always, LocalErr, OkOnly, Outcome, OutcomeProbe, Storable, UnkeptProbe, ValueProbe, checked};
pub(crate) use self::retention::retention;
pub use self::retention::{
    Lifetime, LifetimeOf, Retained, Retention, Returned, StoredType, WithRetention, always, each_expiring, expiring,
    retained, returned, stored_type, usual_lifetime, with_retention,
};
use crate::Error;
use crate::claim::{Epoch, HeldClaim, KeyGuard, RefreshLease};
use crate::entry::{self, Expiration, Record, TagStamp, Value};
use crate::handle::{Handle, Read};
use crate::mode::Mode;
use crate::near::{Loaded, NearSlot};
use crate::observe::stats::{Answered, MissReason, Moment, PendingCall};
use crate::poll_once::poll_now;
use crate::single_flight::{Leader, LeaderScope, Role, WaitOutcome, Watermark, flights};
use crate::time::Timestamp;

/// Returns the stored value, or runs the body and stores its result.
///
/// The body lies in the caller's frame and exists once; in an `Option`, so that it can be destroyed before the flight is
/// handed over, also when the call is dropped half-way. Whatever the cache does, the body's own result is never lost.
pub(crate) async fn call<M: Mode, O: Outcome, B: Future<Output = O::Whole>>(
    mode: &M,
    handle: &Handle,
    key: Result<&str, &Error>,
    _: O,
    near: NearSlot<O::Value>,
    body: Pin<&mut Option<B>>,
) -> O::Whole {
    let Some(key) = usable(handle, key) else { return Box::pin(run_uncached::<O, B>(off(handle), body)).await };
    let call = Call { mode, handle, key };
    match call.lookup(near).await {
        Found::Value(value) => O::whole(value),
        // Boxed: the future of a hit need not be as large as that of a computation.
        Found::Compute(start) => Box::pin(call.compute::<O, B>(*start, body)).await,
    }
}

/// Runs the body in any case, and stores its result. An `Err` leaves the stored value as it is.
pub(crate) async fn refresh<M: Mode, O: Outcome, B: Future<Output = O::Whole>>(
    mode: &M,
    handle: &Handle,
    key: Result<&str, &Error>,
    _: O,
    body: Pin<&mut Option<B>>,
) -> O::Whole {
    let Some(key) = usable(handle, key) else { return run(body).await };
    Box::pin(Call { mode, handle, key }.recompute::<O, B>(body)).await
}

/// The stored form of a key; without one nothing is cached.
fn usable<'k>(handle: &Handle, key: Result<&'k str, &Error>) -> Option<Cow<'k, str>> {
    match key.map(|key| handle.key(key)) {
        Ok(Ok(key)) => return Some(key),
        Ok(Err(error)) => handle.log_failure(&error),
        Err(error) => handle.log_failure(error),
    }
    None
}

/// A call that nothing is cached for.
fn off(handle: &Handle) -> PendingCall {
    handle.pending_call("").missed(MissReason::Off)
}

async fn run_uncached<O: Outcome, B: Future<Output = O::Whole>>(
    pending: PendingCall,
    body: Pin<&mut Option<B>>,
) -> O::Whole {
    let begun = Moment::now();
    let whole = run(body).await;
    pending.ran(1, begun.elapsed());
    if O::storable(&whole).is_some() {
        pending.computed(None);
    }
    whole
}

async fn run<B: Future>(mut body: Pin<&mut Option<B>>) -> B::Output {
    let running = body.as_mut().as_pin_mut();
    let result = running.expect("a body is run once").await;
    body.set(None);
    result
}

/// One call for one stored key.
struct Call<'a, M> {
    mode: &'a M,
    handle: &'a Handle,
    key: Cow<'a, str>,
}

/// What a lookup found.
enum Found<T> {
    Value(T),
    // Boxed, since a hit has none.
    Compute(Box<Start>),
}

/// What a computation starts from.
struct Start {
    /// How many computations had ended before the lookup.
    ended_before: u64,
    /// The expired record, which may be served if the body fails.
    stale: Option<Arc<Loaded>>,
    /// What keeps others from computing while the stale value is served.
    lease: Option<Box<RefreshLease>>,
    pending: PendingCall,
}

impl Start {
    /// The stale record, if it may be served while this computation runs.
    fn servable(&self) -> Option<&Loaded> {
        self.lease.as_ref().and(self.stale.as_deref())
    }
}

/// What a computation holds while its body runs.
struct Attempt {
    claim: HeldClaim,
    leader: Option<Leader>,
    lease: Option<Box<RefreshLease>>,
    /// The expired record, which may be served if the body fails.
    stale: Option<Arc<Loaded>>,
    /// Notices what this process does to the key of the expired record.
    change: Option<KeyGuard>,
    /// The moment at which a refresh began: its value wins over computations that began before it.
    refresh_epoch: Option<Epoch>,
    /// Until its outcome is known.
    pending: Option<PendingCall>,
}

/// What a caller has to do with what the store returned.
enum Decision<T> {
    /// Return this value, which was found in so many bytes.
    Value(T, Answered, usize),
    /// Run the body.
    Compute { stale: Option<Arc<Loaded>>, lease: Option<Box<RefreshLease>>, reason: MissReason },
}

/// How a caller left the flight of its key.
enum Joined<T> {
    /// With a value that somebody else has computed, or a stale one.
    Value(T, Answered),
    /// As the leader.
    Leader(Leader),
    /// Without a flight: it runs the body for itself.
    Alone,
}

impl<M: Mode> Call<'_, M> {
    /// The first half of the way: a value, or the decision to compute.
    async fn lookup<T: DeserializeOwned>(&self, near: NearSlot<T>) -> Found<T> {
        let keeps_record = near.get().is_none();
        if keeps_record && let Some(value) = self.handle.near_hit(&self.key) {
            return Found::Value(value);
        }
        let (begun, ended_before) = (Moment::now(), flights().ended());
        let read = self.load(keeps_record).await;
        // Not before: the future would hold it while the store is asked.
        let pending = self.handle.pending_call_among(&self.key, begun, 1);
        match self.handle.decide(&self.key, read, &near) {
            Decision::Value(value, how, bytes) => {
                pending.answered(how, bytes);
                Found::Value(value)
            }
            Decision::Compute { stale, lease, reason } => {
                Found::Compute(Box::new(Start { ended_before, stale, lease, pending: pending.missed(reason) }))
            }
        }
    }

    /// The second half: runs the body, unless somebody else does, and stores its result.
    async fn compute<O: Outcome, B: Future<Output = O::Whole>>(
        &self,
        start: Start,
        body: Pin<&mut Option<B>>,
    ) -> O::Whole {
        let leader = match self.join(start.ended_before, start.servable()).await {
            Joined::Value(value, how) => {
                start.pending.answered(how, 0);
                return O::whole(value);
            }
            Joined::Leader(leader) => Some(leader),
            Joined::Alone => None,
        };
        let before_claim = leader.as_ref().map(Leader::watermark);
        let claim = match self.claim(start.servable(), leader.as_ref()).await {
            Claimed::Won(claim) => claim,
            Claimed::Stale(value) => {
                if let Some(lease) = start.lease {
                    lease.yield_to_peer(self.handle.now());
                }
                start.pending.answered(Answered::Stale, 0);
                return O::whole(value);
            }
            Claimed::Fresh(value, encoded) => {
                if let Some((leader, watermark)) = leader.zip(before_claim) {
                    leader.publish(encoded, watermark);
                }
                start.pending.answered(Answered::Coalesced, 0);
                return O::whole(value);
            }
        };
        let Start { stale, lease, pending, .. } = start;
        let change = stale.as_ref().map(|_| self.handle.core.invalidations.guard(&self.key));
        let attempt = Attempt { claim, leader, lease, stale, change, refresh_epoch: None, pending: Some(pending) };
        self.run_and_store::<O, B>(attempt, body).await
    }

    /// The way of a refresh: runs the body now and stores its result.
    ///
    /// It waits for nobody, since what others compute may have begun before the change that the caller wants to see. If
    /// nobody else computes, callers that arrive meanwhile wait for it.
    async fn recompute<O: Outcome, B: Future<Output = O::Whole>>(&self, body: Pin<&mut Option<B>>) -> O::Whole {
        let (key, epoch) = (self.handle.flight_key(&self.key), self.handle.core.invalidations.epoch());
        let leader = flights().lead(key.clone(), key.unshared(), M::WAITS, self.handle.core.settings.stall_timeout);
        let claim = self.nonexclusive_claim(Some(&leader)).await;
        let (leader, refresh_epoch, pending) =
            (Some(leader), Some(epoch), Some(self.handle.pending_refresh(&self.key)));
        let attempt = Attempt { claim, leader, lease: None, stale: None, change: None, refresh_epoch, pending };
        self.run_and_store::<O, B>(attempt, body).await
    }

    /// Runs the body, and ends the attempt with its result.
    async fn run_and_store<O: Outcome, B: Future<Output = O::Whole>>(
        &self,
        mut attempt: Attempt,
        body: Pin<&mut Option<B>>,
    ) -> O::Whole {
        let stamps = self.handle.tag_stamps_or_none(self.mode).await;
        // A block, after which the future no longer holds the whole: its `Err` need not be `Send`.
        let (result, retention) = {
            let begun = Moment::now();
            let whole = LeaderScope::new(attempt.leader.as_ref(), body).await;
            attempt.pending.iter().for_each(|pending| pending.ran(1, begun.elapsed()));
            let retention = O::retention(&whole);
            match O::split(whole) {
                Ok(result) => (result, retention),
                Err(whole) => return self.fail_at_once::<O>(whole, attempt),
            }
        };
        let value = match result {
            Ok(value) => value,
            Err(failed) => {
                let pending = attempt.pending.take();
                let stale = self.fail(attempt).await;
                count_failed(pending, stale.is_some());
                return stale.map_or_else(|| O::failed(failed), O::whole);
            }
        };
        let encoded = self.encode(&value, stamps.as_deref(), retention);
        let is_stored = retention != Retention::NotStored && stamps.is_some() && !self.handle.stores_nothing();
        if let Some(pending) = attempt.pending.take() {
            pending.computed(encoded.as_ref().filter(|_| is_stored).map(|(value, _)| value.size()));
        }
        if retention == Retention::NotStored || stamps.is_none() {
            self.publish_only(encoded, attempt, stamps.as_deref()).await;
            return O::whole(value);
        }
        if let Some(epoch) = attempt.refresh_epoch {
            // Before the write: a computation that checks for invalidations too early, before its own write, and finds
            // none, checks once more after it.
            self.handle.core.invalidations.invalidate_before(epoch, &self.key);
        }
        self.store_and_publish(encoded, attempt, stamps.as_deref()).await;
        O::whole(value)
    }

    /// Ends a failed attempt. Returns the stale value, if it may replace the `Err`.
    async fn fail<T: DeserializeOwned>(&self, attempt: Attempt) -> Option<T> {
        let Attempt { claim, leader, lease, stale, .. } = attempt;
        self.abandon(claim, lease).await;
        leader.into_iter().for_each(Leader::fail);
        self.stale_on_error(stale).await
    }

    /// The same for an `Err` that is not to be held while the store is asked.
    ///
    /// A claim that the store does not release at once is released after the call. If the store does not answer at once,
    /// the stale value of the lookup replaces the `Err`, unless this process has changed the key since then.
    fn fail_at_once<O: Outcome>(&self, whole: O::Whole, mut attempt: Attempt) -> O::Whole {
        let (leader, change, pending) = (attempt.leader.take(), attempt.change.take(), attempt.pending.take());
        let at_hand = attempt.stale.clone().filter(|_| !change.is_some_and(|change| change.is_invalidated()));
        let value = poll_now(self.fail(attempt)).unwrap_or_else(|| {
            let stale = self.if_servable_on_error(at_hand?)?;
            self.handle.decode(&self.key, &stale.value)
        });
        leader.into_iter().for_each(Leader::fail);
        count_failed(pending, value.is_some());
        value.map_or(whole, O::whole)
    }

    /// The stored record; a store that fails has none. A call that keeps its value near has no use for the record there.
    async fn load(&self, is_near: bool) -> Read {
        if self.handle.stores_nothing() {
            return Read::Absent(MissReason::Off);
        }
        let read = self.handle.read(self.mode, &self.key, is_near).await;
        read.unwrap_or_else(|error| {
            self.handle.log_failure(&error);
            Read::Absent(MissReason::StoreAway)
        })
    }

    /// Leads the flight of the key, or waits for its leader. A caller with a stale value to serve waits for nobody.
    async fn join<T: DeserializeOwned>(&self, ended_before: u64, stale: Option<&Loaded>) -> Joined<T> {
        let key = self.handle.flight_key(&self.key);
        let waiter = match flights().join(key, M::WAITS, self.handle.core.settings.stall_timeout) {
            Role::Alone => return Joined::Alone,
            // Between the lookup and now another flight of this key has ended.
            Role::Leader(leader) if leader.may_be_stored_since(ended_before) => return self.look_again(leader).await,
            Role::Leader(leader) => return Joined::Leader(leader),
            Role::Waiter(waiter) => waiter,
        };
        if let Some(value) = stale.and_then(|stale| self.handle.decode(&self.key, &stale.value)) {
            return Joined::Value(value, Answered::Stale);
        }
        match self.mode.wait(waiter).await {
            WaitOutcome::Value(value) => match self.handle.decode(&self.key, &value) {
                Some(value) => Joined::Value(value, Answered::Coalesced),
                None => Joined::Alone,
            },
            // The former leader's value may have been outdated by a change that has stored a new one.
            WaitOutcome::Leader(leader) => self.look_again(leader).await,
        }
    }

    async fn look_again<T: DeserializeOwned>(&self, leader: Leader) -> Joined<T> {
        let watermark = leader.watermark();
        let Some((value, encoded)) = self.live().await else { return Joined::Leader(leader) };
        leader.publish(encoded, watermark);
        Joined::Value(value, Answered::Coalesced)
    }

    async fn live<T: DeserializeOwned>(&self) -> Option<(T, Arc<Value>)> {
        let record = self.load(true).await.record().filter(|record| record.is_live(self.handle.now()))?;
        let value = self.handle.decode(&self.key, &record.value)?;
        Some((value, Arc::new(record.value.clone())))
    }

    /// Encodes a value, with the lifetime that begins now.
    ///
    /// It is encoded before anything is awaited, so that the call is `Send` even if a `&T` is not.
    fn encode<T: Serialize + DeserializeOwned>(
        &self,
        value: &T,
        stamps: Option<&[TagStamp]>,
        retention: Retention,
    ) -> Option<(Value, Expiration)> {
        let expiration = self.handle.expiration(&self.key, retention.ttl());
        self.handle.note_writer(&self.key);
        let encoded = self.handle.encode_typed(value, &self.key, &expiration);
        let value = encoded.inspect_err(|error| self.handle.report_unwritable::<T>(&self.key, error)).ok()?;
        let seal = self.handle.seal(&self.key);
        Some((entry::tagged(value, stamps.unwrap_or_default(), seal, &expiration), expiration))
    }

    /// Publishes a value that is not to be stored: a condition refuses it, or its tags cannot be read. In a window nobody
    /// recomputes for a while.
    async fn publish_only(
        &self,
        encoded: Option<(Value, Expiration)>,
        Attempt { claim, leader, lease, .. }: Attempt,
        stamps: Option<&[TagStamp]>,
    ) {
        let watermark = leader.as_ref().map(Leader::watermark);
        let is_unbroken = self.abandon(claim, lease).await;
        let Some((leader, watermark)) = leader.zip(watermark) else { return };
        let is_current = is_unbroken && self.are_current(&leader, stamps).await;
        publish(leader, encoded.map(|(value, _)| value), watermark, is_current);
    }

    /// Whether no tag was deleted meanwhile. That is checked only if somebody waits: whoever reads the entry checks it
    /// anyway.
    async fn are_current(&self, leader: &Leader, stamps: Option<&[TagStamp]>) -> bool {
        let stamps = stamps.filter(|_| leader.is_awaited()).unwrap_or_default();
        self.handle.are_current(self.mode, stamps).await
    }

    /// Stores a value, and publishes it to the waiters.
    async fn store_and_publish(
        &self,
        encoded: Option<(Value, Expiration)>,
        Attempt { claim, leader, .. }: Attempt,
        stamps: Option<&[TagStamp]>,
    ) {
        let Some((value, expiration)) = encoded else {
            self.abandon(claim, None).await;
            leader.into_iter().for_each(Leader::fail);
            return;
        };
        let watermark = leader.as_ref().map(Leader::watermark);
        let mut values = [(expiration, vec![(self.key.to_string(), value)])];
        let is_current = self.handle.save(self.mode, claim, &values).await.is_empty();
        let Some((leader, watermark)) = leader.zip(watermark) else { return };
        let is_current = is_current && self.are_current(&leader, stamps).await;
        publish(leader, values[0].1.pop().map(|(_, value)| value), watermark, is_current);
    }

    /// The stale value, if `stale_if_error` allows it in place of an `Err`.
    ///
    /// It is read again: what was deleted during the computation is not served, and what somebody else has stored is.
    async fn stale_on_error<T: DeserializeOwned>(&self, stale: Option<Arc<Loaded>>) -> Option<T> {
        let stale = self.if_servable_on_error(stale?)?;
        let record = match self.handle.record(self.mode, &self.key).await {
            Ok(record) => self.if_servable_on_error(record?)?,
            // A store that fails has deleted nothing.
            Err(_) => stale,
        };
        self.handle.decode(&self.key, &record.value)
    }

    fn if_servable_on_error(&self, record: Arc<Loaded>) -> Option<Arc<Loaded>> {
        in_window(&record, self.handle.view.stale_if_error, self.handle.now()).then_some(record)
    }
}

impl Handle {
    /// Decides what to do with a record: serve it fresh, serve it stale while somebody recomputes it, or compute.
    fn decide<T: DeserializeOwned>(&self, key: &str, read: Read, near: &NearSlot<T>) -> Decision<T> {
        let miss = |reason| Decision::Compute { stale: None, lease: None, reason };
        let (mut how, record) = match read.found() {
            Ok(found) => found,
            Err(reason) => return miss(reason),
        };
        let (now, reason) = (self.now(), MissReason::Expired);
        if !record.is_live(now) {
            if !in_window(&record, self.view.race_ttl, now) {
                return Decision::Compute { stale: Some(record), lease: None, reason };
            }
            let lease = RefreshLease::take(&self.core.back_off, &self.flight_key(key), self.view.race_ttl, now);
            if let Some(lease) = lease {
                return Decision::Compute { stale: Some(record), lease: Some(lease), reason };
            }
            how = Answered::Stale;
        }
        let bytes = record.value.size();
        self.decode_into(near, key, record).map_or_else(miss, |value| Decision::Value(value, how, bytes))
    }
}

/// Counts a call whose body has failed.
fn count_failed(pending: Option<PendingCall>, is_answered_stale: bool) {
    if is_answered_stale {
        pending.into_iter().for_each(|pending| pending.answered(Answered::Stale, 0));
    }
}

/// Publishes a value: up to the watermark if it is current, else to those who waited before its leader began.
fn publish(leader: Leader, value: Option<Value>, watermark: Watermark, is_current: bool) {
    let watermark = if is_current { watermark } else { leader.watermark_of_start() };
    match value {
        Some(value) => leader.publish(Arc::new(value), watermark),
        // Nobody else can be given what cannot be encoded.
        None => leader.fail(),
    }
}

/// Whether an expired record may still be served: a window extends from the moment of expiry.
fn in_window(record: &Record, window: Duration, now: Timestamp) -> bool {
    now < record.expiry().after(window)
}
