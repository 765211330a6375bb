//! Which responses a cache stores: the rules of RFC 9111, and the stricter ones of a shared cache that wants to be told.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, StatusCode};

use super::Storable;
use crate::http::caching::{Arrival, Rules};
use crate::store::Timestamp;

static STANDARD: LazyLock<Rules> = LazyLock::new(|| Rules { is_shared: true, ..Rules::standard() });

fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

fn stores(
    rules: &Rules,
    status: u16,
    request: &[(&'static str, &'static str)],
    response: &[(&'static str, &'static str)],
) -> bool {
    let arrival = Arrival { requested_at: Timestamp::EPOCH, received_at: Timestamp::EPOCH };
    let status = StatusCode::from_u16(status).unwrap();
    Storable::check(rules, &headers(request), arrival, status, &headers(response)).is_some()
}

#[test]
fn what_is_private_is_not_shared() {
    for control in
        ["private, max-age=60", "max-age=60, PRIVATE", "public, private=\"x\", max-age=60", "max-age=60, no-store"]
    {
        assert!(!stores(&STANDARD, 200, &[], &[("cache-control", control)]), "{control}");
    }
    assert!(!stores(&STANDARD, 200, &[], &[("cache-control", "public, max-age=60"), ("set-cookie", "a=1")]));
    let private = Rules { is_shared: false, ..STANDARD.clone() };
    assert!(stores(&private, 200, &[], &[("cache-control", "private, max-age=60"), ("set-cookie", "a=1")]));
}

#[test]
fn the_answer_to_a_session_is_shared_only_if_it_says_so() {
    let session = [("authorization", "Bearer x")];
    for control in ["public, max-age=60", "s-maxage=60", "max-age=60, must-revalidate"] {
        assert!(stores(&STANDARD, 200, &session, &[("cache-control", control)]), "{control}");
    }
    assert!(!stores(&STANDARD, 200, &session, &[("cache-control", "max-age=60")]));
    let strict = Rules { explicit_only: true, ..STANDARD.clone() };
    assert!(!stores(&strict, 200, &session, &[("cache-control", "max-age=60, must-revalidate")]));
}

#[test]
fn a_strict_cache_wants_to_be_told() {
    let strict = Rules { explicit_only: true, ..STANDARD.clone() };
    assert!(!stores(&strict, 200, &[], &[("cache-control", "max-age=60")]));
    assert!(!stores(&strict, 200, &[], &[("expires", "Thu, 01 Jan 1970 00:01:00 GMT")]));
    assert!(stores(&strict, 200, &[], &[("cache-control", "public, max-age=60")]));
    assert!(stores(&strict, 200, &[], &[("cache-control", "s-maxage=60")]));
}

#[test]
fn what_could_never_be_used_is_not_stored() {
    assert!(!stores(&STANDARD, 200, &[], &[]));
    assert!(!stores(&STANDARD, 200, &[], &[("cache-control", "public, max-age=0")]));
    assert!(!stores(&STANDARD, 200, &[], &[("cache-control", "public, max-age=60"), ("age", "60")]));
    assert!(!stores(&STANDARD, 200, &[], &[("cache-control", "public, no-cache")]));
    assert!(stores(&STANDARD, 200, &[], &[("cache-control", "public, no-cache"), ("etag", "\"a\"")]));
}

#[test]
fn parts_and_answers_about_other_responses_are_not_stored() {
    for status in [206, 304] {
        assert!(!stores(&STANDARD, status, &[], &[("cache-control", "public, max-age=60")]), "{status}");
    }
    assert!(!stores(&STANDARD, 200, &[], &[("cache-control", "public, max-age=60"), ("vary", "*")]));
}

#[test]
fn an_unknown_status_is_stored_unless_it_must_be_understood() {
    assert!(stores(&STANDARD, 299, &[], &[("cache-control", "max-age=60")]));
    assert!(!stores(&STANDARD, 299, &[], &[("cache-control", "max-age=60, no-store, must-understand")]));
    assert!(stores(&STANDARD, 200, &[], &[("cache-control", "max-age=60, no-store, must-understand")]));
}

#[test]
fn a_field_for_this_cache_counts_instead_of_cache_control() {
    let cdn = Rules { targeted: Some(http::HeaderName::from_static("cdn-cache-control")), ..STANDARD.clone() };
    let stores = |control, cdn_control| {
        stores(&cdn, 200, &[], &[("cache-control", control), ("cdn-cache-control", cdn_control)])
    };
    assert!(stores("no-store", "max-age=60"));
    assert!(!stores("max-age=60", "no-store"));
    // What is no structured field is ignored.
    for malformed in ["max-age=\"60\"", "max-age=6 0", "MAX-AGE=60", "max-age=", "&", ""] {
        assert!(!stores("no-store", malformed), "{malformed}");
    }
}
