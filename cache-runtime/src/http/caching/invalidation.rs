//! What a request changes (RFC 9111, 4.4).

use http::header::{CONTENT_LOCATION, LOCATION};
use http::{HeaderMap, Method, StatusCode};

use super::Target;

/// The URLs whose stored responses are outdated by this request and its answer: the URL itself, and those of the same
/// origin that the answer names. None if the method is safe or the request failed.
pub(in crate::http) fn changed_urls(
    method: &Method,
    target: &Target,
    status: StatusCode,
    response: &HeaderMap,
) -> Vec<Target> {
    if method.is_safe() || !(status.is_success() || status.is_redirection()) {
        return Vec::new();
    }
    let named = [LOCATION, CONTENT_LOCATION].into_iter().filter_map(|field| response.get(field));
    let mut changed: Vec<Target> = named.filter_map(|reference| target.resolve(reference)).collect();
    changed.push(target.clone());
    changed.dedup();
    changed
}
