//! A server and a client whose responses are cached, and requests to them.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cache_runtime::http::{CachedBody, ClientCache, ResponseCache};
use cache_runtime::{Cache, testing};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt, service_fn};

/// A body of handlers.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

type Handler = BoxCloneSyncService<Request<Full<Bytes>>, Response<Body>, io::Error>;

type Cached = BoxCloneSyncService<Request<Full<Bytes>>, Response<CachedBody<Body>>, io::Error>;

/// A handler behind a cache.
#[derive(Clone)]
pub(crate) struct Server {
    service: Cached,
    runs: Arc<AtomicUsize>,
}

/// A response as a client sees it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Server {
    /// A handler that answers at once.
    pub(crate) fn new<H>(layer: impl Into<Caching>, handler: H) -> Self
    where
        H: Fn(&Request<Full<Bytes>>) -> Response<Body> + Send + Sync + 'static,
    {
        Server::fallible(layer, move |request| Ok(handler(request)))
    }

    /// A handler that may fail.
    pub(crate) fn fallible<H>(layer: impl Into<Caching>, handler: H) -> Self
    where
        H: Fn(&Request<Full<Bytes>>) -> io::Result<Response<Body>> + Send + Sync + 'static,
    {
        let handler = Arc::new(handler);
        Server::asynchronous(layer, move |request| {
            let handler = Arc::clone(&handler);
            async move { handler(&request) }
        })
    }

    /// A handler that waits.
    pub(crate) fn asynchronous<H, F>(layer: impl Into<Caching>, handler: H) -> Self
    where
        H: Fn(Request<Full<Bytes>>) -> F + Send + Sync + 'static,
        F: Future<Output = io::Result<Response<Body>>> + Send + 'static,
    {
        let (runs, handler) = (Arc::new(AtomicUsize::new(0)), Arc::new(handler));
        let counted = Arc::clone(&runs);
        // One type for all handlers, so that the cache is compiled once.
        let service: Handler = BoxCloneSyncService::new(service_fn(move |request| {
            counted.fetch_add(1, Ordering::SeqCst);
            handler(request)
        }));
        let service = match layer.into() {
            Caching::Server(responses) => BoxCloneSyncService::new(responses.layer(service)),
            Caching::Client(responses) => BoxCloneSyncService::new(responses.layer(service)),
        };
        Server { service, runs }
    }

    /// How often the handler ran.
    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.request("GET", path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.request("GET", path, headers).await
    }

    pub(crate) async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.try_request(method, path, headers).await.expect("the handler answers")
    }

    pub(crate) async fn try_request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<Reply> {
        let mut request = Request::builder().method(method).uri(url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::default()).expect("a good request")).await
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> io::Result<Reply> {
        let (parts, body) = self.service.clone().oneshot(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("text");
        Ok(Reply { status: parts.status, headers: parts.headers, body })
    }

    /// The response with its body on its way.
    pub(crate) async fn open(&self, path: &str) -> Response<CachedBody<Body>> {
        let request = Request::get(url(path)).body(Full::default()).expect("a good request");
        self.service.clone().oneshot(request).await.expect("the handler answers")
    }
}

impl Reply {
    /// What the cache did.
    pub(crate) fn cache_status(&self) -> &str {
        self.header("cache-status")
    }

    /// A field, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn is_hit(&self) -> bool {
        self.cache_status().contains("hit")
    }
}

/// A cache in front of a handler, or around a client.
pub(crate) enum Caching {
    Server(ResponseCache),
    Client(ClientCache),
}

impl From<ResponseCache> for Caching {
    fn from(responses: ResponseCache) -> Self {
        Caching::Server(responses)
    }
}

impl From<ClientCache> for Caching {
    fn from(responses: ClientCache) -> Self {
        Caching::Client(responses)
    }
}

fn url(path: &str) -> String {
    if path.starts_with('/') { format!("http://shop.example{path}") } else { path.to_owned() }
}

/// A response with a text and fields.
pub(crate) fn page(fields: &[(&str, &str)], text: impl Into<String>) -> Response<Body> {
    let mut response = Response::builder();
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    response.body(full(text)).expect("a good response")
}

/// A response with another status.
pub(crate) fn status(status: u16, fields: &[(&str, &str)], text: impl Into<String>) -> Response<Body> {
    let mut response = page(fields, text);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

pub(crate) fn full(text: impl Into<String>) -> Body {
    Full::from(text.into()).map_err(|never: Infallible| match never {}).boxed()
}

/// The field of a request, or nothing.
pub(crate) fn field<'r>(request: &'r Request<Full<Bytes>>, name: &str) -> &'r str {
    request.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

/// Runs a test on a cache whose clock only the test moves.
pub(crate) fn test<F: Future>(body: impl FnOnce(Cache) -> F) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let cache = Cache::memory();
    runtime.block_on(async {
        let within = tokio::time::timeout(Duration::from_secs(60), body(cache.clone()));
        testing::scope_async(cache.clone(), within).await.expect("the test ends");
    });
}
