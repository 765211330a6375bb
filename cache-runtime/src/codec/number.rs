//! Whole numbers, which are stored as numbers so that `increment` can change them.

use serde::de::{self, DeserializeOwned, Visitor, value::Error};
use serde::{Serialize, forward_to_deserialize_any};

use super::data_model::Form;
use super::shape::Shape;
use super::scalar_probe;

/// The number that a value is, if its type reads numbers.
pub(crate) fn to_number<T: Serialize + DeserializeOwned>(value: &T) -> Option<i64> {
    scalar_probe::number(value, form_of::<T>()?)
}

/// The number that a value is in both of its forms, because the type of the reader is not known.
pub(crate) fn to_number_untyped<T: Serialize + ?Sized>(value: &T) -> Option<i64> {
    let number = scalar_probe::number(value, Form::Readable)?;
    (scalar_probe::number(value, Form::Compact) == Some(number)).then_some(number)
}

/// Converts a number to a type; `None` if it is out of range or the type is not a whole number.
pub(crate) fn from_number<T: DeserializeOwned>(number: i64) -> Option<T> {
    T::deserialize(Number { number, form: form_of::<T>()? }).ok()
}

/// The form in which a type may be a number. An opaque type may be anything, and is read in its readable form.
fn form_of<T: DeserializeOwned>() -> Option<Form> {
    match Shape::of::<T>(Form::Compact).kind() {
        Some(kind) if kind.is_integer() => Some(Form::Compact),
        Some(_) => None,
        None => Some(Form::Readable),
    }
}

/// Passes a number on in the width that is asked for, because a visitor may accept no other.
struct Number {
    number: i64,
    form: Form,
}

macro_rules! widths {
    ($($method:ident $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let number = <$type>::try_from(self.number).map_err(de::Error::custom)?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Number {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        self.form.is_human_readable()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match u64::try_from(self.number) {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => visitor.visit_i64(self.number),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    widths! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
    }

    forward_to_deserialize_any! {
        bool f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}
