//! Who validates a response that is served stale meanwhile.

use std::future::Future;
use std::sync::Arc;

use http::Response;

use super::asked::Asked;
use super::entries::Place;
use super::fetch::{Exchange, Fetched, Flight};
use super::stored::StoredResponse;
use super::{Engine, Origin, Round};
use crate::call::spawn;
use crate::claim::RefreshLease;
use crate::handle::{carry, current_scope};
use crate::http::body::CachedBody;
use crate::http::caching::Forwarded;

/// A stale response, and the right to validate it.
pub(in crate::http) struct Validation {
    pub(super) engine: Arc<Engine>,
    pub(super) asked: Asked,
    pub(super) place: Place,
    pub(super) stored: StoredResponse,
    pub(super) lease: Box<RefreshLease>,
}

/// How the one who may validate a response does it, while the others are served the stale one.
pub(in crate::http) trait Background<O: Origin>: Send + Sync {
    fn validate(
        &self,
        validation: Validation,
        origin: O,
        stale: Response<CachedBody<O::Body>>,
    ) -> impl Future<Output = Round<O>> + Send;
}

/// In a task, so that nobody waits.
pub(in crate::http) struct Spawned;

/// In the request itself, whose origin cannot outlive it.
pub(in crate::http) struct InPlace;

impl<O: Origin + 'static> Background<O> for Spawned {
    async fn validate(&self, validation: Validation, origin: O, stale: Response<CachedBody<O::Body>>) -> Round<O> {
        spawn(carry(current_scope(), validation.run(origin)));
        Round::Answer(Ok(stale))
    }
}

impl<O: Origin> Background<O> for InPlace {
    async fn validate(&self, validation: Validation, origin: O, _: Response<CachedBody<O::Body>>) -> Round<O> {
        let Validation { engine, asked, place, stored, lease } = validation;
        let round = engine.validate(&asked, &place, &stored, origin, Forwarded::Stale).await;
        drop(lease);
        round
    }
}

impl Validation {
    async fn run<O: Origin>(self, origin: O) {
        let Validation { engine, asked, place, stored, lease } = self;
        // Between the lookup and the lease somebody else may have validated it.
        if engine.entries.newer(&place, &stored).await.is_some() {
            return;
        }
        let exchange = Exchange { engine: &engine, asked: &asked, place: &place, stale: Some(&stored) };
        let mut flight = Flight::new(exchange, origin);
        engine.entries.refresh(&place, flight.run()).await;
        match flight.end() {
            Ok(Fetched::Failed(_) | Fetched::Stale) => lease.fail(engine.entries.now()),
            _ => drop(lease),
        }
    }
}
