//! Reads values from bytes that anybody may have written.
//!
//! A length is compared with the bytes that are left before anything is allocated, and levels are counted, because each
//! needs a part of the stack.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

use super::{EIGHT_BYTES, EMPTY, FOUR_BYTES, SIXTEEN_BYTES, TWO_BYTES};
use crate::codec::data_model::Name;
use crate::codec::shape::walk::MOST_LEVELS;

/// Reads a value from all of these bytes.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let mut reader = Reader { rest: bytes, levels_left: MOST_LEVELS };
    let value = T::deserialize(&mut reader).ok()?;
    reader.rest.is_empty().then_some(value)
}

struct Reader<'de> {
    rest: &'de [u8],
    levels_left: usize,
}

/// The bytes are no value of the type. Nobody is told more: the entry counts as a miss.
#[derive(Debug)]
struct Mismatch;

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are no value of the type")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: Display>(_: T) -> Self {
        Mismatch
    }
}

type Read<T> = Result<T, Mismatch>;

impl<'de> Reader<'de> {
    fn byte(&mut self) -> Read<u8> {
        self.rest.split_off_first().copied().ok_or(Mismatch)
    }

    fn bytes(&mut self, length: usize) -> Read<&'de [u8]> {
        self.rest.split_off(..length).ok_or(Mismatch)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Mismatch)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn number(&mut self) -> Read<u64> {
        Ok(match self.byte()? {
            byte @ ..=250 => byte.into(),
            TWO_BYTES => u16::from_le_bytes(self.array()?).into(),
            FOUR_BYTES => u32::from_le_bytes(self.array()?).into(),
            EIGHT_BYTES => u64::from_le_bytes(self.array()?),
            _ => return Err(Mismatch),
        })
    }

    fn unsigned<N: TryFrom<u64>>(&mut self) -> Read<N> {
        N::try_from(self.number()?).map_err(|_| Mismatch)
    }

    fn signed<N: TryFrom<i64>>(&mut self) -> Read<N> {
        let number = self.number()?;
        let number = (number >> 1).cast_signed() ^ -(number & 1).cast_signed();
        N::try_from(number).map_err(|_| Mismatch)
    }

    fn wide_number(&mut self) -> Read<u128> {
        if self.rest.first() == Some(&SIXTEEN_BYTES) {
            self.rest = &self.rest[1..];
            return self.array().map(u128::from_le_bytes);
        }
        self.number().map(u128::from)
    }

    /// The length of a text or a list, of whose content each part takes a byte at least.
    fn length(&mut self) -> Read<usize> {
        let length = usize::try_from(self.number()?).map_err(|_| Mismatch)?;
        if length <= self.rest.len() { Ok(length) } else { Err(Mismatch) }
    }

    fn sized_bytes(&mut self) -> Read<&'de [u8]> {
        let length = self.length()?;
        self.bytes(length)
    }

    fn text(&mut self) -> Read<&'de str> {
        std::str::from_utf8(self.sized_bytes()?).map_err(|_| Mismatch)
    }

    fn char(&mut self) -> Read<char> {
        let first = self.rest.first().ok_or(Mismatch)?;
        // A continuation byte cannot be the first, and the check of the text refuses it.
        let length = if first.is_ascii() { 1 } else { first.leading_ones() as usize };
        let text = std::str::from_utf8(self.bytes(length)?).map_err(|_| Mismatch)?;
        text.chars().next().ok_or(Mismatch)
    }

    fn flag(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Mismatch),
        }
    }

    fn empty(&mut self) -> Read<()> {
        if self.byte()? == EMPTY { Ok(()) } else { Err(Mismatch) }
    }

    /// Reads what is one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.levels_left = self.levels_left.checked_sub(1).ok_or(Mismatch)?;
        let read = read(self)?;
        self.levels_left += 1;
        Ok(read)
    }

    fn seq<V: Visitor<'de>>(&mut self, left: usize, visitor: V) -> Read<V::Value> {
        self.nested(|reader| visitor.visit_seq(Parts { reader, left }))
    }

    /// A tuple, an array or a struct.
    fn parts<V: Visitor<'de>>(&mut self, count: usize, visitor: V) -> Read<V::Value> {
        if count == 0 {
            self.empty()?;
        }
        self.seq(count, visitor)
    }
}

macro_rules! scalars {
    ($($method:ident $visit:ident $reader:ident $expression:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            let $reader = self;
            visitor.$visit($expression)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Mismatch;

    fn is_human_readable(&self) -> bool {
        false
    }

    scalars! {
        deserialize_bool visit_bool reader reader.flag()?;
        deserialize_u8 visit_u8 reader reader.byte()?;
        deserialize_u16 visit_u16 reader reader.unsigned()?;
        deserialize_u32 visit_u32 reader reader.unsigned()?;
        deserialize_u64 visit_u64 reader reader.number()?;
        deserialize_u128 visit_u128 reader reader.wide_number()?;
        deserialize_i8 visit_i8 reader reader.byte()?.cast_signed();
        deserialize_i16 visit_i16 reader reader.signed()?;
        deserialize_i32 visit_i32 reader reader.signed()?;
        deserialize_i64 visit_i64 reader reader.signed()?;
        deserialize_i128 visit_i128 reader {
            let number = reader.wide_number()?;
            (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
        };
        deserialize_f32 visit_f32 reader f32::from_le_bytes(reader.array()?);
        deserialize_f64 visit_f64 reader f64::from_le_bytes(reader.array()?);
        deserialize_char visit_char reader reader.char()?;
        deserialize_str visit_borrowed_str reader reader.text()?;
        deserialize_string visit_string reader reader.text()?.to_owned();
        deserialize_bytes visit_borrowed_bytes reader reader.sized_bytes()?;
        deserialize_byte_buf visit_byte_buf reader reader.sized_bytes()?.to_owned();
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.flag()? { self.nested(|reader| visitor.visit_some(reader)) } else { visitor.visit_none() }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.empty()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: Name, visitor: V) -> Read<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: Name, visitor: V) -> Read<V::Value> {
        self.nested(|reader| visitor.visit_newtype_struct(reader))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let length = self.length()?;
        self.seq(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let left = self.length()?;
        self.nested(|reader| visitor.visit_map(Parts { reader, left }))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Read<V::Value> {
        self.parts(length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: Name, length: usize, visitor: V) -> Read<V::Value> {
        self.parts(length, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: Name, fields: &'static [Name], visitor: V) -> Read<V::Value> {
        self.parts(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: Name, _: &'static [Name], visitor: V) -> Read<V::Value> {
        visitor.visit_enum(self)
    }

    /// Without names, only the type knows what comes next.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Mismatch)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Mismatch)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
        Err(Mismatch)
    }
}

/// The parts of a value that are not read yet.
struct Parts<'r, 'de> {
    reader: &'r mut Reader<'de>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for Parts<'_, 'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::MapAccess<'de> for Parts<'_, 'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        de::SeqAccess::next_element_seed(self, seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::EnumAccess<'de> for &mut Reader<'de> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Self)> {
        let index: u32 = self.unsigned()?;
        let variant = seed.deserialize(IntoDeserializer::<Mismatch>::into_deserializer(index))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for &mut Reader<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Read<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        self.nested(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Read<V::Value> {
        self.seq(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [Name], visitor: V) -> Read<V::Value> {
        self.seq(fields.len(), visitor)
    }
}
