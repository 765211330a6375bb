#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use async_trait::async_trait;
use cache_runtime::http::{CachedBody, ClientCache, DoNotStore};
use http::Extensions;
use reqwest::{Body, Request, Response, ResponseBuilderExt as _, Url};
use reqwest_middleware::{Middleware, Next, Result};

/// A middleware that answers requests from a cache.
///
/// Middlewares that are added before it see every request, and those added after it only the ones that are sent.
///
/// ```
/// use cache_reqwest::CacheMiddleware;
/// use cache_runtime::{Cache, http::ClientCache};
/// use reqwest_middleware::ClientBuilder;
///
/// let cache = CacheMiddleware::new(ClientCache::new(&Cache::memory()).stale_if_error(3600));
/// let client = ClientBuilder::new(reqwest::Client::new()).with(cache).build();
/// ```
#[derive(Clone, Debug)]
pub struct CacheMiddleware {
    responses: ClientCache,
}

impl CacheMiddleware {
    /// Makes the middleware of a cache.
    pub fn new(responses: ClientCache) -> Self {
        CacheMiddleware { responses }
    }
}

#[async_trait]
impl Middleware for CacheMiddleware {
    async fn handle(&self, request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        let url = request.url().clone();
        // What the URL parser accepts and HTTP does not is reqwest's to report.
        let Some(asked) = head(&request) else { return next.run(request, extensions).await };
        let send = async |asked: http::Request<Request>| {
            let (parts, mut request) = asked.into_parts();
            *request.headers_mut() = parts.headers;
            let asked = request.url().clone();
            let response = next.run(request, extensions).await?;
            Ok::<_, reqwest_middleware::Error>(received(&asked, response))
        };
        let response = self.responses.send_in_place(asked.map(|()| request), send).await?;
        Ok(answer(url, response))
    }
}

/// The method, the URL and the fields of a request.
fn head(request: &Request) -> Option<http::Request<()>> {
    let mut head = http::Request::builder().method(request.method()).uri(request.url().as_str()).body(()).ok()?;
    *head.headers_mut() = request.headers().clone();
    Some(head)
}

/// A response as the cache takes it. What was found elsewhere than at the URL that was asked for is not stored: the redirect
/// may lead somewhere else next time.
fn received(asked: &Url, response: Response) -> http::Response<Body> {
    let was_redirected = response.url() != asked;
    let mut response = http::Response::<Body>::from(response);
    if was_redirected {
        response.extensions_mut().insert(DoNotStore);
    }
    response
}

fn answer(url: Url, response: http::Response<CachedBody<Body>>) -> Response {
    let (mut parts, body) = response.into_parts();
    let with_url = http::Response::builder().url(url).body(()).expect("a response with a URL");
    parts.extensions.extend(with_url.into_parts().0.extensions);
    Response::from(http::Response::from_parts(parts, Body::wrap(body)))
}
