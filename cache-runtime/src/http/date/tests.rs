//! Dates are read in three forms and written in one, from any bytes and for any moment.

use std::time::{Duration, SystemTime};

use http::HeaderValue;
use proptest::prelude::*;

use super::{HttpDate, LAST};

fn at(seconds: u64) -> HttpDate {
    HttpDate { seconds }
}

#[test]
fn all_three_forms_are_read() {
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(HttpDate::parse(text.as_bytes()), Some(at(784_111_777)), "{text}");
    }
}

#[test]
fn what_is_no_date_is_none() {
    for text in ["", "yesterday", "Mon, 32 Oct 2024 00:00:00 GMT", "0", "Sun, 06 Nov 1994 08:49:37 CET", "\u{e9}"] {
        assert_eq!(HttpDate::parse(text.as_bytes()), None, "{text}");
    }
    assert_eq!(HttpDate::parse(b"\xff\xfe"), None);
}

#[test]
fn a_fraction_of_a_second_is_cut_off() {
    let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(1_735_689_600_999);
    assert_eq!(HttpDate::from(moment).to_string(), "Wed, 01 Jan 2025 00:00:00 GMT");
}

#[test]
fn moments_that_cannot_be_written_become_the_nearest_that_can() {
    let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(HttpDate::from(early), at(0));
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(LAST + 10);
    assert_eq!(HeaderValue::from(HttpDate::from(late)), "Fri, 31 Dec 9999 23:59:59 GMT");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(seconds in 0..=LAST) {
        prop_assert_eq!(HttpDate::parse(at(seconds).to_string().as_bytes()), Some(at(seconds)));
    }

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = HttpDate::parse(&bytes);
    }

    #[test]
    fn what_looks_like_a_date_can_be_read(
        text in "(Sun|Mon|Sunday|Wednesday),? [0-9]{0,3}[ -]?(Nov|Feb|Xyz)[ -]?[0-9]{0,5} [0-9]{0,2}:[0-9]{2}:[0-9]{2}( GMT)?( [0-9]{4})?",
    ) {
        let _ = HttpDate::parse(text.as_bytes());
    }
}
