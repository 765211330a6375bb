//! Whole numbers, which are stored as numbers so that `increment` can change them.

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::data_model::{DataKind, Form};
use super::shape::{Shape, hidden_fields};
use super::untyped::own_types::{self, Written};
use super::{bincode, messagepack, roundtrip_check, scalar_probe};

/// The number that a value is, if its type reads numbers.
pub(crate) fn to_number<T: Serialize + DeserializeOwned>(value: &T) -> Option<i64> {
    let shape = Shape::of::<T>(Form::Compact);
    match shape.kind() {
        Some(kind) if kind.is_integer() => {
            let is_readable = |number: &i64| !shape.has_refused() || from_number::<T>(*number).is_some();
            scalar_probe::number(value, Form::Compact).filter(is_readable)
        }
        Some(_) => None,
        // An opaque type may be anything, and may read a number as another value.
        None => scalar_probe::number(value, Form::Readable).filter(|number| {
            from_number(*number).is_some_and(|read| roundtrip_check::check_same(value, &read).is_ok())
        }),
    }
}

/// The number that a value is in both of its forms, because the type of the reader is not known. `None` if it is known that
/// the type does not read it.
pub(crate) fn to_number_untyped<T: Serialize + ?Sized>(value: &T) -> Option<i64> {
    let number = scalar_probe::number(value, Form::Readable)?;
    let is_one = scalar_probe::number(value, Form::Compact) == Some(number);
    (is_one && own_types::remember::<T>(Written::Number(number)).is_ok()).then_some(number)
}

/// Converts a number to a type; `None` if it is out of range or the type is not a whole number.
///
/// The type reads the number as a codec writes it: in the width that it asks for, because it may accept no other.
pub(crate) fn from_number<T: DeserializeOwned>(number: i64) -> Option<T> {
    use DataKind::*;
    let shape = Shape::of::<T>(Form::Compact);
    let mut bytes = Vec::with_capacity(size_of::<u128>());
    match shape.kind() {
        Some(I8) => bytes.push(i8::try_from(number).ok()?.cast_unsigned()),
        Some(U8) => bytes.push(u8::try_from(number).ok()?),
        Some(I16 | I32 | I64 | I128) => bincode::write(&number, &mut bytes).ok()?,
        Some(U16 | U32 | U64 | U128) => bincode::write(&u64::try_from(number).ok()?, &mut bytes).ok()?,
        Some(_) => return None,
        None => {
            messagepack::write(&number, BytesMode::Normal, &mut bytes).ok()?;
            // The writer may have had a whole number, which is another variant than a float.
            let is_float = shape.hides_fields && hidden_fields::takes_for_float::<T>(&bytes);
            return if is_float { None } else { messagepack::read(&bytes) };
        }
    }
    let value = bincode::read(&bytes);
    if value.is_none() {
        shape.note_refusal();
    }
    value
}
