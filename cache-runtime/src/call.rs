//! The way of a call, from the annotated function to the store and back. No other file knows all of it.
//!
//! ```text
//! near     a decoded value in this process          (its place; not kept yet)
//! store    fresh                                    → the value
//!          stale, in its race window: lease lost    → the old value, at once
//!                                     lease won     → flight
//!          absent                                   → flight
//! flight   somebody in this process computes        → wait for theirs
//!          first one here: look once more, if another has landed meanwhile
//! claim    in a window, or `shared`: another process computes → the old value, or wait for theirs
//! body     storable                                 → save unless the key has changed, hand to who waits, the value
//!          an `Err`, with an old value in its window → the old value
//! ```
//!
//! A refresh goes straight to the body, with a flight and a claim, and waits for nobody.

mod election;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use self::election::Claimed;
use crate::claim::Claim;
use crate::clock::Timestamp;
use crate::entry;
use crate::flight::Reach;
use crate::flights::{self, Heard, Lead, flights};
use crate::handle::Handle;
use crate::io::Io;
use crate::lease::Lease;
use crate::outcome::Outcome;
use crate::store::{Lifetime, Operation, Record, Value};
use crate::tag::Mark;
use crate::within::Within;
use crate::{Error, Result};

/// Answers from the cache, or runs the body and keeps what it gives.
///
/// The body lies in the caller's frame and is held once; in an `Option`, so that it can be destroyed before the key is
/// handed on, also when the call is dropped half-way. Whatever the cache does, the body's own result is never lost.
pub(crate) async fn call<I: Io, O: Outcome, B: Future<Output = O::Whole>>(
    io: &I,
    handle: &Handle,
    key: Result<&str, &Error>,
    _: O,
    body: Pin<&mut Option<B>>,
) -> O::Whole {
    let Some(key) = usable(handle, key) else { return run(body).await };
    let way = Way { io, handle, key };
    match way.look().await {
        Look::Value(value) => O::whole(value),
        // On the heap: who has a value at once need not be as large as who computes it.
        Look::Compute(start) => Box::pin(way.compute::<O, B>(start, body)).await,
    }
}

/// Runs the body, whatever is kept, and keeps what it gives. An `Err` leaves what is kept as it is.
pub(crate) async fn refresh<I: Io, O: Outcome, B: Future<Output = O::Whole>>(
    io: &I,
    handle: &Handle,
    key: Result<&str, &Error>,
    _: O,
    body: Pin<&mut Option<B>>,
) -> O::Whole {
    let Some(key) = usable(handle, key) else { return run(body).await };
    Box::pin(Way { io, handle, key }.renew::<O, B>(body)).await
}

/// The key as it stands in the store; without one nothing is cached.
pub(crate) fn usable<'k>(handle: &Handle, key: Result<&'k str, &Error>) -> Option<Cow<'k, str>> {
    match key.map(|key| handle.key(key)) {
        Ok(Ok(key)) => return Some(key),
        Ok(Err(error)) => handle.pass_over(&error),
        Err(error) => handle.pass_over(error),
    }
    None
}

pub(crate) async fn run<B: Future>(mut body: Pin<&mut Option<B>>) -> B::Output {
    let running = body.as_mut().as_pin_mut();
    let result = running.expect("a body is run once").await;
    body.set(None);
    result
}

/// One call on its way: how it asks, of which cache, for which key.
pub(crate) struct Way<'a, I> {
    pub(crate) io: &'a I,
    pub(crate) handle: &'a Handle,
    pub(crate) key: Cow<'a, str>,
}

/// What a look at the store ended with.
pub(crate) enum Look<T> {
    Value(T),
    Compute(Start),
}

/// What a computation starts from.
pub(crate) struct Start {
    /// How many flights had landed before the look.
    landed: u64,
    /// What may stand in if the body fails.
    old: Option<Record>,
    /// What keeps others from computing while the old value may be served.
    lease: Option<Lease>,
}

