//! What the cache of responses and the cache of a client have in common: look up, decide, ask the origin, store, answer.

mod asked;
mod background;
mod entries;
mod fetch;
mod origin;
mod respond;
mod settings;
mod stored;
mod unstorable;

use std::sync::Arc;

use http::Response;

use self::asked::{Asked, Lookup};
use self::background::Validation;
pub(super) use self::background::{Background, InPlace, Spawned};
use self::entries::{Entries, Found, Kept, Place};
use self::fetch::{Exchange, Fetched, Flight};
pub(super) use self::origin::{Origin, Upstream};
pub(super) use self::settings::Settings;
use self::stored::{Stored, StoredResponse};
use self::unstorable::Unstorable;
use super::body::CachedBody;
use super::caching::{Arrival, CacheStatus, Forwarded, Reuse, Storable, Target, changed_urls};
use crate::mode::Async;
use crate::{Cache, Result};

/// A response that may be stored, or the origin's error.
pub(super) type Answer<O> = std::result::Result<Response<CachedBody<<O as Origin>::Body>>, <O as Origin>::Error>;

/// How often a request looks again because another one has changed what is stored. After that it asks the origin for
/// itself.
const ROUNDS: u32 = 3;

/// A cache of responses: the entries of a store, and the rules.
#[derive(Debug)]
pub(super) struct Engine {
    entries: Entries,
    settings: Settings,
    unstorable: Unstorable,
}

/// How a round ended.
pub(super) enum Round<O: Origin> {
    Answer(Answer<O>),
    /// What is stored has changed: look again.
    Again(O),
    /// The origin is to be asked for this request alone. The place is that of a response that was not for everybody, and may be
    /// now.
    Alone(O, Forwarded, Option<Place>),
}

