//! Preconditions are evaluated as RFC 9110 says, row by row and for any bytes.

use std::time::{Duration, SystemTime};

use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};
use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;

use super::Verdict::{NotModified, PreconditionFailed, Proceed};
use super::{Preconditions, Verdict};
use crate::http::{ETag, Validators};

const EARLIER: &str = "Tue, 31 Dec 2024 23:59:59 GMT";
const SAME: &str = "Wed, 01 Jan 2025 00:00:00 GMT";
const LATER: &str = "Wed, 01 Jan 2025 00:00:01 GMT";

/// A page that was changed on 1 January 2025, 0.7 seconds after midnight.
fn page(etag: Option<&str>) -> Validators {
    let changed = SystemTime::UNIX_EPOCH + Duration::from_millis(1_735_689_600_700);
    let page = Validators::new().last_modified(changed);
    match etag {
        Some(etag) => page.etag(ETag::parse(etag.as_bytes()).expect("it is a tag")),
        None => page,
    }
}

fn request(method: &str, fields: &str) -> Preconditions {
    let mut headers = HeaderMap::new();
    for line in fields.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (short, value) = line.split_once(' ').unwrap_or((line, ""));
        let name = match short {
            "INM" => IF_NONE_MATCH,
            "IM" => IF_MATCH,
            "IMS" => IF_MODIFIED_SINCE,
            "IUS" => IF_UNMODIFIED_SINCE,
            other => panic!("no field is called {other}"),
        };
        let value = value.replace("EARLIER", EARLIER).replace("SAME", SAME).replace("LATER", LATER);
        headers.append(name, value.parse().expect("it is a value"));
    }
    Preconditions::new(&method.parse().expect("it is a method"), &headers)
}

#[track_caller]
fn check(method: &str, fields: &str, current: &Validators, expected: Verdict) {
    assert_eq!(request(method, fields).evaluate(current), expected, "{method} {fields} {current:?}");
}

/// Rows H1 to H20 of the table.
#[test]
fn reading_with_if_none_match() {
    let a = Some("\"a\"");
    let weak = Some("W/\"a\"");
    for (method, fields, etag, expected) in [
        ("GET", "", a, Proceed),
        ("GET", "INM \"a\"", a, NotModified),
        ("HEAD", "INM \"a\"", a, NotModified),
        ("QUERY", "INM \"a\"", a, NotModified),
        ("GET", "INM \"b\"", a, Proceed),
        ("GET", "INM W/\"a\"", a, NotModified),
        ("GET", "INM \"a\"", weak, NotModified),
        ("GET", "INM W/\"a\"", weak, NotModified),
        ("GET", "INM \"x\", W/\"a\" ,\"y\"", a, NotModified),
        ("GET", "INM \"x\"\nINM \"a\"", a, NotModified),
        ("GET", "INM *", a, NotModified),
        ("GET", "INM *", None, NotModified),
        ("GET", "INM a", a, Proceed),
        ("GET", "INM", a, Proceed),
        ("GET", "INM ,", a, Proceed),
        ("GET", "INM \"\"\"", a, Proceed),
        ("GET", "INM w/\"a\"", a, Proceed),
        ("GET", "INM \"a,b\"", Some("\"a,b\""), NotModified),
        ("GET", "INM \"a,b\"", a, Proceed),
        ("GET", "INM \"a b\"", a, Proceed),
        ("GET", "INM \"A\"", a, Proceed),
    ] {
        check(method, fields, &page(etag), expected);
    }
}

/// Rows H21 to H32.
#[test]
fn reading_with_if_modified_since() {
    for (method, fields, etag, expected) in [
        ("GET", "IMS SAME", None, NotModified),
        ("HEAD", "IMS SAME", None, NotModified),
        ("GET", "IMS LATER", None, NotModified),
        ("GET", "IMS EARLIER", None, Proceed),
        ("GET", "IMS Wednesday, 01-Jan-25 00:00:00 GMT", None, NotModified),
        ("GET", "IMS Wed Jan  1 00:00:00 2025", None, NotModified),
        ("GET", "IMS yesterday", None, Proceed),
        ("GET", "IMS Mon, 32 Oct 2024 00:00:00 GMT", None, Proceed),
        ("GET", "IMS SAME\nIMS SAME", None, Proceed),
        ("POST", "IMS SAME", None, Proceed),
        ("GET", "INM \"b\"\nIMS SAME", Some("\"a\""), Proceed),
        ("GET", "INM \"b\"\nIMS LATER", Some("\"a\""), Proceed),
        ("GET", "INM \"a\"\nIMS EARLIER", Some("\"a\""), NotModified),
        ("GET", "INM \"a\"\nIMS LATER", None, Proceed),
        ("GET", "INM\nIMS LATER", Some("\"a\""), Proceed),
    ] {
        check(method, fields, &page(etag), expected);
    }
    check("GET", "IMS LATER", &Validators::new(), Proceed);
    check("GET", "IMS LATER", &Validators::missing(), Proceed);
}

