//! The extractor of a request's preconditions.

use std::convert::Infallible;

use axum_core::extract::FromRequestParts;
use cache_runtime::http::{ETagSeed, FreshWhen, Preconditions};
use http::request::Parts;

use crate::{EarlyResponse, Fresh};

/// What a client says about the page it has: an extractor, which never fails.
///
/// ```
/// use axum::response::{Html, IntoResponse};
/// use cache_axum::{Conditional, EarlyResponse};
///
/// async fn imprint(cond: Conditional) -> Result<impl IntoResponse, EarlyResponse> {
///     let fresh = cond.fresh_when("imprint of 2026")?;
///     Ok((fresh, Html("<h1>Imprint</h1>")))
/// }
/// ```
///
/// An [`ETagSeed`] in the extensions of the request is part of all tags.
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
    /// use axum::http::StatusCode;
    /// use cache_axum::{Conditional, EarlyResponse, FreshWhen};
    ///
    /// async fn update(cond: Conditional) -> Result<StatusCode, EarlyResponse> {
    ///     let revision = 7;
    ///     cond.guard(FreshWhen::new().etag(revision).strong().required())?;
    ///     Ok(StatusCode::NO_CONTENT)
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

impl<S: Send + Sync> FromRequestParts<S> for Conditional {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let preconditions = Preconditions::new(&parts.method, &parts.headers);
        Ok(Conditional { preconditions, seed: parts.extensions.get().cloned() })
    }
}