impl Engine {
    pub(super) fn new(cache: &Cache, namespace: &str, settings: Settings) -> Self {
        Engine { entries: Entries::new(cache, namespace), settings, unstorable: Unstorable::default() }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The same entries with other settings.
    pub(super) fn with(&self, set: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings.clone();
        set(&mut settings);
        Engine { entries: self.entries.clone(), settings, unstorable: Unstorable::default() }
    }

    /// Answers a request from the store, or by its origin.
    pub(super) async fn answer<O: Origin>(self: Arc<Self>, background: impl Background<O>, origin: O) -> Answer<O> {
        let asked = match Asked::read(&self.settings, &origin) {
            Lookup::Of(asked) => asked,
            Lookup::Change(target) => return self.change(&target, origin).await,
            Lookup::Bypass(why) => return self.pass(origin, why).await,
        };
        let mut origin = origin;
        for _ in 0..ROUNDS {
            origin = match self.round(&background, &asked, origin).await {
                Round::Answer(answer) => return answer,
                Round::Again(origin) => origin,
                Round::Alone(origin, why, place) => return self.ask_alone(&asked, origin, why, place).await,
            };
        }
        self.pass(origin, Forwarded::UriMiss).await
    }

    async fn round<O: Origin>(self: &Arc<Self>, background: &impl Background<O>, asked: &Asked, origin: O) -> Round<O> {
        let (place, start) = match self.entries.find(asked).await {
            Found::Response(place, stored) => return self.reuse(background, asked, place, stored, origin).await,
            Found::Missing(place, start) => (place, start),
        };
        let why = place.reason_of_miss();
        if asked.requested.only_if_cached() {
            return Round::Answer(Ok(self.refuse()));
        }
        // The answer to a `HEAD` or to a range is not the whole response.
        if asked.is_partial() {
            return Round::Alone(origin, why, None);
        }
        if self.unstorable.contains(&place.key) {
            return Round::Alone(origin, why, Some(place));
        }
        let mut flight = Flight::new(Exchange { engine: self, asked, place: &place, stale: None }, origin);
        let kept = match start {
            Some(start) => start.run_in_place(&Async, flight.run()).await,
            None => self.entries.refresh(&place, flight.run()).await,
        };
        self.land(asked, flight, kept, None, why).await
    }

    /// Serves a stored response, after validating it if necessary.
    async fn reuse<O: Origin>(
        self: &Arc<Self>,
        background: &impl Background<O>,
        asked: &Asked,
        place: Place,
        stored: StoredResponse,
        origin: O,
    ) -> Round<O> {
        let now = self.entries.now();
        let hit = CacheStatus::Hit { ttl: stored.freshness.ttl(now) };
        let why = match asked.requested.reuse(&stored.freshness, now) {
            Reuse::Serve => return Round::Answer(Ok(self.respond(asked, &stored, hit))),
            Reuse::ServeAndValidate => {
                let answer = self.respond(asked, &stored, hit);
                let Some(lease) = self.entries.lease(&place, stored.freshness.window()) else {
                    return Round::Answer(Ok(answer));
                };
                let validation = Validation { engine: Arc::clone(self), asked: asked.clone(), place, stored, lease };
                return background.validate(validation, origin, answer).await;
            }
            Reuse::Validate => Forwarded::Stale,
            Reuse::ValidateAsAsked => Forwarded::Request,
        };
        self.validate(asked, &place, &stored, origin, why).await
    }

    /// Asks the origin whether a stored response is still right.
    async fn validate<O: Origin>(
        &self,
        asked: &Asked,
        place: &Place,
        stored: &StoredResponse,
        origin: O,
        why: Forwarded,
    ) -> Round<O> {
        if asked.requested.only_if_cached() {
            return Round::Answer(Ok(self.refuse()));
        }
        if asked.is_head() {
            return Round::Alone(origin, why, None);
        }
        let is_shared = why == Forwarded::Stale && !stored.freshness.is_always_validated();
        let mut flight = Flight::new(Exchange { engine: self, asked, place, stale: Some(stored) }, origin);
        let kept = match is_shared {
            true => self.entries.validate_once(place, stored, flight.run()).await,
            false => self.entries.refresh(place, flight.run()).await,
        };
        self.land(asked, flight, kept, Some(stored), why).await
    }

    /// Answers with what the origin has answered to this request, or to the one that this request waited for.
    async fn land<O: Origin>(
        &self,
        asked: &Asked,
        flight: Flight<'_, O>,
        kept: Kept,
        stale: Option<&StoredResponse>,
        why: Forwarded,
    ) -> Round<O> {
        let origin = match flight.end() {
            Ok(Fetched::Kept(stored, status, aside)) => {
                let status = CacheStatus::Forwarded { why, status, is_stored: true };
                let mut response = self.respond(asked, &stored, status);
                aside.add_to(&mut response);
                return Round::Answer(Ok(response));
            }
            Ok(Fetched::Passed(response)) => return Round::Answer(Ok(self.finish_passed(asked, response, why))),
            Ok(Fetched::Failed(error)) => return Round::Answer(Err(error)),
            Ok(Fetched::Stale) => return Round::Answer(Ok(self.respond_stale(asked, stale, why))),
            Err(origin) => origin,
        };
        match kept.stored {
            Some(Stored::Response(stored)) if self.is_fresh(asked, &stored) => {
                Round::Answer(Ok(self.respond(asked, &stored, CacheStatus::Collapsed { why })))
            }
            Some(Stored::Index(_)) => Round::Again(origin),
            Some(Stored::Unchanged) if stale.is_some() => Round::Answer(Ok(self.respond_stale(asked, stale, why))),
            _ => Round::Alone(origin, why, None),
        }
    }

    fn is_fresh(&self, asked: &Asked, stored: &StoredResponse) -> bool {
        asked.requested.reuse(&stored.freshness, self.entries.now()) == Reuse::Serve
    }

    /// Asks the origin, and stores nothing.
    async fn pass<O: Origin>(&self, origin: O, why: Forwarded) -> Answer<O> {
        let response = origin.send().await?;
        Ok(self.finish(response.map(CachedBody::untouched), why))
    }

    /// Asks the origin for this request alone. If the answer could have been stored, the next request stores it.
    async fn ask_alone<O: Origin>(&self, asked: &Asked, origin: O, why: Forwarded, place: Option<Place>) -> Answer<O> {
        let requested_at = self.entries.now();
        let response = origin.send().await?;
        if let Some(place) = place {
            let arrival = Arrival { requested_at, received_at: self.entries.now() };
            let (rules, status) = (&self.settings.rules, response.status());
            if Storable::check(rules, &asked.headers, arrival, status, response.headers()).is_some() {
                self.unstorable.remove(&place.key);
            }
        }
        Ok(self.finish(response.map(CachedBody::untouched), why))
    }

    /// Passes a request on that may change pages, and removes what is stored of them.
    async fn change<O: Origin>(&self, target: &Target, origin: O) -> Answer<O> {
        let method = origin.method().clone();
        let response = origin.send().await?;
        for changed in changed_urls(&method, target, response.status(), response.headers()) {
            self.remove(&changed).await;
        }
        Ok(self.finish(response.map(CachedBody::untouched), Forwarded::Method))
    }

    async fn remove(&self, target: &Target) {
        let key = target.key(self.settings.keeps_scheme);
        if let Err(error) = self.entries.remove(&key).await {
            self.entries.log_failure(&error);
        }
    }

    /// Removes all that is stored of a URL.
    pub(super) async fn purge(&self, target: &Target) -> Result<bool> {
        self.entries.remove(&target.key(self.settings.keeps_scheme)).await
    }

    pub(super) async fn purge_tag(&self, tag: &str) -> Result<bool> {
        self.entries.purge_tag(tag).await
    }

    pub(super) async fn clear(&self) -> Result<u64> {
        self.entries.clear().await
    }
}
