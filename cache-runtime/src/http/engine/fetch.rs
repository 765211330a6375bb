//! Asking the origin, and storing what it answers.

use http::header::{
    AGE, CONTENT_LENGTH, DATE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE, SET_COOKIE,
};
use http::response::Parts;
use http::{Extensions, HeaderMap, HeaderValue, Response, StatusCode};

use super::asked::Asked;
use super::entries::{Kept, Place};
use super::stored::{Index, Stored, StoredResponse};
use super::{Engine, Origin};
use crate::http::body::CachedBody;
use crate::http::caching::{Arrival, Selection, Storable, is_confirmed_by, is_failure, remove_unstorable, update};
use crate::http::collect::{Collected, collect};
use crate::http::{DoNotStore, HttpDate};

/// A request that may be sent to its origin: unless somebody else sends the same one.
pub(super) struct Flight<'a, O: Origin> {
    exchange: Exchange<'a>,
    origin: Option<O>,
    fetched: Option<Fetched<O>>,
}

/// What a response is fetched for.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) engine: &'a Engine,
    pub(super) asked: &'a Asked,
    pub(super) place: &'a Place,
    /// The stored response, which the origin may confirm.
    pub(super) stale: Option<&'a StoredResponse>,
}

/// What asking the origin gave.
pub(super) enum Fetched<O: Origin> {
    /// A whole response, which may be stored, the status by which the origin has confirmed it, and what only this client is
    /// given with it.
    Kept(StoredResponse, Option<u16>, Aside),
    /// A response for this request alone.
    Passed(Response<CachedBody<O::Body>>),
    /// The origin has failed, and the stale response may be served.
    Stale,
    Failed(O::Error),
}

impl<'a, O: Origin> Flight<'a, O> {
    pub(super) fn new(exchange: Exchange<'a>, origin: O) -> Self {
        Flight { exchange, origin: Some(origin), fetched: None }
    }

    /// Asks the origin. Whoever waits for somebody else drops this without polling it.
    pub(super) async fn run(&mut self) -> Kept {
        let origin = self.origin.take().expect("a request is sent once");
        let exchange = self.exchange;
        let (fetched, kept) = exchange.fetch(origin).await;
        self.fetched = Some(fetched);
        kept
    }

    /// The answer, or the request if it was not sent.
    pub(super) fn end(self) -> Result<Fetched<O>, O> {
        match (self.fetched, self.origin) {
            (Some(fetched), _) => Ok(fetched),
            (None, Some(origin)) => Err(origin),
            (None, None) => unreachable!("whoever has sent the request has waited for its answer"),
        }
    }
}

