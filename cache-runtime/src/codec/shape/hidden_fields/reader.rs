//! Reads a type from a tree, and finds out the layout of a value.
//!
//! The layout of a value is a hash of its names and how they are nested, of its tags, and of what the type refused while it
//! read the value (the first variants of an `untagged` enum, for example). It does not contain other texts, numbers, or
//! the lengths of lists.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use foldhash::fast::FixedState;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::layouts::{TagNames, name_hash};
use super::refusal::{self, ReadRefused, Refusals};
use super::tree::{F64, NIL, Node};
use crate::codec::data_model::Name;
use crate::codec::hash::mix;

/// Reads a value, and returns its layout as well.
pub(super) fn read<T: DeserializeOwned>(node: &Node<'_>, tags: TagNames) -> Option<(T, u64)> {
    let (value, refusals) = refusal::collect(|| T::deserialize(node));
    Some((value.ok()?, mix(layout(node, &tags), refusals.trail)))
}

/// Whether a value can be read, and what the type refused on the way. A type that panics has refused the value.
pub(super) fn try_read<T: DeserializeOwned>(node: &Node<'_>) -> (bool, Refusals) {
    refusal::collect(|| catch_unwind(AssertUnwindSafe(|| T::deserialize(node).is_ok())).unwrap_or(false))
}

/// What a layout holds besides names and tags.
const MAP: u64 = 1;
const SEQ: u64 = 2;
const UNNAMED_KEY: u64 = 3;

fn layout(node: &Node<'_>, tags: &TagNames) -> u64 {
    match node {
        Node::Seq(items) => {
            // Each layout counts once, so that lists of different lengths have one layout.
            let mut layouts = HashSet::<_, FixedState>::default();
            let with_parts = items.iter().filter(|item| matches!(item, Node::Seq(_) | Node::Map(_)));
            for item in with_parts {
                layouts.insert(layout(item, tags));
            }
            layouts.into_iter().fold(SEQ, |sum, layout| sum.wrapping_add(mix(SEQ, layout)))
        }
        Node::Map(entries) => entries.iter().fold(MAP, |hash, (key, value)| {
            // Only texts are names: other keys are data.
            let name = key.text().map_or(UNNAMED_KEY, name_hash);
            let tag = value.text().filter(|_| tags.contains(&name));
            mix(tag.map_or(mix(hash, name), |tag| mix(mix(hash, name), tag)), layout(value, tags))
        }),
        _ => 0,
    }
}

type Read<T> = Result<T, ReadRefused>;

impl<'de> Node<'de> {
    fn read<V: Visitor<'de>>(&self, visitor: V, bytes_as_items: bool) -> Read<V::Value> {
        match self {
            Node::Scalar(marker, bits) => scalar(*marker, *bits, visitor),
            Node::Text(text) => visitor.visit_borrowed_str(utf8(text)?),
            Node::Bytes(bytes) if bytes_as_items => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            Node::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Node::Seq(items) => {
                let mut items = SeqDeserializer::new(items.iter());
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Node::Map(entries) => {
                let mut entries = MapDeserializer::new(entries.iter().map(|(key, value)| (key, value)));
                let value = visitor.visit_map(&mut entries)?;
                entries.end().map(|()| value)
            }
            Node::Decoy => visitor.visit_newtype_struct(Decoy(DECOY_LEVELS)),
        }
    }

    /// A number of 128 bits, which is written as bytes.
    fn wide_number(&self) -> Option<[u8; 16]> {
        if let Node::Bytes(bytes) = self { (*bytes).try_into().ok() } else { None }
    }
}

fn utf8(text: &[u8]) -> Read<&str> {
    std::str::from_utf8(text).map_err(|_| ReadRefused)
}

/// Passes a number on in the width in which it is written, as `rmp_serde` does.
fn scalar<'de, V: Visitor<'de>>(marker: u8, bits: u64, visitor: V) -> Read<V::Value> {
    match marker {
        0x00..=0x7f => visitor.visit_u8(marker),
        0xc2 | 0xc3 => visitor.visit_bool(marker == 0xc3),
        0xca => visitor.visit_f32(f32::from_bits(bits as u32)),
        F64 => visitor.visit_f64(f64::from_bits(bits)),
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

impl<'de> IntoDeserializer<'de, ReadRefused> for &Node<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! bytes_as_items {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Read<V::Value> {
            self.read(visitor, true)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &Node<'de> {
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
        if let Node::Scalar(NIL, _) = self { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: Name, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: Name, visitor: V) -> Read<V::Value> {
        match self {
            Node::Seq(items) if items.is_empty() => visitor.visit_unit(),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: Name, _: &'static [Name], visitor: V) -> Read<V::Value> {
        match self {
            Node::Text(text) => visitor.visit_enum(BorrowedStrDeserializer::new(utf8(text)?)),
            Node::Map(entries) if entries.len() == 1 => {
                let entry = MapDeserializer::new(entries.iter().map(|(key, value)| (key, value)));
                visitor.visit_enum(MapAccessDeserializer::new(entry))
            }
            _ => self.deserialize_any(visitor),
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
