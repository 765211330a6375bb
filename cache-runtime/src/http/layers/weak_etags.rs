//! Entity tags of pages that have none.

use http::header::{ETAG, LAST_MODIFIED};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body::Body;

use super::{Finish, layer};
use crate::http::body::CachedBody;
use crate::http::collect::{Collected, collect};
use crate::http::{Directives, ETag};

/// The size of the largest body that gets a tag, unless the user says otherwise: 64 KiB.
const MAX_BODY: usize = 64 * 1024;

/// Gives small pages a weak `ETag`: a hash of their content.
///
/// A page gets one if its status is 200, if it has no `ETag` and no `Last-Modified`, if it does not say `no-store`, and if it is
/// known beforehand that its body is small. So a stream is never held back. Place it inside of what compresses, and inside of
/// [`ConditionalGet`](super::ConditionalGet), which compares the tag.
///
/// ```
/// use cache_runtime::http::WeakETags;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use tower::{Layer, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = tower::service_fn(async |_: Request<()>| Ok::<_, http::Error>(Response::new(Full::<bytes::Bytes>::from("tea"))));
/// let response = WeakETags::new().layer(handler).oneshot(Request::get("/").body(())?).await?;
/// assert!(response.headers()["etag"].to_str()?.starts_with("W/\""));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WeakETags {
    max_body: usize,
}

impl WeakETags {
    /// Makes the layer, for bodies of up to 64 KiB.
    #[expect(clippy::new_without_default, reason = "the bound is a choice that the name should show")]
    pub fn new() -> Self {
        WeakETags { max_body: MAX_BODY }
    }

    /// Sets the size of the largest body that gets a tag, in bytes.
    ///
    /// ```
    /// let layer = cache_runtime::http::WeakETags::new().max_body(1024 * 1024);
    /// ```
    #[must_use]
    pub fn max_body(self, bytes: usize) -> Self {
        WeakETags { max_body: bytes }
    }

    fn is_for<B: Body>(&self, response: &Response<B>) -> bool {
        let headers = response.headers();
        response.status() == StatusCode::OK
            && !headers.contains_key(ETAG)
            && !headers.contains_key(LAST_MODIFIED)
            && !Directives::of(headers).no_store
            && response.body().size_hint().upper().is_some_and(|upper| upper <= self.max_body as u64)
    }
}

layer!(WeakETags);

impl Finish for WeakETags {
    /// Whether the response may get a tag. The answer to `HEAD` may have lost its body already.
    type Seen = bool;

    fn see(&self, method: &Method, _: &HeaderMap) -> bool {
        *method == Method::GET
    }

    async fn finish<B: Body<Error: Send> + Send>(
        self,
        is_read: bool,
        response: Response<B>,
    ) -> Response<CachedBody<B>> {
        if !is_read || !self.is_for(&response) {
            return response.map(CachedBody::untouched);
        }
        let (mut parts, body) = response.into_parts();
        let body = match collect(body, self.max_body).await {
            Collected::Rest(body) => body,
            Collected::Whole(content) => {
                parts.headers.insert(ETAG, ETag::of_content(&content).into_weak().into());
                content.into()
            }
        };
        Response::from_parts(parts, body)
    }
}
