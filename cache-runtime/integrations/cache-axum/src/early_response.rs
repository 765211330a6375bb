//! The answer of a request that needs no page.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::StatusCode;
use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use cache_runtime::http;
use cache_runtime::limit::RateLimited;
use http_body::Frame;

/// The finished answer of a request that needs no page: 304, 412 or 428; or the refusal of a limit, 429 or 503.
///
/// It is an error, so that `?` returns it from a handler, and `#[limited]` can make it.
#[derive(Clone, Debug)]
pub struct EarlyResponse(http::EarlyResponse);

impl EarlyResponse {
    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }
}

/// 429 with the fields that say when to come back, or 503 if the limit could not be checked.
impl From<RateLimited> for EarlyResponse {
    fn from(refused: RateLimited) -> Self {
        EarlyResponse(refused.into())
    }
}

impl From<http::EarlyResponse> for EarlyResponse {
    fn from(early: http::EarlyResponse) -> Self {
        EarlyResponse(early)
    }
}

impl IntoResponse for EarlyResponse {
    fn into_response(self) -> Response {
        let mut response = match self.0.message() {
            Some(message) => message.into_response(),
            None => Response::new(Body::new(NoContent)),
        };
        *response.status_mut() = self.0.status();
        response.headers_mut().extend(self.0.headers().clone());
        response
    }
}

/// For handlers whose error is a response.
impl From<EarlyResponse> for Response {
    fn from(early: EarlyResponse) -> Self {
        early.into_response()
    }
}

impl fmt::Display for EarlyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for EarlyResponse {}

/// The content of a 304. Its length is unknown, because axum would write the length of an empty one, which is not that of the
/// page.
struct NoContent;

impl http_body::Body for NoContent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}
