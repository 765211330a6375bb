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
//! body     storable                                 → save, hand to who waits, the value
//!          an `Err`, with an old value in its window → the old value
//! ```

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::clock::Timestamp;
use crate::entry;
use crate::flights::{self, Heard, Lead, flights};
use crate::handle::Handle;
use crate::io::Io;
use crate::lease::Lease;
use crate::outcome::Outcome;
use crate::store::{Record, Value};
use crate::within::Within;
use crate::{Error, Result};

/// A leader that others wait for and that has not been polled for so long is deposed.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

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
    let landed = flights().landed();
    let (old, lease) = match way.turn(way.load().await) {
        Turn::Value(value) => return O::whole(value),
        Turn::Compute { old, lease } => (old, lease),
    };
    let stale = lease.is_some().then_some(()).and(old.as_ref());
    let lead = match way.join(landed, stale).await {
        Joined::Value(value) => return O::whole(value),
        Joined::Lead(lead) => Some(lead),
        Joined::Alone => None,
    };
    let whole = match &lead {
        Some(lead) => Within::new(lead, body).await,
        None => run(body).await,
    };
    let Some(value) = O::storable(&whole) else {
        lease.into_iter().for_each(Lease::fail);
        return way.stand_in(old).map_or(whole, O::whole);
    };
    if let (Some(value), Some(lead)) = (way.save(value).await, lead) {
        lead.land(&value);
    }
    whole
}

/// The key as it stands in the store; without one nothing is cached.
fn usable<'k>(handle: &Handle, key: Result<&'k str, &Error>) -> Option<Cow<'k, str>> {
    match key.map(|key| handle.key(key)) {
        Ok(Ok(key)) => return Some(key),
        Ok(Err(error)) => handle.pass_over(&error),
        Err(error) => handle.pass_over(error),
    }
    None
}

async fn run<B: Future>(mut body: Pin<&mut Option<B>>) -> B::Output {
    let running = body.as_mut().as_pin_mut();
    let result = running.expect("a body is run once").await;
    body.set(None);
    result
}

/// One call on its way: how it asks, of which cache, for which key.
struct Way<'a, I> {
    io: &'a I,
    handle: &'a Handle,
    key: Cow<'a, str>,
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
    /// What is stored; a store that fails has nothing.
    async fn load(&self) -> Option<Record> {
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
        let key = (Arc::as_ptr(&self.handle.core).addr(), Arc::from(&*self.key));
        let wait = match flights().join(key, I::FACE, LONGEST_SILENCE) {
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
            Heard::Lead(lead) => Joined::Lead(lead),
            Heard::Alone => Joined::Alone,
        }
    }

    async fn look_again<T: DeserializeOwned>(&self, lead: Lead) -> Joined<T> {
        let live = self.load().await.filter(|record| record.is_live(self.handle.now()));
        let Some(record) = live else { return Joined::Lead(lead) };
        match self.handle.decoded(&self.key, &record.value) {
            Some(value) => {
                lead.land(&Arc::new(record.value));
                Joined::Value(value)
            }
            None => Joined::Lead(lead),
        }
    }

    /// Keeps a value whose lifetime begins now, and returns it as it is written. That it could not be kept is not the
    /// caller's failure, nor that of those who wait for it.
    async fn save<T: serde::Serialize + DeserializeOwned>(&self, value: &T) -> Option<Arc<Value>> {
        let lifetime = self.handle.lifetime();
        let written = entry::write(value, self.handle.core.codec, &lifetime);
        let value = written.inspect_err(|error| self.handle.not_saved(&self.key, error)).ok()?;
        let saved = self.handle.put(self.io, &self.key, Cow::Borrowed(&value), lifetime).await;
        let _ = saved.inspect_err(|error| self.handle.not_saved(&self.key, error));
        Some(Arc::new(value))
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
            return match self.decoded(key, &record.value) {
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
        match self.decoded(key, &record.value) {
            Some(value) => Turn::Value(value),
            None => Turn::Compute { old: None, lease: None },
        }
    }
}

/// Whether an expired record may still be served: a window reaches from the moment of expiry.
fn in_window(record: &Record, window: Duration, now: Timestamp) -> bool {
    now < record.expiry().after(window)
}