impl Exchange<'_> {
    async fn fetch<O: Origin>(&self, mut origin: O) -> (Fetched<O>, Kept) {
        self.ask_for_the_whole(origin.headers_mut());
        let purges = if self.engine.settings.tags.is_some() { self.engine.entries.purges().await } else { None };
        let requested_at = self.engine.entries.now();
        let response = match origin.send().await {
            Ok(response) => response,
            Err(_) if self.may_serve_stale() => return (Fetched::Stale, Kept::shown(Stored::Unchanged)),
            Err(error) => return (Fetched::Failed(error), Kept::failed()),
        };
        let arrival = Arrival { requested_at, received_at: self.engine.entries.now() };
        if is_failure(response.status()) && self.may_serve_stale() {
            return (Fetched::Stale, Kept::shown(Stored::Unchanged));
        }
        match self.stale {
            Some(stale) if response.status() == StatusCode::NOT_MODIFIED => {
                let (mut not_modified, _) = response.into_parts();
                let aside = Aside::take(&mut not_modified);
                let (confirmed, kept) = self.confirm(stale, &not_modified.headers, arrival, purges).await;
                (Fetched::Kept(confirmed, Some(StatusCode::NOT_MODIFIED.as_u16()), aside), kept)
            }
            _ => self.store(response, arrival, purges).await,
        }
    }

    fn may_serve_stale(&self) -> bool {
        self.stale.is_some_and(|stale| stale.freshness.is_servable_on_error(self.engine.entries.now()))
    }

    /// Makes the request one for the whole response, or for a confirmation of the stored one.
    fn ask_for_the_whole(&self, request: &mut HeaderMap) {
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_RANGE, RANGE] {
            request.remove(name);
        }
        let Some(stale) = self.stale else { return };
        for (validator, precondition) in [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)] {
            if let Some(value) = stale.headers.get(validator) {
                request.insert(precondition, value.clone());
            }
        }
    }

    /// The origin confirms the stored response.
    async fn confirm(
        &self,
        stale: &StoredResponse,
        not_modified: &HeaderMap,
        arrival: Arrival,
        purges: Option<i64>,
    ) -> (StoredResponse, Kept) {
        // It confirms another one than it was asked about. The stored one is served once more, and then fetched anew.
        if !is_confirmed_by(&stale.headers, not_modified) {
            return (stale.clone(), Kept::deleted());
        }
        let mut headers = stale.headers.clone();
        // How old the confirmation is. Without a date and an age it is new.
        headers.remove(DATE);
        update(&mut headers, not_modified);
        let mut checked = headers.clone();
        checked.extend(not_modified.get(AGE).map(|age| (AGE, age.clone())));
        date(&mut headers, arrival);
        let storable = self.check(arrival, stale.status(), &checked);
        let freshness = storable.as_ref().map_or(&stale.freshness, |storable| &storable.freshness);
        let confirmed = StoredResponse::new(stale.status(), headers, stale.body.clone(), freshness.clone());
        let kept = match storable {
            Some(storable) => self.file(&confirmed, storable.selection, purges).await,
            None => Kept::deleted(),
        };
        (confirmed, kept)
    }

    /// Stores a response, if it may be stored and its body is not too large.
    async fn store<O: Origin>(
        &self,
        response: Response<O::Body>,
        arrival: Arrival,
        purges: Option<i64>,
    ) -> (Fetched<O>, Kept) {
        let (mut parts, body) = response.into_parts();
        let is_marked = parts.extensions.get::<DoNotStore>().is_some();
        let storable = self.check(arrival, parts.status, &parts.headers).filter(|_| !is_marked);
        let Some(storable) = storable else {
            let kept = self.unstorable(parts.status);
            return (Fetched::Passed(Response::from_parts(parts, CachedBody::untouched(body))), kept);
        };
        let body = match collect(body, self.engine.settings.max_body).await {
            Collected::Whole(body) if has_length(&parts.headers, body.len()) => body,
            Collected::Whole(body) => {
                return (Fetched::Passed(Response::from_parts(parts, body.into())), self.unstorable(StatusCode::OK));
            }
            Collected::Rest(body) => {
                return (Fetched::Passed(Response::from_parts(parts, body)), self.unstorable(StatusCode::OK));
            }
        };
        let aside = Aside::take(&mut parts);
        remove_unstorable(&mut parts.headers);
        date(&mut parts.headers, arrival);
        let stored = StoredResponse::new(parts.status, parts.headers, body, storable.freshness);
        let kept = self.file(&stored, storable.selection, purges).await;
        (Fetched::Kept(stored, None, aside), kept)
    }

    fn check(&self, arrival: Arrival, status: StatusCode, headers: &HeaderMap) -> Option<Storable> {
        Storable::check(&self.engine.settings.rules, &self.asked.headers, arrival, status, headers)
    }

    /// What becomes of an answer that is for this request alone.
    fn unstorable(&self, status: StatusCode) -> Kept {
        if is_failure(status) {
            return Kept::failed();
        }
        self.engine.unstorable.insert(&self.place.key);
        match self.stale {
            // The origin has another answer now.
            Some(_) => Kept::deleted(),
            None => Kept::shown(Stored::Unsharable),
        }
    }

    /// Puts a response where requests look for it.
    ///
    /// A response that is selected by fields, or that carries tags, is stored below an index, and the index at the URL. The
    /// URL is claimed while this runs, so that an index is not stored if the URL was purged meanwhile.
    async fn file(&self, response: &StoredResponse, selection: Selection, purges: Option<i64>) -> Kept {
        let Some(selection) = selection.and(&self.asked.selecting) else { return self.unstorable(StatusCode::OK) };
        self.engine.unstorable.remove(&self.place.key);
        let tags = self.engine.tags(&response.headers);
        match &self.place.index {
            None if selection.is_empty() && tags.is_empty() => Kept::response(response.clone()),
            None => {
                let index = Index::new(selection);
                match self.put_below(&index, response, &tags, purges).await {
                    true => Kept::index(index),
                    false => Kept::shown(Stored::Unsharable),
                }
            }
            Some(index) if !index.selection.contains(&selection) => self.widen(index, &selection).await,
            Some(_) if tags.is_empty() => Kept::response(response.clone()),
            Some(index) => match self.put_below(index, response, &tags, purges).await {
                true => Kept::shown(Stored::Response(response.clone())),
                false => Kept::shown(Stored::Unsharable),
            },
        }
    }

    /// Stores a response below an index; `false` if a purge by tag came in between. `purges` is how many there were before the
    /// origin was asked.
    async fn put_below(&self, index: &Index, response: &StoredResponse, tags: &[String], purges: Option<i64>) -> bool {
        let entries = &self.engine.entries;
        let key = index.key(&self.asked.key, &self.asked.headers);
        entries.put(&key, Kept::response(response.clone()), tags).await;
        // After the write: a purge that comes after this finds the entry with its tags.
        let is_current = tags.is_empty() || entries.purges().await == purges;
        if !is_current {
            entries.put(&key, Kept::deleted(), &[]).await;
        }
        is_current
    }

    /// Replaces an index by an empty one that also tells responses apart by these fields.
    ///
    /// The response itself is not stored: the URL is not claimed, and may have been purged since the request was sent.
    async fn widen(&self, index: &Index, selection: &Selection) -> Kept {
        if let Some(selection) = index.selection.and(selection) {
            self.engine.entries.put(&self.asked.key, Kept::index(Index::new(selection)), &[]).await;
        }
        Kept::shown(Stored::Unsharable)
    }
}

