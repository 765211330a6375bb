//! Finds out whether a value is a whole number or which variant it is, without writing it.

use std::cell::Cell;

use serde::Serialize;

use super::data_model::{DataKind, Form, PartLabel};
use super::shape::walk::{self, Content, Listener, WalkEnd, Walked};

/// Whether a value is the `Err` of a [`Result`], for functions whose return type is a type parameter.
pub(crate) fn is_result_err<R: Serialize>(value: &R) -> bool {
    // The compiler knows the name of the type, so it removes this call for all other types.
    std::any::type_name::<R>().starts_with("core::result::Result<")
        && matches!(first(value, Form::Readable), Some(First::Variant("Err")))
}

/// The whole number that a value is in one of its forms, if it is one of `i64`.
pub(super) fn number<T: Serialize + ?Sized>(value: &T, form: Form) -> Option<i64> {
    let Some(First::Number(number)) = first(value, form) else { return None };
    i64::try_from(number).ok()
}

#[derive(Clone, Copy)]
enum First {
    Number(i128),
    Variant(&'static str),
}

fn first<T: Serialize + ?Sized>(value: &T, form: Form) -> Option<First> {
    let first = Cell::new(None);
    let _ = walk::walk(value, form, FirstListener(&first));
    first.get()
}

#[derive(Clone, Copy)]
struct FirstListener<'a>(&'a Cell<Option<First>>);

impl Listener for FirstListener<'_> {
    fn leaf(self, kind: DataKind, content: Content<'_>) -> Walked {
        let is_wide = matches!(kind, DataKind::I128 | DataKind::U128);
        match content {
            Content::Number(number) if kind.is_integer() && !is_wide => self.0.set(Some(First::Number(number))),
            _ => {}
        }
        Err(WalkEnd::Enough)
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        if matches!(kind, DataKind::Enum(_)) { Ok(self) } else { Err(WalkEnd::Enough) }
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        self.0.set(label.name.map(First::Variant));
        Err(WalkEnd::Enough)
    }
}

#[cfg(test)]
mod tests;
