//! Finds out whether a value is a whole number or which variant it is, without writing it.

use std::cell::Cell;

use serde::Serialize;

use super::data_model::{DataKind, Form, PartLabel};
use super::shape_serializer::{self, Listener, WalkEnd};

/// Whether a value is the `Err` of a [`Result`], for functions whose return type is a type parameter.
pub(crate) fn is_result_err<R: Serialize>(value: &R) -> bool {
    // The compiler knows the name of the type, so it removes this call for all other types.
    std::any::type_name::<R>().starts_with("core::result::Result<")
        && matches!(first(value, Form::Readable), Some(First::Variant("Err")))
}

/// The whole number that a value is in one of its forms, if it is one of `i64`.
pub(super) fn number<T: Serialize + ?Sized>(value: &T, form: Form) -> Option<i64> {
    match first(value, form)? {
        First::Number(number) => Some(number),
        First::Variant(_) => None,
    }
}

#[derive(Clone, Copy)]
enum First {
    Number(i64),
    Variant(&'static str),
}

fn first<T: Serialize + ?Sized>(value: &T, form: Form) -> Option<First> {
    let first = Cell::new(None);
    let _ = shape_serializer::walk(value, form, FirstListener { first: &first });
    first.get()
}

#[derive(Clone, Copy)]
struct FirstListener<'a> {
    first: &'a Cell<Option<First>>,
}

impl Listener for FirstListener<'_> {
    fn leaf(self, _: DataKind) -> Result<(), WalkEnd> {
        Err(WalkEnd::Enough)
    }

    fn integer(self, _: DataKind, number: Option<i64>) -> Result<(), WalkEnd> {
        self.first.set(number.map(First::Number));
        Err(WalkEnd::Enough)
    }

    fn open(self, kind: DataKind) -> Result<Self, WalkEnd> {
        if matches!(kind, DataKind::Enum(_)) { Ok(self) } else { Err(WalkEnd::Enough) }
    }

    fn part(self, label: PartLabel) -> Result<Self, WalkEnd> {
        if let PartLabel::Variant(_, name) = label {
            self.first.set(Some(First::Variant(name)));
        }
        Err(WalkEnd::Enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

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
}
