//! What a page is sent with.

use ::http::header::{CACHE_CONTROL, VARY};
use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, Responder};
use cache_runtime::http;

use crate::versions::{fields, replace};

/// What a page is sent with.
#[derive(Clone, Debug)]
#[must_use = "without these fields the browser asks for the whole page the next time, too"]
pub struct Fresh(pub(crate) http::Fresh);

impl Fresh {
    /// Puts the fields on a page.
    ///
    /// A `Cache-Control` that the page has already stays; see [`Fresh::write`](http::Fresh::write).
    pub fn with<R: Responder>(self, page: R) -> WithFresh<R> {
        WithFresh { fresh: self, page }
    }

    /// Writes the fields into those of a response, as [`with`](Fresh::with) does.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use cache_actix::{Conditional, EarlyResponse};
    ///
    /// async fn imprint(cond: Conditional) -> Result<HttpResponse, EarlyResponse> {
    ///     let fresh = cond.fresh_when("imprint of 2026")?;
    ///     let mut response = HttpResponse::Ok().body("Imprint");
    ///     fresh.write(response.headers_mut());
    ///     Ok(response)
    /// }
    /// ```
    pub fn write(self, response: &mut HeaderMap) {
        let mut merged = fields(response, [CACHE_CONTROL, VARY]);
        self.0.write(&mut merged);
        replace(response, &merged);
    }
}

/// A page with its fields: see [`Fresh::with`].
#[derive(Clone, Debug)]
pub struct WithFresh<R> {
    fresh: Fresh,
    page: R,
}

impl<R: Responder> Responder for WithFresh<R> {
    type Body = R::Body;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<R::Body> {
        let mut response = self.page.respond_to(request);
        self.fresh.write(response.headers_mut());
        response
    }
}
