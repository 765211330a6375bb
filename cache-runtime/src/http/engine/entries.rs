//! The entries of the store, and who computes them: the way of every other call of the library.

use std::fmt;
use std::future::{Future, ready};
use std::pin::pin;
use std::time::Duration;

use super::asked::Asked;
use super::stored::{Index, Stored, StoredResponse};
use crate::call::{Computation, Lookup, Outcome, Retention, lookup, refresh};
use crate::claim::RefreshLease;
use crate::handle::{Handle, View};
use crate::http::caching::Forwarded;
use crate::mode::Async;
use crate::near::{NearSlot, NotNear};
use crate::store::Timestamp;
use crate::{AsyncCache, Cache, Error, Ttl};

/// How long an index lives. When it has expired, the responses below it are fetched again.
pub(super) const INDEX_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The counter of purges by tag. No URL begins like this.
const PURGES: &str = " purges";

/// The entries of a cache of responses, in a namespace of their own.
#[derive(Clone)]
pub(super) struct Entries {
    handle: Handle,
}

/// Where a response belongs.
#[derive(Clone, Debug)]
pub(in crate::http) struct Place {
    pub(super) key: String,
    /// The index that this key is below, if the URL has several responses.
    pub(super) index: Option<Index>,
}

/// What was found for a request.
pub(super) enum Found {
    Response(Place, StoredResponse),
    /// Nothing, and where the response belongs. Without a computation something is stored there that does not fit.
    Missing(Place, Option<Computation<Keep>>),
}

/// What becomes of the answer of an origin.
#[derive(Clone)]
pub(super) struct Kept {
    /// What those who wait are given; `None` if the origin has failed, so that one of them asks it again.
    pub(super) stored: Option<Stored>,
    retention: Retention,
}

/// How the way of a call deals with [`Kept`].
pub(super) struct Keep;

impl Kept {
    /// Stored for as long as it is of use.
    pub(super) fn response(response: StoredResponse) -> Self {
        let retention = Retention::For(Ttl::After(response.freshness.retention()));
        Kept { stored: Some(Stored::Response(response)), retention }
    }

    pub(super) fn index(index: Index) -> Self {
        Kept { stored: Some(Stored::Index(index)), retention: Retention::For(Ttl::After(INDEX_LIFETIME)) }
    }

    /// Handed to those who wait, and not stored.
    pub(super) fn shown(stored: Stored) -> Self {
        Kept { stored: Some(stored), retention: Retention::NotStored }
    }

    /// Nothing is stored, and what was stored before is deleted.
    pub(super) fn deleted() -> Self {
        Kept { stored: Some(Stored::Unsharable), retention: Retention::For(Ttl::After(Duration::ZERO)) }
    }

    pub(super) fn failed() -> Self {
        Kept { stored: None, retention: Retention::NotStored }
    }
}

impl Outcome for Keep {
    type Whole = Kept;
    type Value = Stored;
    type Failed = ();
    type Keep = NotNear;
    type Checked = Self;

    fn checked(self) -> Self {
        self
    }

    fn storable(kept: &Kept) -> Option<&Stored> {
        kept.stored.as_ref()
    }

    fn retention(kept: &Kept) -> Retention {
        kept.retention
    }

    fn split(kept: Kept) -> Result<Result<Stored, ()>, Kept> {
        Ok(kept.stored.ok_or(()))
    }

    fn whole(stored: Stored) -> Kept {
        Kept { stored: Some(stored), retention: Retention::Usual }
    }

    fn failed((): ()) -> Kept {
        Kept::failed()
    }
}

impl Place {
    /// Why there is nothing at this place.
    pub(super) fn reason_of_miss(&self) -> Forwarded {
        if self.index.is_some() { Forwarded::VaryMiss } else { Forwarded::UriMiss }
    }
}

impl Entries {
    /// The options of the view are not taken over: what is stored says for how long. A request looks up several entries, so
    /// that they say nothing in the statistics of calls.
    pub(super) fn new(cache: &Cache, namespace: &str) -> Self {
        let handle = cache.namespace(namespace).handle;
        let view = View { namespace: handle.view.namespace.clone(), is_uncounted: true, ..View::default() };
        Entries { handle: Handle { view, ..handle } }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.handle.now()
    }

    pub(super) fn log_failure(&self, error: &Error) {
        self.handle.log_failure(error);
    }

