//! What a client sends is evaluated in constant memory: the number and the size of allocations do not depend on it.

use std::time::SystemTime;

use allocation_counter::{AllocationInfo, measure};
use cache_runtime::http::{Directives, ETag, FreshWhen, Preconditions, Validators, Verdict};
use http::header::{
    CACHE_CONTROL, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
};
use http::{HeaderMap, HeaderValue, Method};

/// The largest field that is tried, in bytes.
const GIGANTIC: usize = 4_000_000;

/// A field as a server has it.
fn fields(name: HeaderName, value: Vec<u8>) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).expect("bytes of a field"))])
}

fn current() -> Validators {
    Validators::new().etag(ETag::parse(b"\"current\"").expect("a tag")).last_modified(SystemTime::UNIX_EPOCH)
}

/// Reads the preconditions of a request and compares them.
fn evaluation(headers: &HeaderMap) -> (Verdict, AllocationInfo) {
    let current = current();
    let mut verdict = Verdict::Proceed;
    let info = measure(|| {
        let preconditions = Preconditions::new(&Method::GET, headers);
        let _ = preconditions.allow_range(&current);
        verdict = preconditions.evaluate(&current);
    });
    (verdict, info)
}

fn list_of_tags(number: usize) -> Vec<u8> {
    let tags: Vec<String> = (0..number).map(|number| format!("W/\"{number:x}\"")).collect();
    [tags.join(", ").as_bytes(), b", \"current\""].concat()
}

#[test]
fn ten_thousand_tags_take_as_much_memory_as_one() {
    for name in [IF_NONE_MATCH, IF_MATCH] {
        let (_, one) = evaluation(&fields(name.clone(), list_of_tags(1)));
        let (verdict, many) = evaluation(&fields(name.clone(), list_of_tags(10_000)));
        let expected = if name == IF_MATCH { Verdict::Proceed } else { Verdict::NotModified };
        assert_eq!(verdict, expected, "the last of them matches");
        assert_eq!((many.count_total, many.bytes_total), (one.count_total, one.bytes_total), "{name}");
    }
}

#[test]
fn a_gigantic_field_takes_as_much_memory_as_a_small_one() {
    for name in [IF_NONE_MATCH, IF_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE] {
        for unit in ["\"", ",", "*", "W/", "\"\",", "a, ", "Mon, "] {
            let (_, small) = evaluation(&fields(name.clone(), unit.as_bytes().to_vec()));
            let (_, gigantic) = evaluation(&fields(name.clone(), unit.repeat(GIGANTIC / unit.len()).into_bytes()));
            assert_eq!(
                (gigantic.count_total, gigantic.bytes_total),
                (small.count_total, small.bytes_total),
                "{name}: {unit}"
            );
        }
    }
}

#[test]
fn any_number_of_directives_takes_no_memory() {
    for unit in ["unknown,", "x=\"y, z\",", "=,", "\"", "MAX-AGE=5, ", "private, "] {
        let headers = fields(CACHE_CONTROL, unit.repeat(GIGANTIC / unit.len()).into_bytes());
        let info = measure(|| {
            let _ = Directives::of(&headers);
        });
        assert_eq!((info.count_total, info.bytes_total), (0, 0), "{unit}");
    }
}

#[test]
fn a_page_is_compared_with_ten_thousand_tags_in_constant_memory() {
    let check = |number| {
        let headers = fields(IF_NONE_MATCH, list_of_tags(number));
        let preconditions = Preconditions::new(&Method::GET, &headers);
        let page = FreshWhen::of(&"a page");
        measure(|| {
            let _ = page.check(&preconditions);
        })
    };
    let (one, many) = (check(1), check(10_000));
    assert_eq!((many.count_total, many.bytes_total), (one.count_total, one.bytes_total));
}
