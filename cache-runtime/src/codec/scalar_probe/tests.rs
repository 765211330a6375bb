//! What counts as a whole number, and as an `Err`.

use std::num::NonZeroU32;

use super::*;

/// A type that is only called like the standard library's.
mod odd {
    #[derive(serde::Serialize)]
    pub(super) enum Result {
        Err(u8),
    }
}

#[test]
fn only_an_err_of_the_standard_library_is_one() {
    assert!(is_result_err(&Err::<u8, u8>(1)));
    assert!(!is_result_err(&Ok::<u8, u8>(1)));
    assert!(!is_result_err(&Ok::<std::result::Result<u8, u8>, u8>(Err(1))));
    assert!(!is_result_err(&odd::Result::Err(1)));
    assert!(!is_result_err(&Some(Err::<u8, u8>(1))));
}

#[test]
fn a_number_beyond_i64_is_not_one() {
    assert_eq!(number(&-1_i8, Form::Compact), Some(-1));
    assert_eq!(number(&i64::MIN, Form::Compact), Some(i64::MIN));
    assert_eq!(number(&(i64::MAX as u64), Form::Compact), Some(i64::MAX));
    assert_eq!(number(&NonZeroU32::MAX, Form::Compact), Some(4_294_967_295));
    assert_eq!(number(&(1_u64 << 63), Form::Compact), None);
}

#[test]
fn a_value_that_only_contains_a_number_is_not_one() {
    assert_eq!(number(&Some(1), Form::Compact), None);
    assert_eq!(number(&1_i128, Form::Compact), None);
    assert_eq!(number(&true, Form::Compact), None);
    assert_eq!(number(&1.0, Form::Compact), None);
    assert_eq!(number(&'1', Form::Compact), None);
    assert_eq!(number("1", Form::Compact), None);
    assert_eq!(number(&(1,), Form::Compact), None);
}