impl Engine {
    /// The tags that a response lists.
    fn tags(&self, headers: &HeaderMap) -> Vec<String> {
        let lines = self.settings.tags.iter().flat_map(|field| headers.get_all(field));
        let lines = lines.filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
    }
}

/// What only the client whose request was sent is given with a stored response: cookies that were set for it, and what
/// services on the way have noted.
#[derive(Default)]
pub(super) struct Aside {
    cookies: Vec<HeaderValue>,
    extensions: Extensions,
}

impl Aside {
    fn take(parts: &mut Parts) -> Self {
        let cookies = parts.headers.get_all(SET_COOKIE).iter().cloned().collect();
        Aside { cookies, extensions: std::mem::take(&mut parts.extensions) }
    }

    pub(super) fn add_to<B>(self, response: &mut Response<B>) {
        response.headers_mut().extend(self.cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
        response.extensions_mut().extend(self.extensions);
    }
}

/// Dates a response that has no date (RFC 9110, 6.6.1).
fn date(headers: &mut HeaderMap, arrival: Arrival) {
    let received_at = std::time::SystemTime::UNIX_EPOCH + arrival.received_at.since(crate::store::Timestamp::EPOCH);
    headers.entry(DATE).or_insert_with(|| HeaderValue::from(HttpDate::from(received_at)));
}

/// Whether a body is as long as was announced. A shorter one has broken off (RFC 9111, 3.3).
fn has_length(headers: &HeaderMap, length: usize) -> bool {
    headers.get(CONTENT_LENGTH).is_none_or(|announced| announced.as_bytes() == length.to_string().as_bytes())
}
