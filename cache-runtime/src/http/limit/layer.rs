//! The layer: who is limited, and how.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response};
use tower_layer::Layer;

use super::{ClientAddress, LimitedService};
use crate::limit::{AsyncRateLimiter, RateLimited, Who};

/// Limits the requests that reach a handler. It is a tower layer.
///
/// A request over the limit does not reach the handler: the client is sent 429 with `Retry-After`, `RateLimit`,
/// `RateLimit-Policy` and `Cache-Control: no-store`. One that passes is answered by the handler, and the answer has
/// `RateLimit` and `RateLimit-Policy`. A limiter that is [closed](crate::limit::WhenAway::Closed) answers 503 while the store is
/// away.
///
/// Without another choice it limits by the [client's address](ClientAddress). Put it inside of what authenticates, if it
/// limits by user.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::http::{LimitLayer, PeerAddress};
/// use cache_runtime::limit::AsyncRateLimiter;
/// use http::{Method, Request, Response, StatusCode};
/// use http_body_util::Full;
/// use tower::{Layer, Service, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = tower::service_fn(async |_: Request<()>| Ok::<_, http::Error>(Response::new(Full::<bytes::Bytes>::from("tea"))));
/// let limiter = AsyncRateLimiter::new(&Cache::memory().to_async(), "comments").to(1).within(60);
/// let mut server = LimitLayer::new(limiter).only(|request| request.method == Method::POST).layer(handler);
///
/// let request = || Request::post("/").extension(PeerAddress([192, 0, 2, 7].into())).body(()).unwrap();
/// assert_eq!(server.ready().await?.call(request()).await?.status(), StatusCode::OK);
/// let refused = server.ready().await?.call(request()).await?;
/// assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
/// assert_eq!(refused.headers()["retry-after"], "60");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LimitLayer {
    pub(super) settings: Arc<Settings>,
}

type Condition = dyn Fn(&Parts) -> bool + Send + Sync;
type Adjust = dyn Fn(AsyncRateLimiter, &Parts) -> AsyncRateLimiter + Send + Sync;
type Reaction = dyn Fn(&RateLimited, &Parts) -> Response<Bytes> + Send + Sync;
type Find = dyn Fn(&Parts) -> Option<Vec<u8>> + Send + Sync;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) limiter: AsyncRateLimiter,
    pub(super) client: ClientAddress,
    pub(super) by: By,
    scope: Option<Arc<str>>,
    applies: Vec<Arc<Condition>>,
    adjust: Option<Arc<Adjust>>,
    pub(super) reaction: Option<Arc<Reaction>>,
    pub(super) tells: bool,
}

#[derive(Clone)]
pub(super) enum By {
    Address,
    Header(HeaderName),
    Closure(Arc<Find>),
}

/// Whom a request counts for.
pub(super) enum Counted {
    For(Vec<u8>),
    /// It is not limited.
    ForNobody,
    /// Nobody says who has connected.
    Unknown,
}

impl LimitLayer {
    /// Limits by the client's address.
    #[must_use]
    pub fn new(limiter: AsyncRateLimiter) -> Self {
        let settings = Settings {
            limiter,
            client: ClientAddress::new(),
            by: By::Address,
            scope: None,
            applies: Vec::new(),
            adjust: None,
            reaction: None,
            tells: true,
        };
        LimitLayer { settings: Arc::new(settings) }
    }

    /// Sets how the client's address is found: which proxies are trusted, and where the framework keeps the peer's.
    #[must_use]
    pub fn client(self, client: ClientAddress) -> Self {
        self.with(|settings| settings.client = client)
    }

    /// Limits by a field of the request, such as an API key. A request without it, or with an empty one, is limited by address.
    ///
    /// Limit by address as well if anybody can make up a value: each new one is a new client.
    #[must_use]
    pub fn by_header(self, field: HeaderName) -> Self {
        self.with(|settings| settings.by = By::Header(field))
    }

    /// Limits by what a closure finds in the request, such as the user that another layer has put into its extensions.
    ///
    /// `None` is not limited at all. An empty name is limited by address.
    #[must_use]
    pub fn by<W: Who>(self, by: impl Fn(&Parts) -> Option<W> + Send + Sync + 'static) -> Self {
        let by = move |parts: &Parts| by(parts).map(|who| who.bytes().into_owned());
        self.with(|settings| settings.by = By::Closure(Arc::new(by)))
    }

    /// Counts apart from other layers of the same limiter, and together with those of the same scope.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.with(|settings| settings.scope = Some(scope.into()))
    }

    /// Limits only these requests. Of several conditions all must hold.
    #[must_use]
    pub fn only(self, condition: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.applies.push(Arc::new(condition)))
    }

    /// Does not limit these requests.
    #[must_use]
    pub fn except(self, condition: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.only(move |parts| !condition(parts))
    }

    /// Changes the limiter for a request: another `to` for a customer, another cost for a search.
    #[must_use]
    pub fn adjust(self, adjust: impl Fn(AsyncRateLimiter, &Parts) -> AsyncRateLimiter + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.adjust = Some(Arc::new(adjust)))
    }

    /// Sets what a refused client is sent in place of 429 or 503: a page, or a redirect.
    ///
    /// [`EarlyResponse`](crate::http::EarlyResponse) can be made from the refusal, and has the usual fields.
    #[must_use]
    pub fn on_limited(
        self,
        reaction: impl Fn(&RateLimited, &Parts) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.reaction = Some(Arc::new(reaction)))
    }

    /// Does not tell clients that pass how much is left: of a login they need not know.
    #[must_use]
    pub fn silent(self) -> Self {
        self.with(|settings| settings.tells = false)
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

impl Settings {
    /// The limiter for a request, and whom it counts for.
    pub(super) fn question(&self, parts: &Parts) -> (Cow<'_, AsyncRateLimiter>, Counted) {
        if !self.applies.iter().all(|condition| condition(parts)) {
            return (Cow::Borrowed(&self.limiter), Counted::ForNobody);
        }
        let limiter = match &self.adjust {
            Some(adjust) => Cow::Owned(adjust(self.limiter.clone(), parts)),
            None => Cow::Borrowed(&self.limiter),
        };
        (limiter, self.who(parts))
    }

    fn who(&self, parts: &Parts) -> Counted {
        let named = match &self.by {
            By::Address => None,
            By::Header(field) => parts.headers.get(field).and_then(named_by_client),
            By::Closure(by) => match by(parts) {
                Some(who) => Some(who),
                None => return Counted::ForNobody,
            },
        };
        let who = match named.filter(|who| !who.is_empty()) {
            Some(named) => Some(named),
            None => self.client.of(&parts.headers, &parts.extensions).map(|address| address.bytes().into_owned()),
        };
        match (who, &self.scope) {
            (None, _) => Counted::Unknown,
            (Some(who), None) => Counted::For(who),
            (Some(who), Some(scope)) => Counted::For((("scope", &**scope), who).bytes().into_owned()),
        }
    }
}

/// A name that a client chooses, which is never somebody's address.
fn named_by_client(value: &HeaderValue) -> Option<Vec<u8>> {
    (!value.is_empty()).then(|| ("field", value.as_bytes()).bytes().into_owned())
}

impl<S> Layer<S> for LimitLayer {
    type Service = LimitedService<S>;

    fn layer(&self, inner: S) -> LimitedService<S> {
        LimitedService { inner, settings: Arc::clone(&self.settings) }
    }
}

impl fmt::Debug for LimitLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitLayer").field("limiter", &self.settings.limiter).finish_non_exhaustive()
    }
}
