//! What a client asks for: a page only if it has changed, or a write only if nothing has.

use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, Method};

use super::etag::{Member, members};
use super::{ETag, HttpDate, Validators, only_value};

/// The preconditions of a request: `If-Match`, `If-None-Match`, `If-Modified-Since`, `If-Unmodified-Since` and `If-Range`.
///
/// ```
/// use cache_runtime::http::{ETag, Preconditions, Validators, Verdict};
/// use http::{HeaderMap, HeaderValue, Method, header::IF_MATCH};
///
/// let of_v1 = HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static("\"v1\""))]);
/// let current = Validators::new().etag(ETag::parse(b"\"v2\"").unwrap());
/// assert_eq!(Preconditions::new(&Method::PUT, &of_v1).evaluate(&current), Verdict::PreconditionFailed);
/// ```
#[derive(Clone, Debug)]
pub struct Preconditions {
    method: Method,
    /// These fields alone.
    fields: HeaderMap,
}

/// The answer to the preconditions of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Do what the request asks for.
    Proceed,
    /// 304: the client has the page as it is now.
    NotModified,
    /// 412: the page has changed since the client read it, or the client wants to create what exists.
    PreconditionFailed,
}

impl Preconditions {
    /// The fields that are looked at.
    pub const FIELDS: [HeaderName; 5] = [IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE];

    /// Takes the preconditions of a request; the other fields are not looked at.
    pub fn new(method: &Method, headers: &HeaderMap) -> Self {
        let mut fields = HeaderMap::new();
        for name in Self::FIELDS {
            for value in headers.get_all(&name) {
                fields.append(&name, value.clone());
            }
        }
        Preconditions { method: method.clone(), fields }
    }

    /// Compares them with the state of the page, in the order of RFC 9110, 13.2.2.
    ///
    /// Call it only when the answer would otherwise be a success: a page that is not found is a 404 with any preconditions.
    /// What a client sends malformed is ignored, except that a malformed list of tags matches nothing. A 304 is for `GET`,
    /// `HEAD` and `QUERY`; `OPTIONS`, `TRACE` and `CONNECT` have no preconditions.
    pub fn evaluate(&self, current: &Validators) -> Verdict {
        if matches!(self.method, Method::OPTIONS | Method::TRACE | Method::CONNECT) {
            return Verdict::Proceed;
        }
        if !self.is_still_that(current) {
            return Verdict::PreconditionFailed;
        }
        match (self.is_known(current), self.reads()) {
            (false, _) => Verdict::Proceed,
            (true, true) => Verdict::NotModified,
            (true, false) => Verdict::PreconditionFailed,
        }
    }

    /// Says whether the request is a write that does not name the state it changes, by `If-Match` or a valid
    /// `If-Unmodified-Since`: it may overwrite what its sender has not seen.
    ///
    /// ```
    /// use cache_runtime::http::Preconditions;
    /// use http::{HeaderMap, Method};
    ///
    /// assert!(Preconditions::new(&Method::PUT, &HeaderMap::new()).is_blind_write());
    /// assert!(!Preconditions::new(&Method::GET, &HeaderMap::new()).is_blind_write());
    /// ```
    pub fn is_blind_write(&self) -> bool {
        !self.method.is_safe() && !self.fields.contains_key(IF_MATCH) && self.date(IF_UNMODIFIED_SINCE).is_none()
    }

    /// Says whether a `Range` of the request may be answered with a part of the page (RFC 9110, 13.1.5): there is no
    /// `If-Range`, or it names the state that the page has now. Otherwise the whole page is the answer.
    ///
    /// ```
    /// use cache_runtime::http::{ETag, Preconditions, Validators};
    /// use http::{HeaderMap, HeaderValue, Method, header::IF_RANGE};
    ///
    /// let rest_of_v1 = HeaderMap::from_iter([(IF_RANGE, HeaderValue::from_static("\"v1\""))]);
    /// let current = Validators::new().etag(ETag::parse(b"\"v2\"").unwrap());
    /// assert!(!Preconditions::new(&Method::GET, &rest_of_v1).allow_range(&current));
    /// ```
    pub fn allow_range(&self, current: &Validators) -> bool {
        if !self.fields.contains_key(IF_RANGE) {
            return true;
        }
        let Some(value) = only_value(&self.fields, IF_RANGE) else { return false };
        match (ETag::parse(value), HttpDate::parse(value)) {
            (Some(tag), _) => current.etag.as_ref().is_some_and(|etag| etag.matches_strongly(&tag)),
            (None, Some(date)) => current.last_modified == Some(date),
            (None, None) => false,
        }
    }

    /// `If-Match`, or `If-Unmodified-Since` where there is none.
    fn is_still_that(&self, current: &Validators) -> bool {
        if self.fields.contains_key(IF_MATCH) {
            return self.has_member(IF_MATCH, current, |member, etag| member.matches_strongly(etag));
        }
        match (self.date(IF_UNMODIFIED_SINCE), current.last_modified) {
            (Some(date), Some(last_modified)) => last_modified <= date,
            _ => true,
        }
    }

    /// `If-None-Match`, or for reading `If-Modified-Since` where there is none.
    fn is_known(&self, current: &Validators) -> bool {
        if self.fields.contains_key(IF_NONE_MATCH) {
            return self.has_member(IF_NONE_MATCH, current, |member, etag| member.matches_weakly(etag));
        }
        match (self.date(IF_MODIFIED_SINCE), current.last_modified) {
            (Some(date), Some(last_modified)) => self.reads() && last_modified <= date,
            _ => false,
        }
    }

    fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::QUERY)
    }

    fn has_member(&self, field: HeaderName, current: &Validators, matches: fn(Member<'_>, &ETag) -> bool) -> bool {
        let mut listed = self.fields.get_all(field).iter().flat_map(|line| members(line.as_bytes()));
        match &current.etag {
            _ if !current.exists => false,
            Some(etag) => listed.any(|member| matches(member, etag)),
            None => listed.any(|member| member == Member::Any),
        }
    }

    fn date(&self, field: HeaderName) -> Option<HttpDate> {
        only_value(&self.fields, field).and_then(HttpDate::parse)
    }
}

#[cfg(test)]
mod tests;
