//! The tower service behind a cache of responses, and around a client.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::body::CachedBody;
use super::engine::{Engine, Spawned, Upstream};

/// A handler or a client whose responses are cached: see [`ResponseCache`](super::ResponseCache) and
/// [`ClientCache`](super::ClientCache).
#[derive(Clone, Debug)]
pub struct CachedService<S> {
    inner: S,
    engine: Arc<Engine>,
}

impl<S> CachedService<S> {
    pub(super) fn new(inner: S, engine: &Arc<Engine>) -> Self {
        CachedService { inner, engine: Arc::clone(engine) }
    }
}

impl<S, R, B> Service<Request<R>> for CachedService<S>
where
    S: Service<Request<R>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    R: Body + Send + 'static,
    B: Body<Error: Send> + Send + 'static,
{
    type Response = Response<CachedBody<B>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        // The clone may not be ready, and this one is.
        let clone = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, clone);
        let has_content = !request.body().is_end_stream();
        let upstream = Upstream { request, has_content, send: move |request| ready.call(request) };
        Box::pin(Arc::clone(&self.engine).answer(Spawned, upstream))
    }
}
