//! 304 instead of a page that the client has.

use http::{HeaderMap, Method, Response, StatusCode};
use http_body::Body;

use super::{Finish, layer};
use crate::http::body::CachedBody;
use crate::http::not_modified::as_not_modified;
use crate::http::{Preconditions, Validators, Verdict};

/// Answers 304 without a body where the client has the page that a handler has made.
///
/// It compares the `ETag` and the `Last-Modified` of a finished response of status 200 with the request. So it saves the way of the
/// body, and not the work of the handler: for that there is [`FreshWhen`](crate::http::FreshWhen).
///
/// ```
/// use cache_runtime::http::ConditionalGet;
/// use http::{Request, Response, StatusCode, header::{ETAG, IF_NONE_MATCH}};
/// use http_body_util::Full;
/// use tower::{Layer, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = tower::service_fn(async |_: Request<()>| Response::builder().header(ETAG, "\"v2\"").body(Full::<bytes::Bytes>::from("tea")));
/// let request = Request::get("/").header(IF_NONE_MATCH, "\"v2\"").body(())?;
/// let response = ConditionalGet::new().layer(handler).oneshot(request).await?;
/// assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ConditionalGet(());

impl ConditionalGet {
    /// Makes the layer.
    pub fn new() -> Self {
        ConditionalGet(())
    }
}

layer!(ConditionalGet);

impl Finish for ConditionalGet {
    type Seen = Option<Preconditions>;

    fn see(&self, method: &Method, headers: &HeaderMap) -> Option<Preconditions> {
        matches!(*method, Method::GET | Method::HEAD).then(|| Preconditions::new(method, headers))
    }

    async fn finish<B: Body<Error: Send> + Send>(
        self,
        seen: Option<Preconditions>,
        response: Response<B>,
    ) -> Response<CachedBody<B>> {
        let response = response.map(CachedBody::untouched);
        let current = || Validators::of(response.headers());
        let is_known = seen.is_some_and(|seen| seen.evaluate(&current()) == Verdict::NotModified);
        if is_known && response.status() == StatusCode::OK { as_not_modified(response) } else { response }
    }
}
