//! Reads MessagePack, and notes the layout of the value on the way.
//!
//! The layout of a value is a hash of its names and how they are nested, of its tags, and of what the type refused while it
//! read the value (the first variants of an `untagged` enum, for example). It does not contain other texts, numbers, or
//! the lengths of lists.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Visitor};
use serde::forward_to_deserialize_any;

use super::layouts::{TagNames, name_hash};
use super::refusal::{self, ReadRefused, Refusals};
use super::token::{Cursor, DECOY, EMPTY_SEQ, NIL, Token, big_endian};
use crate::codec::data_model::Name;
use crate::codec::hash::{mix, mix_bytes};
use crate::codec::messagepack::DEPTH;

/// Reads a value from all of these bytes, and returns its layout as well.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], tags: TagNames) -> Option<(T, u64)> {
    let mut reader = Reader::new(bytes, tags);
    let (value, refusals) = refusal::collect(|| T::deserialize(&mut reader));
    let value = value.ok()?;
    reader.cursor.is_at_end().then(|| (value, mix(reader.layout, refusals.trail)))
}

/// Whether a value can be read, and what the type refused on the way. A type that panics has refused the value.
pub(super) fn try_read<T: DeserializeOwned>(bytes: &[u8]) -> (bool, Refusals) {
    let read = || T::deserialize(&mut Reader::new(bytes, TagNames::default())).is_ok();
    refusal::collect(|| catch_unwind(AssertUnwindSafe(read)).unwrap_or(false))
}

type Read<T> = Result<T, ReadRefused>;

struct Reader<'de> {
    cursor: Cursor<'de>,
    levels_left: usize,
    layout: u64,
    tags: TagNames,
}

/// What a layout holds besides names and tags.
const MAP: u64 = 1;
const SEQ: u64 = 2;
const UNNAMED_KEY: u64 = 3;

impl<'de> Reader<'de> {
    fn new(bytes: &'de [u8], tags: TagNames) -> Self {
        Reader { cursor: Cursor::new(bytes), levels_left: DEPTH, layout: 0, tags }
    }

    fn note(&mut self, part: u64) {
        self.layout = mix(self.layout, part);
    }

    /// Notes the key that comes next, and returns whether its value is a tag. Only texts are names: other keys are data.
    fn note_key(&mut self) -> bool {
        let name = self.cursor.peek_text().map(name_hash);
        self.note(name.unwrap_or(UNNAMED_KEY));
        name.is_some_and(|name| self.tags.contains(name))
    }

    fn note_tag(&mut self) {
        if let Some(text) = self.cursor.peek_text() {
            self.layout = mix_bytes(self.layout, text);
        }
    }

    fn take(&mut self, count: usize) -> Read<&'de [u8]> {
        self.cursor.take(count).ok_or(ReadRefused)
    }

    fn text(&mut self, length: usize) -> Read<&'de str> {
        std::str::from_utf8(self.take(length)?).map_err(|_| ReadRefused)
    }

    fn read<V: Visitor<'de>>(&mut self, visitor: V, bytes_as_items: bool) -> Read<V::Value> {
        let (marker, token) = self.cursor.token().ok_or(ReadRefused)?;
        match token {
            Token::Scalar(size) => scalar(marker, self.take(size)?, visitor),
            Token::Text(length) => visitor.visit_borrowed_str(self.text(length)?),
            Token::Bytes(length) if bytes_as_items => {
                visitor.visit_seq(SeqDeserializer::new(self.take(length)?.iter().copied()))
            }
            Token::Bytes(length) => visitor.visit_borrowed_bytes(self.take(length)?),
            Token::Seq(length) => self.read_parts(SEQ, length, |items| visitor.visit_seq(items)),
            Token::Map(length) => self.read_parts(MAP, length, |entries| visitor.visit_map(entries)),
        }
    }

    /// Reads a list or a map, of which no part may be left over.
    fn read_parts<T>(
        &mut self,
        kind: u64,
        length: usize,
        visit: impl FnOnce(&mut PartAccess<'_, 'de>) -> Read<T>,
    ) -> Read<T> {
        self.levels_left = self.levels_left.checked_sub(1).ok_or(ReadRefused)?;
        let outer = mix(std::mem::take(&mut self.layout), kind);
        let mut parts = PartAccess { reader: self, left: length, items: ItemLayouts::default(), is_tag: false };
        let value = visit(&mut parts)?;
        let PartAccess { left: 0, items, .. } = parts else { return Err(ReadRefused) };
        self.layout = mix(outer, mix(self.layout, items.hash()));
        self.levels_left += 1;
        Ok(value)
    }

    /// A number of 128 bits, which is written as bytes.
    fn wide_number(&mut self) -> Option<[u8; 16]> {
        let mut cursor = self.cursor;
        let (_, Token::Bytes(length)) = cursor.token()? else { return None };
        let bytes = cursor.take(length)?.try_into().ok()?;
        self.cursor = cursor;
        Some(bytes)
    }
}

