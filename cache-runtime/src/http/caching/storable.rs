//! Whether a response may be stored (RFC 9111, 3), and whether it is worth it.

use http::header::{AUTHORIZATION, EXPIRES, HeaderName, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::fields::list;
use super::{Arrival, Freshness, Rules, Selection, Vary};
use crate::http::Directives;

/// A response that may be stored, and how.
#[derive(Debug)]
pub(in crate::http) struct Storable {
    pub(in crate::http) freshness: Freshness,
    /// The fields of requests that it was selected by.
    pub(in crate::http) selection: Selection,
}

impl Storable {
    /// Checks the response to a `GET`; `None` if it must not be stored, or could never be used.
    pub(in crate::http) fn check(
        rules: &Rules,
        request: &HeaderMap,
        arrival: Arrival,
        status: StatusCode,
        response: &HeaderMap,
    ) -> Option<Storable> {
        let directives = directives(rules, response);
        let Vary::On(selection) = Vary::of(response) else { return None };
        if !is_whole(status) || is_forbidden(rules, request, status, response, &directives) {
            return None;
        }
        let freshness = Freshness::new(rules, arrival, status, response, &directives);
        (!freshness.retention().is_zero()).then_some(Storable { freshness, selection })
    }
}

/// Statuses that may be stored without anything that says for how long (RFC 9110, 15.1).
pub(super) fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// Statuses by which a server says that it is ill (RFC 5861, 4).
pub(in crate::http) fn is_failure(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}

/// A final response with all of its content.
fn is_whole(status: StatusCode) -> bool {
    !(status.is_informational() || matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED))
}

fn is_forbidden(
    rules: &Rules,
    request: &HeaderMap,
    status: StatusCode,
    response: &HeaderMap,
    directives: &Directives,
) -> bool {
    let is_understood = status.canonical_reason().is_some();
    let no_store = directives.no_store && !(directives.must_understand && is_understood);
    let not_understood = directives.must_understand && !is_understood;
    let is_explicit = directives.public || rules.is_shared && directives.s_maxage.is_some();
    let of_one_user = directives.private || response.contains_key(SET_COOKIE) || response.contains_key("set-cookie2");
    // RFC 9111, 3.5. Where only explicit responses are stored, `must-revalidate` does not suffice.
    let of_a_session = request.contains_key(AUTHORIZATION) && !(is_explicit || directives.must_revalidate);
    let names_a_lifetime = is_explicit
        || directives.private
        || directives.max_age.is_some()
        || response.contains_key(EXPIRES)
        || is_heuristically_cacheable(status);
    no_store
        || not_understood
        || !names_a_lifetime
        || rules.explicit_only && !is_explicit
        || rules.is_shared && (of_one_user || of_a_session)
}

/// What the server says to this cache: in the field that it addresses to it, or in `Cache-Control`.
fn directives(rules: &Rules, response: &HeaderMap) -> Directives {
    let targeted = rules.targeted.as_ref().and_then(|field| targeted(field, response));
    targeted.unwrap_or_else(|| Directives::of(response))
}

/// The directives of a targeted field (RFC 9213); `None` if it is missing, empty or no dictionary of structured fields.
fn targeted(field: &HeaderName, response: &HeaderMap) -> Option<Directives> {
    let lines = || response.get_all(field).iter().map(HeaderValue::as_bytes);
    let mut members = lines().flat_map(list).peekable();
    members.peek()?;
    members.all(is_dictionary_member).then(|| Directives::parse(lines()))
}

/// `name`, `name=5` or `name=?1`, with parameters or without. Numbers, tokens and texts are told apart by how they begin.
fn is_dictionary_member(member: &[u8]) -> bool {
    let member = member.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii_end();
    let end = member.iter().position(|byte| *byte == b'=').unwrap_or(member.len());
    let (name, value) = (&member[..end], member.get(end + 1..));
    let is_name = name.first().is_some_and(|byte| byte.is_ascii_lowercase() || *byte == b'*')
        && name.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.*".contains(byte));
    is_name && value.is_none_or(|value| is_bare_item(name, value))
}

fn is_bare_item(name: &[u8], value: &[u8]) -> bool {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let is_time = [&b"max-age"[..], b"s-maxage", b"stale-while-revalidate", b"stale-if-error"].contains(&name);
    let is_token = value.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'*');
    is_number
        || !is_time
            && (is_token || value.starts_with(b"\"") && value.ends_with(b"\"") || matches!(value, b"?0" | b"?1"))
}

#[cfg(test)]
mod tests;
