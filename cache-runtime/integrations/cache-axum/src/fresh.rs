//! What a page is sent with.

use std::convert::Infallible;

use axum_core::response::{IntoResponseParts, ResponseParts};
use cache_runtime::http;

/// What a page is sent with: part of a response, as in `(fresh, Html(page))`.
///
/// A `Cache-Control` that the response has already stays; see [`Fresh::write`](http::Fresh::write).
#[derive(Clone, Debug)]
#[must_use = "without these fields the browser asks for the whole page the next time, too"]
pub struct Fresh(pub(crate) http::Fresh);

impl IntoResponseParts for Fresh {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        self.0.write(response.headers_mut());
        Ok(response)
    }
}
