//! What is written is what the directives say, and what is received is read by RFC 9111 from any bytes.

use std::time::Duration;

use http::HeaderMap;
use http::header::CACHE_CONTROL;
use proptest::prelude::*;

use super::{CacheControl, Directives, set_cache_control};
use crate::{ErrorKind, Ttl};

fn read(line: &str) -> Directives {
    Directives::parse([line])
}

fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

#[test]
fn every_directive_is_written_and_read() {
    let all = CacheControl::new()
        .max_age(1)
        .s_maxage(Duration::from_millis(2999))
        .public()
        .no_store()
        .no_cache()
        .must_revalidate()
        .proxy_revalidate()
        .immutable()
        .stale_while_revalidate(3)
        .stale_if_error(4)
        .no_transform()
        .must_understand();
    let text = "max-age=1, s-maxage=2, public, no-store, no-cache, must-revalidate, proxy-revalidate, immutable, \
                stale-while-revalidate=3, stale-if-error=4, no-transform, must-understand";
    assert_eq!(all.to_string(), text);
    let expected = Directives {
        max_age: seconds(1),
        s_maxage: seconds(2),
        public: true,
        private: false,
        no_store: true,
        no_cache: true,
        must_revalidate: true,
        proxy_revalidate: true,
        immutable: true,
        stale_while_revalidate: seconds(3),
        stale_if_error: seconds(4),
        no_transform: true,
        must_understand: true,
        ..Directives::default()
    };
    assert_eq!(read(text), expected);
    assert!(read("private").private);
}

#[test]
fn the_directives_of_rails_are_written() {
    let minute = CacheControl::new().max_age(60).public().must_revalidate().stale_while_revalidate(5).stale_if_error(9);
    let text = "max-age=60, public, must-revalidate, stale-while-revalidate=5, stale-if-error=9";
    assert_eq!(minute.to_string(), text);
}

#[test]
fn public_and_private_take_each_other_back() {
    assert_eq!(CacheControl::new().public().private().to_string(), "private");
    assert_eq!(CacheControl::new().private().public().to_string(), "public");
}

#[test]
fn never_is_a_year() {
    assert_eq!(CacheControl::new().max_age(Ttl::Never).to_string(), "max-age=31536000");
}

#[test]
fn no_directives_remove_the_field() {
    let mut headers = HeaderMap::new();
    set_cache_control(&mut headers, ["max-age=0", "private", "must-revalidate"]).unwrap();
    assert_eq!(headers[CACHE_CONTROL], "max-age=0, private, must-revalidate");
    set_cache_control(&mut headers, []).unwrap();
    assert!(headers.is_empty());
    CacheControl::new().no_store().write(&mut headers);
    CacheControl::new().write(&mut headers);
    assert!(headers.is_empty());
}

#[test]
fn a_line_break_in_a_directive_is_refused() {
    let mut headers = HeaderMap::new();
    set_cache_control(&mut headers, ["public"]).unwrap();
    let error = set_cache_control(&mut headers, vec!["max-age=1\r\nSet-Cookie: a=b"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(headers[CACHE_CONTROL], "public");
}

#[test]
fn names_are_read_in_any_case_and_unknown_ones_left_out() {
    assert_eq!(read("MAX-Age=60,NO-store").max_age, seconds(60));
    assert!(read("MAX-Age=60,NO-store").no_store);
    assert_eq!(read("rating=5, x-max-age=9, max-age-=9, \"max-age=9\""), Directives::default());
}

#[test]
fn times_saturate_and_wrong_ones_are_stale() {
    assert_eq!(read("max-age=99999999999").max_age, seconds(1 << 31));
    assert_eq!(read(&format!("max-age={}", "9".repeat(10_000))).max_age, seconds(1 << 31));
    assert_eq!(read("max-age=00060").max_age, seconds(60));
    for wrong in ["-1", "", "abc", "60s", "1.5", "'60'", " 60", "+60"] {
        assert_eq!(read(&format!("max-age={wrong}")).max_age, seconds(0), "{wrong:?}");
        assert_eq!(read(&format!("s-maxage={wrong}")).s_maxage, seconds(0), "{wrong:?}");
        assert_eq!(read(&format!("stale-while-revalidate={wrong}")).stale_while_revalidate, None, "{wrong:?}");
    }
    assert_eq!(read("max-age").max_age, seconds(0));
    assert_eq!(read("max-age =60").max_age, seconds(0));
}

#[test]
fn values_may_be_quoted() {
    assert_eq!(read("max-age=\"60\"").max_age, seconds(60));
    let quoted = read(r#"ext="a, no-store, \", private, ", max-age=60"#);
    assert_eq!(quoted, Directives { max_age: seconds(60), ..Directives::default() });
}

#[test]
fn a_quote_that_is_not_closed_hides_nothing() {
    assert!(read("ext=\"a, no-store").no_store);
    assert!(read(r#"ext="a\", no-store"#).no_store);
}

#[test]
fn of_a_directive_that_is_there_twice_the_first_counts() {
    assert_eq!(read("max-age=60, max-age=1").max_age, seconds(60));
    assert_eq!(Directives::parse(["max-age=-1", "max-age=1"]).max_age, seconds(0));
}

#[test]
fn what_forbids_counts_with_a_value_and_what_allows_does_not() {
    assert!(read("private=\"Set-Cookie\"").private && read("no-cache=X").no_cache && read("no-store=0").no_store);
    let allowed = read("public=1, immutable=1, must-understand=1");
    assert_eq!(allowed, Directives::default());
}

#[test]
fn the_directives_of_a_request_are_read() {
    let request = read("max-stale, min-fresh=10, only-if-cached, stale-if-error=5");
    assert_eq!(request.max_stale, Some(Duration::MAX));
    assert_eq!(request.min_fresh, seconds(10));
    assert!(request.only_if_cached);
    assert_eq!(read("max-stale=60").max_stale, seconds(60));
    assert_eq!(read("max-stale=x").max_stale, None);
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Directives::parse([line]);
    }

    #[test]
    fn a_directive_is_found_among_any_others(before in "[a-z=0-9 ,\\\\]{0,20}", after in "[a-z=0-9\" ,\\\\]{0,20}") {
        let line = format!("{before},no-store,{after}");
        prop_assert!(read(&line).no_store);
    }
}
