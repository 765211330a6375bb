//! A 304: the head of a response without what describes its body.

use http::header::{
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING,
};
use http::{HeaderMap, Response, StatusCode};

const OF_THE_BODY: [HeaderName; 6] =
    [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, TRANSFER_ENCODING];

/// The fields of a 304. What a client needs to update its copy stays (RFC 9110, 15.4.5).
pub(super) fn not_modified(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_THE_BODY {
        headers.remove(name);
    }
    headers
}

/// The 304 in place of a response.
pub(super) fn as_not_modified<B: Default>(response: Response<B>) -> Response<B> {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers = not_modified(parts.headers);
    Response::from_parts(parts, B::default())
}
