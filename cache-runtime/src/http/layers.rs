//! Layers that finish responses: they look at what a handler has answered, and store nothing.

mod conditional_get;
mod no_store_on_errors;
mod weak_etags;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, Method, Request, Response};
use http_body::Body;
use tower_service::Service;

pub use self::conditional_get::ConditionalGet;
pub use self::no_store_on_errors::NoStoreOnErrors;
pub use self::weak_etags::WeakETags;
use super::body::CachedBody;

/// A service whose responses are finished by a layer of this module.
#[derive(Clone, Debug)]
pub struct Finished<S, L> {
    inner: S,
    layer: L,
}

/// What a layer does with a response.
pub trait Finish: Clone + Send + Sync + 'static {
    /// What it needs to know of the request.
    type Seen: Send;

    /// Looks at the request.
    fn see(&self, method: &Method, headers: &HeaderMap) -> Self::Seen;

    /// Finishes the response.
    fn finish<B: Body<Error: Send> + Send>(
        self,
        seen: Self::Seen,
        response: Response<B>,
    ) -> impl Future<Output = Response<CachedBody<B>>> + Send;
}

impl<S, L, R, B> Service<Request<R>> for Finished<S, L>
where
    S: Service<Request<R>, Response = Response<B>>,
    S::Future: Send + 'static,
    L: Finish,
    B: Body<Error: Send> + Send + 'static,
{
    type Response = Response<CachedBody<B>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        let seen = self.layer.see(request.method(), request.headers());
        let (response, layer) = (self.inner.call(request), self.layer.clone());
        Box::pin(async move {
            let response = response.await?;
            Ok(layer.finish(seen, response).await)
        })
    }
}

/// Makes a type a layer that finishes responses.
macro_rules! layer {
    ($Layer:ident) => {
        impl<S> tower_layer::Layer<S> for $Layer {
            type Service = super::Finished<S, $Layer>;

            fn layer(&self, inner: S) -> Self::Service {
                super::Finished { inner, layer: self.clone() }
            }
        }
    };
}
use layer;

#[cfg(test)]
mod tests;
