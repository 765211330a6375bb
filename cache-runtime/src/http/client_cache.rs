//! The cache of a client.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;

use super::body::CachedBody;
use super::cached_service::CachedService;
use super::engine::{Engine, InPlace, Settings, Spawned, Upstream};
use super::options::{async_example, common_methods, example, item, seconds, target};
use crate::{Cache, Result, Ttl};

/// A cache of the responses that a client gets, as RFC 9111 describes one. It is a tower layer around the client.
///
/// A response is stored if its server allows it, and is served while it is fresh, without a request. A stale one is validated
/// by `If-None-Match` and `If-Modified-Since`: a 304 costs no body.
///
/// ```
/// use bytes::Bytes;
/// use cache_runtime::{Cache, http::ClientCache};
/// use http::{Request, Response, header::CACHE_CONTROL};
/// use http_body_util::Full;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// async fn send(_: Request<()>) -> Result<Response<Full<Bytes>>, http::Error> {
///     Response::builder().header(CACHE_CONTROL, "max-age=60").body(Full::from("1.08")) // over the network
/// }
/// let client = ClientCache::new(&Cache::memory());
/// let request = || Request::get("https://rates.example/EUR").body(()).unwrap();
/// assert_eq!(client.send(request(), send).await?.headers()["cache-status"], "cache-runtime; fwd=uri-miss; stored");
/// assert_eq!(client.send(request(), send).await?.headers()["cache-status"], "cache-runtime; hit; ttl=60");
/// # Ok(())
/// # }
/// ```
///
/// It is private, unless [`shared`](Self::shared) is on: it stores what is for one user. Requests with another
/// `Authorization` or another `Cookie` never get each other's responses. For reqwest there is the crate `cache-reqwest`; the
/// [guide](crate::guide::http_clients) shows more.
#[derive(Clone)]
pub struct ClientCache {
    engine: Arc<Engine>,
}

impl ClientCache {
    /// Makes a private cache of responses. They are stored in the namespace `fetched` of `cache`.
    ///
    /// Of the options of `cache` none but the namespace counts, since the responses say for how long they live. While the
    /// store is unavailable, every request is sent.
    pub fn new(cache: &Cache) -> Self {
        ClientCache { engine: Arc::new(Engine::new(cache, "fetched", Settings::of_client())) }
    }

    /// Stores only what any user may see, and obeys the directives for shared caches: `private`, `s-maxage`,
    /// `proxy-revalidate`.
    ///
    /// It is for proxies, and for programs that send the requests of several users.
    ///
    #[doc = example!(ClientCache, ".shared()")]
    #[must_use]
    pub fn shared(self) -> Self {
        self.with(|settings| {
            settings.rules.is_shared = true;
            settings.selecting = &[];
        })
    }

    /// Answers a request from the cache, or sends it by `send`.
    ///
    /// The URI of the request has to contain its host. Request directives are obeyed: `max-age`, `min-fresh`, `max-stale`,
    /// `no-cache`, `no-store` and `only-if-cached`, whose answer may be a 504 of this cache.
    ///
    /// # Errors
    ///
    /// Those of `send`, and no other.
    pub async fn send<R, B, E, F>(
        &self,
        request: Request<R>,
        send: impl FnOnce(Request<R>) -> F + Send + 'static,
    ) -> std::result::Result<Response<CachedBody<B>>, E>
    where
        R: Send + 'static,
        B: Body<Error: Send> + Send + 'static,
        E: Send + 'static,
        F: Future<Output = std::result::Result<Response<B>, E>> + Send + 'static,
    {
        let upstream = Upstream { request, has_content: false, send };
        Arc::clone(&self.engine).answer(Spawned, upstream).await
    }

    /// Does what [`send`](Self::send) does, with a `send` that may borrow.
    ///
    /// What borrows cannot outlive the request. So within the window of `stale-while-revalidate` one request validates the
    /// stored response itself, while the others are served the stale one.
    ///
    /// # Errors
    ///
    /// Those of `send`, and no other.
    pub async fn send_in_place<R, B, E, F>(
        &self,
        request: Request<R>,
        send: impl FnOnce(Request<R>) -> F + Send,
    ) -> std::result::Result<Response<CachedBody<B>>, E>
    where
        R: Send,
        B: Body<Error: Send> + Send + 'static,
        E: Send + 'static,
        F: Future<Output = std::result::Result<Response<B>, E>> + Send,
    {
        let upstream = Upstream { request, has_content: false, send };
        Arc::clone(&self.engine).answer(InPlace, upstream).await
    }
}

common_methods!(ClientCache);

impl<S> Layer<S> for ClientCache {
    type Service = CachedService<S>;

    fn layer(&self, inner: S) -> CachedService<S> {
        CachedService::new(inner, &self.engine)
    }
}
