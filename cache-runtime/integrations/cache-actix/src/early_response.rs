//! The answer of a request that needs no page.

use std::error::Error;
use std::fmt;

use actix_web::body::{BoxBody, None as NoContent};
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, ResponseError};
use cache_runtime::http;
use cache_runtime::limit::RateLimited;

use crate::versions::replace;

/// The finished answer of a request that needs no page: 304, 412 or 428; or the refusal of a limit, 429 or 503.
///
/// It is an error, so that `?` returns it from a handler, and `#[limited]` can make it.
#[derive(Clone, Debug)]
pub struct EarlyResponse(http::EarlyResponse);

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

impl ResponseError for EarlyResponse {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        let mut response = match self.0.message() {
            Some(message) => response.content_type(ContentType::plaintext()).body(message),
            None => {
                response.message_body(BoxBody::new(NoContent::new())).unwrap_or_else(|error| error.error_response())
            }
        };
        replace(response.headers_mut(), self.0.headers());
        response
    }
}

/// For handlers whose error is a response.
impl From<EarlyResponse> for HttpResponse {
    fn from(early: EarlyResponse) -> Self {
        early.error_response()
    }
}

impl fmt::Display for EarlyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for EarlyResponse {}
