//! The answer of a request that needs no page: 304, 412 or 428.

use std::error::Error;
use std::fmt;

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};

/// The finished answer of a request that needs no page: 304, 412 or 428.
///
/// It is an error, so that `?` returns it from a handler. The adapters of web frameworks make a response of it.
///
/// ```
/// use cache_runtime::http::{FreshWhen, Preconditions};
/// use http::{HeaderMap, HeaderValue, Method, StatusCode, header::IF_NONE_MATCH};
///
/// let any = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("*"))]);
/// let request = Preconditions::new(&Method::GET, &any);
/// let early = FreshWhen::new().etag("v1").check(&request).unwrap_err();
/// assert_eq!(early.status(), StatusCode::NOT_MODIFIED);
/// assert!(early.headers().contains_key("etag") && early.message().is_none());
/// ```
#[derive(Clone, Debug)]
pub struct EarlyResponse {
    status: StatusCode,
    /// In a box, so that a `Result` with it stays small.
    headers: Box<HeaderMap>,
}

impl EarlyResponse {
    pub(super) fn not_modified(headers: HeaderMap) -> Self {
        EarlyResponse { status: StatusCode::NOT_MODIFIED, headers: headers.into() }
    }

    pub(super) fn precondition_failed() -> Self {
        EarlyResponse { status: StatusCode::PRECONDITION_FAILED, headers: no_store().into() }
    }

    pub(super) fn precondition_required() -> Self {
        EarlyResponse { status: StatusCode::PRECONDITION_REQUIRED, headers: no_store().into() }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the fields: of a 304 those that the page would have been sent with.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns what the client did wrong, in plain text; a 304 has no content.
    pub fn message(&self) -> Option<&'static str> {
        match self.status {
            StatusCode::PRECONDITION_FAILED => Some("This has changed since you read it: read it again.\n"),
            StatusCode::PRECONDITION_REQUIRED => {
                Some("Say what you change: read it, and send its ETag in the field If-Match.\n")
            }
            _ => None,
        }
    }
}

/// A 428 must not be stored, and a 412 need not be.
fn no_store() -> HeaderMap {
    HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))])
}

impl fmt::Display for EarlyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request is answered with {}", self.status)
    }
}

impl Error for EarlyResponse {}
