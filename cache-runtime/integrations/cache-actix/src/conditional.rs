//! The extractor of a request's preconditions.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::ErrorNotImplemented;
use actix_web::{Error, FromRequest, HttpRequest};
use cache_runtime::http::{ETagSeed, FreshWhen, Preconditions};
use http::Method;

use crate::versions::fields;
use crate::{EarlyResponse, Fresh};

/// What a client says about the page it has: an extractor.
///
/// ```
/// use actix_web::{Responder, web};
/// use cache_actix::{Conditional, EarlyResponse};
///
/// async fn imprint(cond: Conditional) -> Result<impl Responder, EarlyResponse> {
///     let fresh = cond.fresh_when("imprint of 2026")?;
///     Ok(fresh.with(web::Html::new("<h1>Imprint</h1>")))
/// }
/// ```
///
/// An [`ETagSeed`] in the `app_data` is part of all tags.
#[derive(Clone, Debug)]
pub struct Conditional {
    preconditions: Preconditions,
    seed: Option<ETagSeed>,
}

impl Conditional {
    /// Compares a page with what the client has. The result is put on the page; see [`FreshWhen`] for what may be named.
    ///
    /// Call it when the page is found, and before it is rendered: a page that does not exist is a 404 with any preconditions.
    ///
    /// # Errors
    ///
    /// The finished answer: 304 if the client has this page, 412 if it asks for another state.
    pub fn fresh_when(&self, page: impl Into<FreshWhen>) -> Result<Fresh, EarlyResponse> {
        Ok(Fresh(self.seeded(page).check(&self.preconditions)?))
    }

    /// Compares the state that a write wants to change with the one there is.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use cache_actix::{Conditional, EarlyResponse, FreshWhen};
    ///
    /// async fn update(cond: Conditional) -> Result<HttpResponse, EarlyResponse> {
    ///     let revision = 7;
    ///     cond.guard(FreshWhen::new().etag(revision).strong().required())?;
    ///     Ok(HttpResponse::NoContent().finish())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The finished answer: 412 if the state is another one, 428 if a state is [`required`](FreshWhen::required) and none was
    /// named.
    pub fn guard(&self, page: impl Into<FreshWhen>) -> Result<(), EarlyResponse> {
        Ok(self.seeded(page).guard(&self.preconditions)?)
    }

    fn seeded(&self, page: impl Into<FreshWhen>) -> FreshWhen {
        match &self.seed {
            Some(seed) => page.into().seed(seed),
            None => page.into(),
        }
    }
}

impl FromRequest for Conditional {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = fields(request.headers(), Preconditions::FIELDS);
        let method = Method::from_bytes(request.method().as_str().as_bytes()).map_err(ErrorNotImplemented);
        ready(method.map(|method| Conditional {
            preconditions: Preconditions::new(&method, &fields),
            seed: request.app_data().cloned(),
        }))
    }
}