    /// Looks up the response to a request.
    pub(super) async fn find(&self, asked: &Asked) -> Found {
        let place = Place { key: asked.key.clone(), index: None };
        let hit = match self.lookup(&place).await {
            Lookup::Compute(start) => return Found::Missing(place, Some(start)),
            Lookup::Hit(hit) => hit,
        };
        match hit.whole().stored {
            Some(Stored::Index(index)) => self.find_below(index, asked).await,
            Some(Stored::Response(response)) if asked.selecting.is_empty() => Found::Response(place, response),
            _ => Found::Missing(place, None),
        }
    }

    async fn find_below(&self, index: Index, asked: &Asked) -> Found {
        let is_selected = index.selection.contains(&asked.selecting);
        let place = Place { key: index.key(&asked.key, &asked.headers), index: Some(index) };
        if !is_selected {
            return Found::Missing(place, None);
        }
        let hit = match self.lookup(&place).await {
            Lookup::Compute(start) => return Found::Missing(place, Some(start)),
            Lookup::Hit(hit) => hit,
        };
        match hit.whole().stored {
            Some(Stored::Response(response)) => Found::Response(place, response),
            _ => Found::Missing(place, None),
        }
    }

    async fn lookup(&self, place: &Place) -> Lookup<Keep> {
        lookup(&Async, &self.handle, Ok(&place.key), Keep, NearSlot::none()).await
    }

    /// Runs `fetch` and stores its result, whatever is stored and whoever fetches as well.
    pub(super) async fn refresh(&self, place: &Place, fetch: impl Future<Output = Kept>) -> Kept {
        refresh(&Async, &self.handle, Ok(&place.key), Keep, pin!(Some(fetch))).await
    }

    /// Runs `fetch` and stores its result, unless somebody else in this process validates the same response: then it waits
    /// for theirs.
    pub(super) async fn validate_once(
        &self,
        place: &Place,
        stale: &StoredResponse,
        fetch: impl Future<Output = Kept>,
    ) -> Kept {
        let flight = format!("{} validated {}", place.key, stale.freshness.identity());
        let validate = async {
            // Between the caller's lookup and now somebody else may have validated it, and left the flight.
            if let Some(newer) = self.newer(place, stale).await {
                return Kept::shown(newer);
            }
            let kept = self.refresh(place, fetch).await;
            Kept { retention: Retention::NotStored, ..kept }
        };
        match lookup(&Async, &self.handle, Ok(&flight), Keep, NearSlot::none()).await {
            Lookup::Compute(start) => start.run_in_place(&Async, validate).await,
            Lookup::Hit(hit) => hit.whole(),
        }
    }

    /// What has taken the place of a stale response meanwhile.
    pub(super) async fn newer(&self, place: &Place, stale: &StoredResponse) -> Option<Stored> {
        let Lookup::Hit(hit) = self.lookup(place).await else { return None };
        hit.whole().stored.filter(|stored| match stored {
            Stored::Response(stored) => stored.freshness.identity() != stale.freshness.identity(),
            _ => true,
        })
    }

    /// The right to validate a response in the background, unless somebody in this process has it.
    pub(super) fn lease(&self, place: &Place, window: Duration) -> Option<Box<RefreshLease>> {
        let key = self.handle.key(&place.key).ok()?;
        RefreshLease::take(&self.handle.core.back_off, &self.handle.flight_key(&key), window, self.now())
    }

    /// Stores something that was not computed at its place. A failure of the store is logged.
    pub(super) async fn put(&self, key: &str, kept: Kept, tags: &[String]) {
        let mut handle = self.handle.clone();
        handle.view.add_tags(tags.iter().cloned());
        refresh(&Async, &handle, Ok(key), Keep, pin!(Some(ready(kept)))).await;
    }

    /// Deletes what is stored of a URL: the response, or the index above all of them.
    pub(super) async fn remove(&self, key: &str) -> crate::Result<bool> {
        self.cache().delete(key).await
    }

    /// Deletes the responses that carry a tag. The counter comes first: whoever stores a response with the tag afterwards
    /// finds it changed.
    pub(super) async fn purge_tag(&self, tag: &str) -> crate::Result<bool> {
        self.cache().expires_in(Ttl::Never).increment(PURGES, 1).await?;
        self.cache().delete_tag(tag).await
    }

    /// How many purges by tag there were; `None` if the store does not answer.
    pub(super) async fn purges(&self) -> Option<i64> {
        self.cache().get::<i64>(PURGES).await.map(Option::unwrap_or_default).ok()
    }

    pub(super) async fn clear(&self) -> crate::Result<u64> {
        self.cache().clear().await
    }

    pub(super) fn cache(&self) -> AsyncCache {
        AsyncCache { handle: self.handle.clone() }
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("namespace", &self.handle.view.namespace).finish_non_exhaustive()
    }
}
