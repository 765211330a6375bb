//! The cache in front of a server's handlers.

use std::fmt;
use std::sync::Arc;

use http::HeaderName;
use tower_layer::Layer;

use super::cached_service::CachedService;
use super::engine::{Engine, Settings};
use super::options::{async_example, common_methods, example, item, seconds, target};
use crate::{Cache, Result, Ttl};

/// A cache of a server's responses, shared by all of its clients, as RFC 9111 describes one. It is a tower layer.
///
/// A response that says `public` or `s-maxage`, and for how long it is fresh, is stored, and served to every client that asks
/// for the same URL, until it is stale. The handler does not run then. Everything else passes.
///
/// ```
/// use cache_runtime::{Cache, http::ResponseCache};
/// use http::{Request, Response, header::CACHE_CONTROL};
/// use http_body_util::Full;
/// use tower::{Layer, Service, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = tower::service_fn(|_: Request<Full<&[u8]>>| async {
///     let page = Response::builder().header(CACHE_CONTROL, "public, max-age=60");
///     page.body(Full::<bytes::Bytes>::from("<h1>Tea</h1>"))
/// });
/// let mut server = ResponseCache::new(&Cache::memory()).layer(handler);
///
/// let request = || Request::get("http://shop.example/").body(Full::default()).unwrap();
/// let first = server.ready().await?.call(request()).await?;
/// assert_eq!(first.headers()["cache-status"], "cache-runtime; fwd=uri-miss; stored");
/// let second = server.ready().await?.call(request()).await?;
/// assert_eq!(second.headers()["cache-status"], "cache-runtime; hit; ttl=60");
/// # Ok(())
/// # }
/// ```
///
/// Clones share what is stored. Keep one to [`purge`](Self::purge) pages. The [guide](crate::guide::response_cache) says what
/// is stored, and what never is.
#[derive(Clone)]
pub struct ResponseCache {
    engine: Arc<Engine>,
}

impl ResponseCache {
    /// Makes a cache of responses. They are stored in the namespace `responses` of `cache`.
    ///
    /// Of the options of `cache` none but the namespace counts, since the responses say for how long they live. While the
    /// store is unavailable, every request reaches the handler.
    pub fn new(cache: &Cache) -> Self {
        ResponseCache { engine: Arc::new(Engine::new(cache, "responses", Settings::of_server())) }
    }

    /// Also stores responses that do not say `public` or `s-maxage`, if RFC 9111 allows it: `max-age` or `Expires` suffices.
    ///
    /// Do not use this in front of pages that look different to a user who is signed in by a cookie, unless each of them says
    /// `private` or `no-store`.
    ///
    #[doc = example!(ResponseCache, ".standard()")]
    #[must_use]
    pub fn standard(self) -> Self {
        self.with(|settings| settings.rules.explicit_only = false)
    }

    /// Ignores what requests say about caching: `no-cache`, `max-age=0`, `only-if-cached` and so on.
    ///
    /// Without this option a client can reload a page past the cache, as RFC 9111, 5.2.1 has it, and so keep the handler busy.
    ///
    #[doc = example!(ResponseCache, ".ignore_requests()")]
    #[must_use]
    pub fn ignore_requests(self) -> Self {
        self.with(|settings| settings.rules.ignores_requests = true)
    }

    /// Reads the tags of a response from this field, a list with commas, and removes the field.
    ///
    /// [`purge_tag`](Self::purge_tag) deletes the responses that carry a tag. With this option a miss reads the store twice
    /// more, and a hit on a response with tags reads it twice more.
    ///
    /// ```
    /// use cache_runtime::{Cache, http::ResponseCache};
    /// use http::HeaderName;
    ///
    /// let responses = ResponseCache::new(&Cache::memory()).tags(HeaderName::from_static("cache-tag"));
    /// ```
    #[must_use]
    pub fn tags(self, field: HeaderName) -> Self {
        self.with(|settings| settings.tags = Some(field))
    }

    /// Reads directives from this field instead of `Cache-Control`, where a response has it (RFC 9213).
    ///
    /// A handler tells this cache so something else than the browsers: `CDN-Cache-Control: max-age=600`. If the field is
    /// malformed, `Cache-Control` counts.
    ///
    /// ```
    /// use cache_runtime::{Cache, http::ResponseCache};
    /// use http::HeaderName;
    ///
    /// let responses = ResponseCache::new(&Cache::memory()).targeted(HeaderName::from_static("cdn-cache-control"));
    /// ```
    #[must_use]
    pub fn targeted(self, field: HeaderName) -> Self {
        self.with(|settings| settings.rules.targeted = Some(field))
    }

    /// Deletes all responses that carry a tag: see [`tags`](Self::tags).
    ///
    #[doc = async_example!(ResponseCache, "responses.purge_tag(\"card:7\").await?;")]
    ///
    /// # Errors
    ///
    /// If the tag is empty, or if the store fails.
    pub async fn purge_tag(&self, tag: &str) -> Result<bool> {
        self.engine.purge_tag(tag).await
    }
}

common_methods!(ResponseCache);

impl<S> Layer<S> for ResponseCache {
    type Service = CachedService<S>;

    fn layer(&self, inner: S) -> CachedService<S> {
        CachedService::new(inner, &self.engine)
    }
}
