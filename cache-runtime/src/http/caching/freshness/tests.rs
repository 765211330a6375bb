//! Ages and lifetimes, by RFC 9111, of what servers send and of what they should not send.

use http::{HeaderMap, HeaderValue, StatusCode};

use super::{Arrival, Freshness};
use crate::http::Directives;
use crate::http::caching::Rules;
use crate::store::Timestamp;

/// Sun, 06 Nov 1994 08:49:37 GMT, and some milliseconds.
const NOW: i64 = 784_111_777_250;

fn rules() -> Rules {
    Rules { is_shared: true, ..Rules::standard() }
}

fn freshness(rules: &Rules, fields: &[(&'static str, &str)]) -> Freshness {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    let now = Timestamp::from_millis(NOW);
    let arrival = Arrival { requested_at: now, received_at: now };
    Freshness::new(rules, arrival, StatusCode::OK, &headers, &Directives::of(&headers))
}

fn ttl(fields: &[(&'static str, &str)]) -> i64 {
    freshness(&rules(), fields).ttl(Timestamp::from_millis(NOW))
}

#[test]
fn s_maxage_counts_before_max_age_and_max_age_before_expires() {
    assert_eq!(ttl(&[("cache-control", "max-age=1, s-maxage=60")]), 60);
    assert_eq!(ttl(&[("cache-control", "max-age=60"), ("expires", "Thu, 01 Jan 1970 00:00:00 GMT")]), 60);
    let private = Rules { is_shared: false, ..rules() };
    assert_eq!(freshness(&private, &[("cache-control", "max-age=1, s-maxage=60")]).ttl(Timestamp::from_millis(NOW)), 1);
}

#[test]
fn malformed_and_endless_lifetimes_are_bounded() {
    assert_eq!(ttl(&[("cache-control", "max-age=-1")]), 0);
    assert_eq!(ttl(&[("cache-control", "max-age=soon")]), 0);
    assert_eq!(ttl(&[("cache-control", "max-age=99999999999")]), 1 << 31);
    assert_eq!(ttl(&[("cache-control", &format!("max-age={}", "9".repeat(60_000)))]), 1 << 31);
}

#[test]
fn expires_counts_from_the_date_of_the_response() {
    let expires = ("expires", "Sun, 06 Nov 1994 08:50:37 GMT");
    assert_eq!(ttl(&[expires]), 60);
    assert_eq!(ttl(&[expires, ("date", "Sun, 06 Nov 1994 08:49:37 GMT")]), 60);
    // The server's clock is an hour ahead.
    assert_eq!(ttl(&[("expires", "Sun, 06 Nov 1994 09:50:37 GMT"), ("date", "Sun, 06 Nov 1994 09:49:37 GMT")]), 60);
    assert_eq!(ttl(&[expires, ("date", "yesterday")]), 60);
}

#[test]
fn a_malformed_or_repeated_expires_is_in_the_past() {
    for expires in ["0", "-1", "", "Sun, 06 Nov 2094 08:50:37 UTC", "Sun, 06 Nov 94 08:50:37 GMT", "Sat Nov 2094"] {
        assert_eq!(ttl(&[("expires", expires)]), 0, "{expires}");
    }
    let future = ("expires", "Sun, 06 Nov 1994 08:50:37 GMT");
    assert_eq!(ttl(&[future, future]), 0);
}

#[test]
fn the_names_in_a_date_may_be_in_any_case() {
    for expires in ["sun, 06 nov 1994 08:50:37 gmt", "SUN, 06 NOV 1994 08:50:37 GMT", "sun nov  6 08:50:37 1994"] {
        assert_eq!(ttl(&[("expires", expires)]), 60, "{expires}");
    }
}

#[test]
fn a_response_is_as_old_as_it_says_or_as_its_date() {
    let max_age = ("cache-control", "max-age=60");
    assert_eq!(ttl(&[max_age, ("age", "50")]), 10);
    assert_eq!(ttl(&[max_age, ("date", "Sun, 06 Nov 1994 08:49:27 GMT")]), 50);
    assert_eq!(ttl(&[max_age, ("age", "50"), ("date", "Sun, 06 Nov 1994 08:49:27 GMT")]), 10);
    // A date in the future makes nothing younger than new.
    assert_eq!(ttl(&[max_age, ("date", "Sun, 06 Nov 2094 08:49:27 GMT")]), 60);
}

#[test]
fn an_age_that_is_no_number_is_ignored_and_an_endless_one_is_old() {
    for age in ["-5", "5.5", "abc", "", "5;x"] {
        assert_eq!(ttl(&[("cache-control", "max-age=60"), ("age", age)]), 60, "{age}");
    }
    assert_eq!(ttl(&[("cache-control", "max-age=60"), ("age", "50, 7")]), 10);
    assert!(ttl(&[("cache-control", "max-age=60"), ("age", &"9".repeat(1000))]) < 0);
}

#[test]
fn a_response_ages_in_the_cache_and_does_not_grow_younger_when_the_clock_goes_back() {
    let freshness = freshness(&rules(), &[("cache-control", "max-age=60"), ("age", "5")]);
    assert_eq!(freshness.age(Timestamp::from_millis(NOW + 10_000)), 15);
    assert_eq!(freshness.age(Timestamp::from_millis(NOW - 3_600_000)), 5);
}

#[test]
fn a_lifetime_is_guessed_only_where_that_is_allowed_and_bounded() {
    let changed_a_day_ago = [("last-modified", "Sat, 05 Nov 1994 08:49:37 GMT")];
    let guessed = |heuristic| {
        let rules = Rules { heuristic, ..rules() };
        freshness(&rules, &changed_a_day_ago).ttl(Timestamp::from_millis(NOW))
    };
    assert_eq!(guessed(None), 0);
    assert_eq!(guessed(Some(u64::MAX)), 8_640);
    assert_eq!(guessed(Some(600)), 600);
}

#[test]
fn what_must_be_validated_is_never_served_stale() {
    let late = Timestamp::from_millis(NOW + 61_000);
    let served = |control: &str| {
        let freshness = freshness(&rules(), &[("cache-control", control)]);
        (freshness.is_servable_meanwhile(late), freshness.is_servable_on_error(late), freshness.may_be_stale())
    };
    assert_eq!(served("max-age=60, stale-while-revalidate=9, stale-if-error=9"), (true, true, true));
    assert_eq!(served("max-age=60"), (false, false, true));
    for strict in ["must-revalidate", "proxy-revalidate", "no-cache"] {
        let control = format!("max-age=60, stale-while-revalidate=9, stale-if-error=9, {strict}");
        assert_eq!(served(&control), (false, false, false), "{strict}");
    }
    assert_eq!(served("s-maxage=60"), (false, false, false));
    assert_eq!(served("s-maxage=60, stale-while-revalidate=9"), (true, false, false));
}