impl Start {
    /// The old value, where it may be served while this computation runs.
    pub(crate) fn stale(&self) -> Option<&Record> {
        self.lease.as_ref().and(self.old.as_ref())
    }
}

/// What a caller is to do after a look at the store.
pub(crate) enum Turn<T> {
    /// Take this.
    Value(T),
    /// Run the body. The old record may stand in if that fails; the lease keeps others from running it too.
    Compute { old: Option<Record>, lease: Option<Lease> },
}

/// How a caller came out of the flight of its key.
enum Joined<T> {
    /// With the value of who computed.
    Value(T),
    /// As the one who computes.
    Lead(Lead),
    /// Without the others: it runs the body for itself.
    Alone,
}

impl<I: Io> Way<'_, I> {
    /// The first half of the way: what there is, or what is to be done.
    pub(crate) async fn look<T: DeserializeOwned>(&self) -> Look<T> {
        let landed = flights().landed();
        match self.turn(self.load().await) {
            Turn::Value(value) => Look::Value(value),
            Turn::Compute { old, lease } => Look::Compute(Start { landed, old, lease }),
        }
    }

    /// The second half: runs the body, unless somebody else does, and keeps what it gives.
    pub(crate) async fn compute<O: Outcome, B: Future<Output = O::Whole>>(
        &self,
        start: Start,
        body: Pin<&mut Option<B>>,
    ) -> O::Whole {
        let lead = match self.join(start.landed, start.stale()).await {
            Joined::Value(value) => return O::whole(value),
            Joined::Lead(lead) => Some(lead),
            Joined::Alone => None,
        };
        let before_claim = lead.as_ref().map(Lead::reach);
        let claim = match self.claim(start.stale()).await {
            Claimed::Mine(claim) => claim,
            Claimed::Old(value) => {
                start.lease.into_iter().for_each(Lease::leave_to_another);
                return O::whole(value);
            }
            Claimed::New(value, written) => {
                lead.into_iter().zip(before_claim).for_each(|(lead, reach)| lead.land(&written, reach));
                return O::whole(value);
            }
        };
        let marks = self.handle.marks_or_none(self.io).await;
        let whole = match &lead {
            Some(lead) => Within::new(lead, body).await,
            None => run(body).await,
        };
        let Some(value) = O::storable(&whole) else {
            self.give_up(claim, start.lease).await;
            return self.stand_in(start.old).map_or(whole, O::whole);
        };
        let written = self.written(value, marks.as_deref());
        if !O::stored(&whole) || marks.is_none() {
            self.hand_on(written, claim, start.lease, lead).await;
            return whole;
        }
        self.keep(written, claim, lead, marks.as_deref()).await;
        whole
    }

    /// The way of a refresh: runs the body now and keeps what it gives.
    ///
    /// It waits for nobody, since what others compute may have begun before the change that its caller wants to see.
    /// Where nobody computes, those who come meanwhile wait for it.
    async fn renew<O: Outcome, B: Future<Output = O::Whole>>(&self, body: Pin<&mut Option<B>>) -> O::Whole {
        let (key, begun) = (self.handle.flight(&self.key), self.handle.core.watches.moment());
        let lead = flights().lead(key.clone(), key.apart(), I::FACE, self.handle.core.settings.leader_silence);
        let claim = self.claim_beside().await;
        let marks = self.handle.marks_or_none(self.io).await;
        let whole = Within::new(&lead, body).await;
        let Some(value) = O::storable(&whole) else {
            self.give_up(claim, None).await;
            return whole;
        };
        let written = self.written(value, marks.as_deref());
        if !O::stored(&whole) || marks.is_none() {
            self.hand_on(written, claim, None, Some(lead)).await;
            return whole;
        }
        // Before it is stored: who looks for a change before its own write, and too early, finds this one after it.
        self.handle.core.watches.change_before(begun, &self.key);
        self.keep(written, claim, Some(lead), marks.as_deref()).await;
        whole
    }

    /// What is stored; a store that fails has nothing.
    async fn load(&self) -> Option<Record> {
        if self.handle.keeps_nothing() {
            return None;
        }
        let record = self.handle.record(self.io, &self.key).await;
        record.unwrap_or_else(|error| {
            self.handle.pass_over(&error);
            None
        })
    }

    fn turn<T: DeserializeOwned>(&self, record: Option<Record>) -> Turn<T> {
        self.handle.turn(&self.key, record)
    }

    /// Leads the flight of the key, or waits for who does. With an old value that may be served nobody waits.
    async fn join<T: DeserializeOwned>(&self, landed: u64, stale: Option<&Record>) -> Joined<T> {
        let key = self.handle.flight(&self.key);
        let wait = match flights().join(key, I::FACE, self.handle.core.settings.leader_silence) {
            flights::Turn::Alone => return Joined::Alone,
            // It looked before another flight of some key landed, which may have been of this one.
            flights::Turn::Lead(lead) if lead.landed_since(landed) => return self.look_again(lead).await,
            flights::Turn::Lead(lead) => return Joined::Lead(lead),
            flights::Turn::Wait(wait) => wait,
        };
        if let Some(value) = stale.and_then(|old| self.handle.decoded(&self.key, &old.value)) {
            return Joined::Value(value);
        }
        match self.io.wait(wait).await {
            Heard::Value(value) => self.handle.decoded(&self.key, &value).map_or(Joined::Alone, Joined::Value),
            // Whose value was overtaken by a change may have found a new one in the store.
            Heard::Lead(lead) => self.look_again(lead).await,
            Heard::Alone => Joined::Alone,
        }
    }

    async fn look_again<T: DeserializeOwned>(&self, lead: Lead) -> Joined<T> {
        let reach = lead.reach();
        let Some((value, written)) = self.live().await else { return Joined::Lead(lead) };
        lead.land(&written, reach);
        Joined::Value(value)
    }

    async fn live<T: DeserializeOwned>(&self) -> Option<(T, Arc<Value>)> {
        let record = self.load().await.filter(|record| record.is_live(self.handle.now()))?;
        let value = self.handle.decoded(&self.key, &record.value)?;
        Some((value, Arc::new(record.value)))
    }

    /// A value as it is written, with the lifetime that begins now.
    ///
    /// It is written before anything is waited for, so that the call can be `Send` also where a `&T` is not.
    fn written<T: serde::Serialize + DeserializeOwned>(
        &self,
        value: &T,
        marks: Option<&[Mark]>,
    ) -> Option<(Value, Lifetime)> {
        let lifetime = self.handle.lifetime(&self.key);
        let written = entry::write(value, self.handle.core.settings.codec, &lifetime);
        let value = written.inspect_err(|error| self.handle.not_saved(&self.key, error)).ok()?;
        Some((entry::tagged(value, marks.unwrap_or_default(), &lifetime), lifetime))
    }

    /// Hands what is not to be stored to who waits: a condition says so, or its tags cannot be had. In a window nobody
    /// tries again for a while.
    async fn hand_on(
        &self,
        written: Option<(Value, Lifetime)>,
        claim: Claim,
        lease: Option<Lease>,
        lead: Option<Lead>,
    ) {
        let reach = lead.as_ref().map(Lead::reach);
        let is_current = !claim.is_broken_here();
        self.give_up(claim, lease).await;
        let (Some((value, _)), Some(lead), Some(reach)) = (written, lead, reach) else { return };
        land(lead, value, reach, is_current);
    }

    /// Keeps what was written, and hands it to who waits.
    async fn keep(&self, written: Option<(Value, Lifetime)>, claim: Claim, lead: Option<Lead>, marks: Option<&[Mark]>) {
        let Some((value, lifetime)) = written else { return };
        let reach = lead.as_ref().map(Lead::reach);
        let is_current = self.save(&value, lifetime, claim).await;
        let Some((lead, reach)) = lead.zip(reach) else { return };
        // Whether its tags still stand is asked only for others: who looks the entry up asks anyway.
        let marks = marks.filter(|_| lead.is_awaited()).unwrap_or_default();
        let is_current = is_current && self.handle.still_stand(self.io, marks).await;
        land(lead, value, reach, is_current);
    }

    /// Stores what was written, unless the key was changed since it began to be computed, and tells whether it was not.
    /// That it could not be stored is not the caller's failure, nor that of those who wait for it.
    async fn save(&self, value: &Value, lifetime: Lifetime, claim: Claim) -> bool {
        if claim.is_broken_here() {
            return false;
        }
        match self.store(value, lifetime, claim.token()).await {
            Ok(is_stored) => {
                // A change came between the look and the write. Nothing is never wrong.
                let is_late = claim.is_broken_here();
                claim.settle();
                if is_late {
                    self.forget().await;
                }
                is_stored && !is_late
            }
            Err(error) => {
                self.handle.not_saved(&self.key, &error);
                !claim.is_broken_here()
            }
        }
    }

    async fn forget(&self) {
        let forgotten = Operation::Delete { key: Cow::Borrowed(&self.key), now: self.handle.now() };
        let _ = self.handle.ask(self.io, forgotten).await.inspect_err(|error| self.handle.pass_over(error));
    }

    /// Stores the value, and tells whether the store found the claim unbroken.
    async fn store(&self, value: &Value, lifetime: Lifetime, token: Option<u64>) -> Result<bool> {
        let (key, value) = (Cow::Borrowed(&*self.key), Cow::Borrowed(value));
        let Some(token) = token.filter(|_| !self.handle.keeps_nothing()) else {
            return self.handle.put(self.io, &self.key, value, lifetime).await.map(|()| true);
        };
        let operation = Operation::Fulfil { key, value, lifetime, token };
        self.handle.ask(self.io, operation).await?.was()
    }

    /// The old value, where `stale_if_error` lets it stand in for an `Err`.
    fn stand_in<T: DeserializeOwned>(&self, old: Option<Record>) -> Option<T> {
        let old = old?;
        let window = self.handle.view.stale_if_error;
        in_window(&old, window, self.handle.now()).then(|| self.handle.decoded(&self.key, &old.value))?
    }
}

