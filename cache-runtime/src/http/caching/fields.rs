//! Fields that belong to one connection or to one client, and not to the stored response.

use http::header::{
    AGE, CONNECTION, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE,
};
use http::{HeaderMap, HeaderValue};

/// Fields of one connection (RFC 9110, 7.6.1), of a proxy (RFC 9111, 3.1), and what is computed for each answer.
const UNSTORABLE: [HeaderName; 14] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    PROXY_AUTHENTICATE,
    HeaderName::from_static("proxy-authentication-info"),
    PROXY_AUTHORIZATION,
    AGE,
    HeaderName::from_static("cache-status"),
    // A cookie is delivered once, to the client that it was made for.
    SET_COOKIE,
    HeaderName::from_static("set-cookie2"),
];

/// Removes what must not be stored with a response.
pub(in crate::http) fn remove_unstorable(headers: &mut HeaderMap) {
    for name in listed_in_connection(headers) {
        headers.remove(name);
    }
    for name in UNSTORABLE {
        headers.remove(name);
    }
}

/// The fields that `Connection` declares to belong to this connection.
fn listed_in_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let lines = headers.get_all(CONNECTION).iter().map(HeaderValue::as_bytes);
    lines.flat_map(list).filter_map(|name| HeaderName::from_bytes(name).ok()).collect()
}

/// The members of a line of a field that is a list of tokens.
pub(super) fn list(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
}
