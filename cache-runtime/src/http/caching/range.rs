//! A part of a stored body (RFC 9110, 14).

use std::ops::Range;

use http::HeaderMap;
use http::header::RANGE;

use crate::http::only_value;

/// What of a body a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) enum Slice {
    /// All of it: there is no range, one that is malformed, or several, which a server may ignore.
    Whole,
    Part(Range<usize>),
    /// Nothing that exists.
    Unsatisfiable,
}

/// The part of a body of this length that a request asks for.
pub(in crate::http) fn slice(request: &HeaderMap, length: usize) -> Slice {
    let range = only_value(request, RANGE).and_then(|value| std::str::from_utf8(value).ok());
    let Some(Some((first, last))) = range.map(bounds) else { return Slice::Whole };
    let length = length as u64;
    let part = match (first, last) {
        (Some(first), Some(last)) if first > last => return Slice::Whole,
        (Some(first), last) => first..last.map_or(length, |last| last.saturating_add(1)).min(length),
        (None, Some(suffix)) => length.saturating_sub(suffix)..length,
        (None, None) => return Slice::Whole,
    };
    match part.is_empty() {
        true => Slice::Unsatisfiable,
        false => Slice::Part(part.start as usize..part.end as usize),
    }
}

/// The two numbers of a single range of bytes.
fn bounds(range: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, range) = range.split_once('=')?;
    let (first, last) = range.trim().split_once('-').filter(|_| unit.eq_ignore_ascii_case("bytes"))?;
    Some((number(first)?, number(last)?))
}

/// A number, or nothing; a larger one than any length is the largest.
fn number(digits: &str) -> Option<Option<u64>> {
    match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true if digits.is_empty() => Some(None),
        true => Some(Some(digits.parse().unwrap_or(u64::MAX))),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    //! Which bytes a range names.

    use http::{HeaderMap, HeaderValue, header::RANGE};

    use super::{Slice, slice};

    fn of_ten(range: &'static str) -> Slice {
        slice(&HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]), 10)
    }

    #[test]
    fn a_range_is_cut_to_the_length() {
        assert_eq!(of_ten("bytes=0-3"), Slice::Part(0..4));
        assert_eq!(of_ten("bytes=4-"), Slice::Part(4..10));
        assert_eq!(of_ten("bytes=-3"), Slice::Part(7..10));
        assert_eq!(of_ten("bytes=-30"), Slice::Part(0..10));
        assert_eq!(of_ten("bytes=9-99999999999999999999999"), Slice::Part(9..10));
    }

    #[test]
    fn what_is_outside_is_unsatisfiable() {
        assert_eq!(of_ten("bytes=10-"), Slice::Unsatisfiable);
        assert_eq!(of_ten("bytes=-0"), Slice::Unsatisfiable);
    }

    #[test]
    fn malformed_and_multiple_ranges_are_ignored() {
        for range in ["bytes=3-1", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "lines=0-1", "bytes", "bytes=+1-2", ""] {
            assert_eq!(of_ten(range), Slice::Whole, "{range}");
        }
        assert_eq!(slice(&HeaderMap::new(), 10), Slice::Whole);
    }
}
