//! The answer to a request, from a stored response or from one that passes.

use http::header::{ACCEPT_RANGES, AGE, CONTENT_LENGTH, CONTENT_RANGE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Body;

use super::asked::Asked;
use super::stored::StoredResponse;
use super::{CacheStatus, Engine};
use crate::http::body::CachedBody;
use crate::http::caching::{Forwarded, Slice, slice};
use crate::http::not_modified::{as_not_modified, not_modified};
use crate::http::{Validators, Verdict};

impl Engine {
    /// Answers with a stored response: all of it, a part, its head, or that the client has it already.
    pub(super) fn respond<B: Body>(
        &self,
        asked: &Asked,
        stored: &StoredResponse,
        status: CacheStatus,
    ) -> Response<CachedBody<B>> {
        let mut headers = stored.headers.clone();
        self.remove_tags(&mut headers);
        let (age, is_new) = (stored.freshness.age(self.entries.now()), status.is_from_origin());
        // Without an age a response comes straight from its origin (RFC 9111, 5.1).
        if age > 0 || !is_new {
            headers.insert(AGE, HeaderValue::from(age));
        }
        status.append(&self.settings.name, &mut headers);
        let validators = Validators::of(&headers);
        let is_read = stored.status().is_success();
        if is_read && asked.preconditions.evaluate(&validators) == Verdict::NotModified {
            return with_head(StatusCode::NOT_MODIFIED, not_modified(headers), CachedBody::default());
        }
        if asked.is_head() {
            if !headers.contains_key(CONTENT_LENGTH) && stored.status() != StatusCode::NO_CONTENT {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(stored.body.len()));
            }
            return with_head(stored.status(), headers, CachedBody::default());
        }
        if stored.status() != StatusCode::OK || !asked.preconditions.allow_range(&validators) {
            return with_head(stored.status(), headers, stored.body.clone().into());
        }
        part(asked, stored, headers)
    }

    /// The stored response that is served because the origin has failed.
    pub(super) fn respond_stale<B: Body>(
        &self,
        asked: &Asked,
        stale: Option<&StoredResponse>,
        why: Forwarded,
    ) -> Response<CachedBody<B>> {
        let Some(stale) = stale else { return self.refuse() };
        self.respond(asked, stale, CacheStatus::Forwarded { why, status: None, is_stored: false })
    }

    /// Finishes a response that passes, to a request whose preconditions the origin has not seen.
    pub(super) fn finish_passed<B: Body>(
        &self,
        asked: &Asked,
        response: Response<CachedBody<B>>,
        why: Forwarded,
    ) -> Response<CachedBody<B>> {
        let response = self.finish(response, why);
        let is_known = response.status() == StatusCode::OK
            && asked.preconditions.evaluate(&Validators::of(response.headers())) == Verdict::NotModified;
        if is_known { as_not_modified(response) } else { response }
    }

    /// Finishes a response that passes.
    pub(super) fn finish<B: Body>(
        &self,
        mut response: Response<CachedBody<B>>,
        why: Forwarded,
    ) -> Response<CachedBody<B>> {
        self.remove_tags(response.headers_mut());
        let status = CacheStatus::Forwarded { why, status: None, is_stored: false };
        status.append(&self.settings.name, response.headers_mut());
        response
    }

    fn remove_tags(&self, headers: &mut HeaderMap) {
        if let Some(field) = &self.settings.tags {
            headers.remove(field);
        }
    }

    /// 504: the client wants a stored response, and there is none that it would take.
    pub(super) fn refuse<B: Body>(&self) -> Response<CachedBody<B>> {
        let mut headers = HeaderMap::new();
        CacheStatus::Refused.append(&self.settings.name, &mut headers);
        with_head(StatusCode::GATEWAY_TIMEOUT, headers, CachedBody::default())
    }
}

fn part<B: Body>(asked: &Asked, stored: &StoredResponse, mut headers: HeaderMap) -> Response<CachedBody<B>> {
    let length = stored.body.len();
    match slice(&asked.headers, length) {
        Slice::Whole => with_head(StatusCode::OK, headers, stored.body.clone().into()),
        Slice::Part(part) => {
            describe_range(&mut headers, &format!("bytes {}-{}/{length}", part.start, part.end - 1));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(part.len()));
            with_head(StatusCode::PARTIAL_CONTENT, headers, stored.body.slice(part).into())
        }
        Slice::Unsatisfiable => {
            describe_range(&mut headers, &format!("bytes */{length}"));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
            with_head(StatusCode::RANGE_NOT_SATISFIABLE, headers, CachedBody::default())
        }
    }
}

fn describe_range(headers: &mut HeaderMap, range: &str) {
    headers.insert(CONTENT_RANGE, HeaderValue::try_from(range).expect("numbers are ASCII"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
}

fn with_head<B: Body>(status: StatusCode, headers: HeaderMap, body: CachedBody<B>) -> Response<CachedBody<B>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