/// Passes a number on in the width in which it is written, as `rmp_serde` does.
fn scalar<'de, V: Visitor<'de>>(marker: u8, bytes: &[u8], visitor: V) -> Read<V::Value> {
    let bits = big_endian(bytes);
    match marker {
        0x00..=0x7f => visitor.visit_u8(marker),
        DECOY => visitor.visit_newtype_struct(Decoy(DECOY_LEVELS)),
        0xc2 | 0xc3 => visitor.visit_bool(marker == 0xc3),
        0xca => visitor.visit_f32(f32::from_bits(bits as u32)),
        0xcb => visitor.visit_f64(f64::from_bits(bits)),
        0xcc => visitor.visit_u8(bits as u8),
        0xcd => visitor.visit_u16(bits as u16),
        0xce => visitor.visit_u32(bits as u32),
        0xcf => visitor.visit_u64(bits),
        0xd0 => visitor.visit_i8(bits as i8),
        0xd1 => visitor.visit_i16(bits as i16),
        0xd2 => visitor.visit_i32(bits as i32),
        0xd3 => visitor.visit_i64(bits as i64),
        0xe0..=0xff => visitor.visit_i8(marker as i8),
        _ => visitor.visit_unit(),
    }
}

macro_rules! bytes_as_items {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Read<V::Value> {
            self.read(visitor, true)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = ReadRefused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.read(visitor, false)
    }

    bytes_as_items! {
        deserialize_seq();
        deserialize_tuple(usize);
        deserialize_tuple_struct(Name, usize);
        deserialize_struct(Name, &'static [Name]);
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.cursor.peek_marker() == Some(NIL) {
            self.take(1)?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: Name, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: Name, visitor: V) -> Read<V::Value> {
        if self.cursor.peek_marker() == Some(EMPTY_SEQ) {
            self.take(1)?;
            return visitor.visit_unit();
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: Name, _: &'static [Name], visitor: V) -> Read<V::Value> {
        let start = self.cursor;
        match self.cursor.token() {
            Some((_, Token::Text(length))) => visitor.visit_enum(BorrowedStrDeserializer::new(self.text(length)?)),
            Some((_, Token::Map(1))) => {
                self.read_parts(MAP, 1, |entries| visitor.visit_enum(MapAccessDeserializer::new(entries)))
            }
            _ => {
                self.cursor = start;
                self.deserialize_any(visitor)
            }
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.wide_number() {
            Some(bytes) => visitor.visit_i128(i128::from_be_bytes(bytes)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.wide_number() {
            Some(bytes) => visitor.visit_u128(u128::from_be_bytes(bytes)),
            None => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit map identifier ignored_any
    }
}

/// The items of a list, or the entries of a map.
struct PartAccess<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
    items: ItemLayouts,
    /// Whether the next value is a tag.
    is_tag: bool,
}

impl PartAccess<'_, '_> {
    fn has_next(&mut self) -> bool {
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or(0);
        left.is_some()
    }
}

impl<'de> de::SeqAccess<'de> for PartAccess<'_, 'de> {
    type Error = ReadRefused;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Read<Option<S::Value>> {
        if !self.has_next() {
            return Ok(None);
        }
        let item = seed.deserialize(&mut *self.reader)?;
        self.items.add(std::mem::take(&mut self.reader.layout));
        Ok(Some(item))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::MapAccess<'de> for PartAccess<'_, 'de> {
    type Error = ReadRefused;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Read<Option<S::Value>> {
        if !self.has_next() {
            return Ok(None);
        }
        self.is_tag = self.reader.note_key();
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Read<S::Value> {
        if self.is_tag {
            self.reader.note_tag();
        }
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The layouts of a list's items, each once, so that lists of different lengths have one layout.
///
/// Beyond the first few, repetitions are not noticed. That makes several layouts where one would do.
#[derive(Default)]
struct ItemLayouts {
    first: [u64; 4],
    count: usize,
    others: u64,
}

impl ItemLayouts {
    fn add(&mut self, layout: u64) {
        if self.first[..self.count].contains(&layout) {
            return;
        }
        match self.first.get_mut(self.count) {
            Some(free) => (*free, self.count) = (layout, self.count + 1),
            None => self.others = mix(self.others, layout),
        }
    }

    fn hash(&self) -> u64 {
        self.first[..self.count].iter().fold(mix(self.others, self.count as u64), |hash, layout| mix(hash, *layout))
    }
}

/// A value that no type accepts, but that serde's buffers keep: newtypes in newtypes.
struct Decoy(u8);

const DECOY_LEVELS: u8 = 7;

impl<'de> de::Deserializer<'de> for Decoy {
    type Error = ReadRefused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0.checked_sub(1) {
            Some(levels) => visitor.visit_newtype_struct(Decoy(levels)),
            None => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