/// Rows H33 to H44.
#[test]
fn writing() {
    let a = Some("\"a\"");
    for (method, fields, etag, expected) in [
        ("PUT", "INM *", a, PreconditionFailed),
        ("PUT", "INM \"a\"", a, PreconditionFailed),
        ("PUT", "INM W/\"a\"", a, PreconditionFailed),
        ("PUT", "INM \"b\"", a, Proceed),
        ("PUT", "IM \"a\"", a, Proceed),
        ("PUT", "IM \"Z\", \"a\"", a, Proceed),
        ("PUT", "IM \"Z\"\nIM \"a\"", a, Proceed),
        ("PUT", "IM \"b\"", a, PreconditionFailed),
        ("PUT", "IM", a, PreconditionFailed),
        ("PUT", "IM a", a, PreconditionFailed),
        ("PUT", "IM W/\"a\"", a, PreconditionFailed),
        ("PUT", "IM \"a\"", Some("W/\"a\""), PreconditionFailed),
        ("PUT", "IM \"a\"", None, PreconditionFailed),
        ("DELETE", "IM *", a, Proceed),
        ("DELETE", "IM *", None, Proceed),
        ("PUT", "IUS EARLIER", None, PreconditionFailed),
        ("PUT", "IUS SAME", None, Proceed),
        ("PUT", "IUS junk", None, Proceed),
        ("PUT", "IM \"a\"\nIUS EARLIER", a, Proceed),
        ("PUT", "IM \"b\"\nIUS SAME", a, PreconditionFailed),
    ] {
        check(method, fields, &page(etag), expected);
    }
    check("PUT", "IUS SAME", &Validators::new(), Proceed);
    check("PUT", "INM *", &Validators::missing(), Proceed);
    check("PUT", "IM *", &Validators::missing(), PreconditionFailed);
    check("PUT", "IM \"a\"", &Validators::missing(), PreconditionFailed);
}

/// Rows H45 to H48.
#[test]
fn several_at_once() {
    let a = Some("\"a\"");
    for (method, fields, etag, expected) in [
        ("GET", "IM \"a\"\nINM \"a\"", a, NotModified),
        ("GET", "IM \"b\"\nINM \"a\"", a, PreconditionFailed),
        ("GET", "IM \"b\"", a, PreconditionFailed),
        ("GET", "IUS EARLIER\nIMS LATER", None, PreconditionFailed),
        ("PUT", "IM \"a\"\nINM \"a\"", a, PreconditionFailed),
        ("OPTIONS", "IM \"b\"", a, Proceed),
        ("TRACE", "IM \"b\"", a, Proceed),
        ("CONNECT", "IM \"b\"", a, Proceed),
    ] {
        check(method, fields, &page(etag), expected);
    }
}

/// Row H49.
#[test]
fn a_range_is_for_the_state_it_was_asked_of() {
    let range = |value: &'static str, current: &Validators| {
        let fields = HeaderMap::from_iter([(IF_RANGE, HeaderValue::from_static(value))]);
        Preconditions::new(&Method::GET, &fields).allow_range(current)
    };
    let strong = page(Some("\"a\""));
    assert!(request("GET", "").allow_range(&strong));
    assert!(range("\"a\"", &strong));
    assert!(!range("\"b\"", &strong));
    assert!(!range("W/\"a\"", &page(Some("W/\"a\""))), "a weak tag says nothing about bytes");
    assert!(range(SAME, &strong) && !range(LATER, &strong) && !range(EARLIER, &strong));
    assert!(!range("junk", &strong) && !range(SAME, &Validators::new()));
}

#[test]
fn a_list_of_ten_thousand_tags_is_read() {
    let many: Vec<String> = (0..10_000).map(|number| format!("W/\"{number}\"")).collect();
    let fields = format!("INM {}", many.join(","));
    check("GET", &fields, &page(Some("\"9999\"")), NotModified);
    check("GET", &fields, &page(Some("\"10000\"")), Proceed);
}

#[test]
fn a_write_without_a_state_is_recognised() {
    for (fields, is_blind) in [
        ("", true),
        ("INM \"a\"", true),
        ("IUS junk", true),
        ("IUS SAME\nIUS SAME", true),
        ("IUS SAME", false),
        ("IM *", false),
    ] {
        assert_eq!(request("PUT", fields).is_blind_write(), is_blind, "{fields}");
        assert!(!request("GET", fields).is_blind_write(), "{fields}");
    }
}

fn any_value() -> impl Strategy<Value = HeaderValue> {
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "[\"W/*ab, \\\\]{0,20}".prop_map(String::into_bytes),
        prop::sample::select(vec![EARLIER, SAME, LATER, "*", "\"a\"", "W/\"a\""])
            .prop_map(|text| text.as_bytes().into()),
    ];
    bytes.prop_filter_map("no field can have it", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn any_fields() -> impl Strategy<Value = Vec<(HeaderName, HeaderValue)>> {
    let name = prop::sample::select(vec![IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE]);
    proptest::collection::vec((name, any_value()), 0..6)
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(
        fields in any_fields(),
        method in "(GET|HEAD|PUT|POST|DELETE|OPTIONS|PURGE)",
        etag in prop::sample::select(vec![None, Some("\"a\""), Some("W/\"a\""), Some("\"a,b\"")]),
    ) {
        let headers: HeaderMap = {
            let mut headers = HeaderMap::new();
            fields.into_iter().for_each(|(name, value)| { headers.append(name, value); });
            headers
        };
        let method: Method = method.parse().unwrap();
        let preconditions = Preconditions::new(&method, &headers);
        let verdict = preconditions.evaluate(&page(etag));
        let _ = preconditions.allow_range(&page(etag));
        prop_assert!(verdict != NotModified || method == Method::GET || method == Method::HEAD);
        prop_assert!(verdict == Proceed || !headers.is_empty());
    }
}
