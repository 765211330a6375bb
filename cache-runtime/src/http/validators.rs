//! What the server has: an entity tag, a date, or nothing at all.

use http::HeaderMap;
use http::header::{ETAG, LAST_MODIFIED};

use super::{ETag, HttpDate};

/// The state of a page as the server has it: what a client's preconditions are compared with.
///
/// ```
/// use cache_runtime::http::{ETag, Validators};
/// use http::HeaderMap;
///
/// let current = Validators::new().etag(ETag::parse(b"\"v2\"").unwrap());
/// let mut headers = HeaderMap::new();
/// current.write(&mut headers);
/// assert_eq!(headers["etag"], "\"v2\"");
/// assert_eq!(Validators::of(&headers), current);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validators {
    pub(super) exists: bool,
    pub(super) etag: Option<ETag>,
    pub(super) last_modified: Option<HttpDate>,
}

impl Validators {
    /// A page that exists, and of whose state nothing is known yet.
    #[expect(clippy::new_without_default, reason = "a default page would be as likely a missing one")]
    pub fn new() -> Self {
        Validators { exists: true, etag: None, last_modified: None }
    }

    /// A page that does not exist, such as one that a `PUT` creates.
    ///
    /// ```
    /// use cache_runtime::http::{Preconditions, Validators, Verdict};
    /// use http::{HeaderMap, HeaderValue, Method, header::IF_NONE_MATCH};
    ///
    /// let only_if_new = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("*"))]);
    /// let preconditions = Preconditions::new(&Method::PUT, &only_if_new);
    /// assert_eq!(preconditions.evaluate(&Validators::missing()), Verdict::Proceed);
    /// assert_eq!(preconditions.evaluate(&Validators::new()), Verdict::PreconditionFailed);
    /// ```
    pub fn missing() -> Self {
        Validators { exists: false, ..Validators::new() }
    }

    /// Reads them from the fields `ETag` and `Last-Modified` of a response; what is malformed or written twice is left out.
    pub fn of(headers: &HeaderMap) -> Self {
        let etag = super::only_value(headers, ETAG).and_then(ETag::parse);
        let last_modified = super::only_value(headers, LAST_MODIFIED).and_then(HttpDate::parse);
        Validators { exists: true, etag, last_modified }
    }

    /// The entity tag of the page.
    #[must_use]
    pub fn etag(self, etag: ETag) -> Self {
        Validators { etag: Some(etag), ..self }
    }

    /// The moment of its last change, cut to the second.
    ///
    /// ```
    /// use cache_runtime::http::Validators;
    /// use http::HeaderMap;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let changed = SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_700);
    /// let mut headers = HeaderMap::new();
    /// Validators::new().last_modified(changed).write(&mut headers);
    /// assert_eq!(headers["last-modified"], "Sun, 06 Nov 1994 08:49:37 GMT");
    /// ```
    #[must_use]
    pub fn last_modified(self, moment: impl Into<HttpDate>) -> Self {
        Validators { last_modified: Some(moment.into()), ..self }
    }

    /// Writes `ETag` and `Last-Modified`, as far as they are known, into the fields of a response.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Some(etag) = &self.etag {
            headers.insert(ETAG, etag.clone().into());
        }
        if let Some(date) = self.last_modified {
            headers.insert(LAST_MODIFIED, date.into());
        }
    }
}
