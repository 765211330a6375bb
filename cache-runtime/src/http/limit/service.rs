//! The service: a request passes the limit, or is refused.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::layer::{Counted, Settings};
use super::write_limit_fields;
use crate::http::body::CachedBody;
use crate::http::early_response::EarlyResponse;
use crate::limit::{Passed, RateLimited};

/// A service behind a [`LimitLayer`](super::LimitLayer).
#[derive(Clone)]
pub struct LimitedService<S> {
    pub(super) inner: S,
    pub(super) settings: Arc<Settings>,
}

impl<S, R, B> Service<Request<R>> for LimitedService<S>
where
    S: Service<Request<R>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    R: Send + 'static,
    B: Body + Send,
{
    type Response = Response<CachedBody<B>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        // The clone need not be ready, and the service is.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let settings = Arc::clone(&self.settings);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let passed = match settings.pass(&parts).await {
                Ok(passed) => passed,
                Err(refused) => return Ok(settings.refuse(&refused, &parts)),
            };
            let mut response = inner.call(Request::from_parts(parts, body)).await?;
            if let Some(passed) = passed {
                let has_failed = response.status().is_client_error() || response.status().is_server_error();
                if settings.tells {
                    write_limit_fields(&passed.entered.decision, response.headers_mut());
                }
                passed.leave(!has_failed).await;
            }
            Ok(response.map(CachedBody::untouched))
        })
    }
}

impl Settings {
    /// Lets a request pass; `None` if it is not limited.
    async fn pass(&self, parts: &Parts) -> Result<Option<Passed>, RateLimited> {
        let (limiter, counted) = self.question(parts);
        match counted {
            Counted::ForNobody => Ok(None),
            Counted::For(who) => limiter.into_owned().pass(&who).await.map(Some),
            Counted::Unknown => limiter.pass_unknown().map(|()| None),
        }
    }

    fn refuse<B: Body>(&self, refused: &RateLimited, parts: &Parts) -> Response<CachedBody<B>> {
        if let Some(reaction) = &self.reaction {
            return reaction(refused, parts).map(CachedBody::from);
        }
        let early = EarlyResponse::from(refused);
        let text = early.message().unwrap_or_default();
        let mut response = Response::new(CachedBody::from(Bytes::from_static(text.as_bytes())));
        *response.status_mut() = early.status();
        response.headers_mut().extend(early.headers().clone());
        response
    }
}

impl<S> fmt::Debug for LimitedService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedService").field("limiter", &self.settings.limiter).finish_non_exhaustive()
    }
}
