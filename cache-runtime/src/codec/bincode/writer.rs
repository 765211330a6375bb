//! Writes values.

use serde::de::value::Error;
use serde::ser::{self, Error as _, Serialize, Serializer};

use super::{EIGHT_BYTES, EMPTY, FOUR_BYTES, SIXTEEN_BYTES, TWO_BYTES};
use crate::codec::Refusal;
use crate::codec::data_model::Name;

/// Appends a value.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    Ok(value.serialize(&mut Writer { bytes })?)
}

struct Writer<'b> {
    bytes: &'b mut Vec<u8>,
}

type Written = Result<(), Error>;

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Written {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn number(&mut self, number: u64) -> Written {
        let bytes = number.to_le_bytes();
        let (marker, size) = match number {
            0..=250 => return self.put(&bytes[..1]),
            251..=0xffff => (TWO_BYTES, 2),
            0x1_0000..=0xffff_ffff => (FOUR_BYTES, 4),
            _ => (EIGHT_BYTES, 8),
        };
        self.bytes.push(marker);
        self.put(&bytes[..size])
    }

    fn wide_number(&mut self, number: u128) -> Written {
        if let Ok(number) = u64::try_from(number) {
            return self.number(number);
        }
        self.bytes.push(SIXTEEN_BYTES);
        self.put(&number.to_le_bytes())
    }

    fn length(&mut self, length: Option<usize>) -> Written {
        let length = length.ok_or_else(|| Error::custom("a list or a map does not know its length"))?;
        self.number(length as u64)
    }

    /// The start of a value with this many parts.
    fn parts(&mut self, count: usize) -> Result<&mut Self, Error> {
        if count == 0 {
            self.bytes.push(EMPTY);
        }
        Ok(self)
    }

    /// The start of a variant.
    fn variant(&mut self, index: u32) -> Result<&mut Self, Error> {
        self.number(index.into())?;
        Ok(self)
    }
}

/// Small numbers of either sign become small numbers: 0, -1, 1, -2, …
fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> (i64::BITS - 1)).cast_unsigned()
}

macro_rules! numbers {
    ($($method:ident($type:ty): $number:ident $expression:expr;)*) => {$(
        fn $method(self, $number: $type) -> Written {
            self.number($expression)
        }
    )*};
}

macro_rules! fixed {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Written {
            self.put(&value.to_le_bytes())
        }
    )*};
}

impl Serializer for &mut Writer<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn is_human_readable(&self) -> bool {
        false
    }

    numbers! {
        serialize_u16(u16): number number.into();
        serialize_u32(u32): number number.into();
        serialize_u64(u64): number number;
        serialize_i16(i16): number zigzag(number.into());
        serialize_i32(i32): number zigzag(number.into());
        serialize_i64(i64): number zigzag(number);
    }

    fixed! { serialize_u8(u8) serialize_i8(i8) serialize_f32(f32) serialize_f64(f64) }

    fn serialize_u128(self, number: u128) -> Written {
        self.wide_number(number)
    }

    fn serialize_i128(self, number: i128) -> Written {
        self.wide_number((number << 1 ^ number >> (i128::BITS - 1)).cast_unsigned())
    }

    fn serialize_bool(self, is_true: bool) -> Written {
        self.put(&[is_true.into()])
    }

    fn serialize_char(self, char: char) -> Written {
        self.put(char.encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn serialize_str(self, text: &str) -> Written {
        self.serialize_bytes(text.as_bytes())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        self.number(bytes.len() as u64)?;
        self.put(bytes)
    }

    fn serialize_none(self) -> Written {
        self.put(&[0])
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        self.bytes.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.parts(0).map(drop)
    }

    fn serialize_unit_struct(self, _: Name) -> Written {
        self.parts(0).map(drop)
    }

    fn serialize_unit_variant(self, _: Name, index: u32, _: Name) -> Written {
        self.variant(index).map(drop)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: Name, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: Name, index: u32, _: Name, value: &T) -> Written {
        value.serialize(self.variant(index)?)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Error> {
        self.length(length).map(|()| self)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Error> {
        self.length(length).map(|()| self)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self, Error> {
        self.parts(length)
    }

    fn serialize_tuple_struct(self, _: Name, length: usize) -> Result<Self, Error> {
        self.parts(length)
    }

    fn serialize_struct(self, _: Name, length: usize) -> Result<Self, Error> {
        self.parts(length)
    }

    fn serialize_tuple_variant(self, _: Name, index: u32, _: Name, _: usize) -> Result<Self, Error> {
        self.variant(index)
    }

    fn serialize_struct_variant(self, _: Name, index: u32, _: Name, _: usize) -> Result<Self, Error> {
        self.variant(index)
    }
}

macro_rules! parts {
    ($($trait:ident $method:ident($($name:ty)?);)*) => {$(
        impl ser::$trait for &mut Writer<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Written {
                value.serialize(&mut **self)
            }

            fn end(self) -> Written {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq serialize_element();
    SerializeTuple serialize_element();
    SerializeTupleStruct serialize_field();
    SerializeTupleVariant serialize_field();
    SerializeStruct serialize_field(Name);
    SerializeStructVariant serialize_field(Name);
}

impl ser::SerializeMap for &mut Writer<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        Ok(())
    }
}
