//! Errors that no cache keeps.

use http::header::{CACHE_CONTROL, EXPIRES};
use http::{HeaderMap, HeaderValue, Method, Response};
use http_body::Body;

use super::{Finish, layer};
use crate::http::body::CachedBody;

/// Marks every response of status 400 and above with `no-store`, so that no cache keeps an error page.
///
/// Without it caches may keep a 404 or a 410 that says nothing, and any error to which another layer adds `public`. What the
/// handler says about an error is replaced.
///
/// ```
/// use cache_runtime::http::NoStoreOnErrors;
/// use http::{Request, Response, StatusCode};
/// use http_body_util::Full;
/// use tower::{Layer, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = tower::service_fn(async |_: Request<()>| {
///     Response::builder().status(StatusCode::NOT_FOUND).body(Full::<bytes::Bytes>::from("no such card"))
/// });
/// let response = NoStoreOnErrors::new().layer(handler).oneshot(Request::get("/").body(())?).await?;
/// assert_eq!(response.headers()["cache-control"], "no-store");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStoreOnErrors(());

impl NoStoreOnErrors {
    /// Makes the layer.
    pub fn new() -> Self {
        NoStoreOnErrors(())
    }
}

layer!(NoStoreOnErrors);

impl Finish for NoStoreOnErrors {
    type Seen = ();

    fn see(&self, _: &Method, _: &HeaderMap) {}

    async fn finish<B: Body<Error: Send> + Send>(self, (): (), mut response: Response<B>) -> Response<CachedBody<B>> {
        if response.status().is_client_error() || response.status().is_server_error() {
            response.headers_mut().remove(EXPIRES);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        response.map(CachedBody::untouched)
    }
}