impl Handle {
    /// Fresh, stale with somebody at work on it, or to be computed.
    pub(crate) fn turn<T: DeserializeOwned>(&self, key: &str, record: Option<Record>) -> Turn<T> {
        let Some(record) = record else { return Turn::Compute { old: None, lease: None } };
        let now = self.now();
        if record.is_live(now) {
            return match self.taken(key, record) {
                Some(value) => Turn::Value(value),
                None => Turn::Compute { old: None, lease: None },
            };
        }
        if !in_window(&record, self.view.race_ttl, now) {
            return Turn::Compute { old: Some(record), lease: None };
        }
        if let Some(lease) = self.core.leases.claim(key, self.view.race_ttl) {
            return Turn::Compute { old: Some(record), lease: Some(lease) };
        }
        match self.taken(key, record) {
            Some(value) => Turn::Value(value),
            None => Turn::Compute { old: None, lease: None },
        }
    }
}

/// Hands a value to who waits: as far as it reaches, if it is current.
fn land(lead: Lead, value: Value, reach: Reach, is_current: bool) {
    let reach = if is_current { reach } else { lead.reach_of_old() };
    lead.land(&Arc::new(value), reach);
}

/// Whether an expired record may still be served: a window reaches from the moment of expiry.
fn in_window(record: &Record, window: Duration, now: Timestamp) -> bool {
    now < record.expiry().after(window)
}
