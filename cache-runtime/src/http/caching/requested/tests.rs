//! What a client may ask of a cache.

use http::{HeaderMap, HeaderValue, StatusCode};

use super::{Requested, Reuse};
use crate::http::Directives;
use crate::http::caching::{Arrival, Freshness, Rules};
use crate::store::Timestamp;

/// The decision about a response of this age, whose lifetime is 60 seconds.
fn reuse(request: &[(&'static str, &'static str)], response: &'static str, age: i64) -> Reuse {
    let rules = Rules { is_shared: true, ..Rules::standard() };
    let arrival = Arrival { requested_at: Timestamp::EPOCH, received_at: Timestamp::EPOCH };
    let response = Directives::parse([response]);
    let stored = Freshness::new(&rules, arrival, StatusCode::OK, &HeaderMap::new(), &response);
    let fields = request.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
    Requested::read(&fields.collect()).reuse(&stored, Timestamp::from_millis(age * 1000))
}

#[test]
fn a_fresh_response_is_served_and_a_stale_one_validated() {
    assert_eq!(reuse(&[], "max-age=60", 59), Reuse::Serve);
    assert_eq!(reuse(&[], "max-age=60", 60), Reuse::Validate);
    assert_eq!(reuse(&[], "max-age=60, no-cache", 0), Reuse::Validate);
}

#[test]
fn a_client_may_ask_for_a_newer_response() {
    for control in ["no-cache", "max-age=9", "max-age=-1", "min-fresh=51", "foo, No-Cache=\"x\""] {
        assert_eq!(reuse(&[("cache-control", control)], "max-age=60", 10), Reuse::ValidateAsAsked, "{control}");
    }
    for control in ["max-age=10", "min-fresh=50", "min-fresh=x", "foo", "max-stale=0"] {
        assert_eq!(reuse(&[("cache-control", control)], "max-age=60", 10), Reuse::Serve, "{control}");
    }
}

#[test]
fn pragma_counts_where_there_is_no_cache_control() {
    assert_eq!(reuse(&[("pragma", "foo, No-Cache")], "max-age=60", 0), Reuse::ValidateAsAsked);
    assert_eq!(reuse(&[("pragma", "no-cache"), ("cache-control", "foo")], "max-age=60", 0), Reuse::Serve);
}

#[test]
fn a_client_may_take_a_stale_response_unless_the_server_forbids_it() {
    assert_eq!(reuse(&[("cache-control", "max-stale")], "max-age=60", 9999), Reuse::Serve);
    assert_eq!(reuse(&[("cache-control", "max-stale=10")], "max-age=60", 70), Reuse::Serve);
    assert_eq!(reuse(&[("cache-control", "max-stale=10")], "max-age=60", 71), Reuse::Validate);
    for strict in ["max-age=60, must-revalidate", "max-age=60, proxy-revalidate", "s-maxage=60"] {
        assert_eq!(reuse(&[("cache-control", "max-stale")], strict, 61), Reuse::Validate, "{strict}");
    }
}

#[test]
fn in_its_window_a_stale_response_is_served_while_it_is_validated() {
    let response = "max-age=60, stale-while-revalidate=10";
    assert_eq!(reuse(&[], response, 69), Reuse::ServeAndValidate);
    assert_eq!(reuse(&[], response, 70), Reuse::Validate);
    assert_eq!(reuse(&[("cache-control", "max-age=100")], response, 69), Reuse::Validate);
}
