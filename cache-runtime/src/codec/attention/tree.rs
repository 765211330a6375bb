//! A stored value as a tree, which can be read with one part exchanged.

use std::collections::HashSet;
use std::fmt;
use std::ptr;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::super::hash::Hash;
use super::Refused;

/// What MessagePack can say.
pub(super) enum Tree {
    Nil,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Single(f32),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    Seq(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

/// Of a longer sequence only those items are kept that look like none before: what its type expects of them is the
/// same. Arrays must be whole to be read, and serde has none that are longer.
const LONGEST_ARRAY: usize = 32;

/// The value of a name in a map.
pub(super) struct Place {
    /// Of the names that lead here, and those beside it: items that look alike have the same places.
    pub(super) name: u64,
    pub(super) at: *const Tree,
}

impl Tree {
    /// All values of names, in order.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        self.visit(Hash::new(), &mut places);
        places
    }

    /// What tells items of one sequence apart: the names in it. `None` for what has no parts.
    fn look(&self) -> Option<u64> {
        let has_parts = matches!(self, Tree::Seq(_) | Tree::Map(_));
        has_parts.then(|| self.places().iter().fold(Hash::new(), |hash, place| hash.number(place.name)).wide())
    }

    fn visit(&self, way: Hash, places: &mut Vec<Place>) {
        match self {
            Tree::Seq(items) => items.iter().for_each(|item| item.visit(way.number(0), places)),
            Tree::Map(pairs) => visit_pairs(pairs, way, places),
            _ => {}
        }
    }

    /// Only texts are names; other keys are data, and all alike.
    fn name(&self) -> Hash {
        if let Tree::Text(text) = self { Hash::new().text(text) } else { Hash::new() }
    }
}

fn visit_pairs(pairs: &[(Tree, Tree)], way: Hash, places: &mut Vec<Place>) {
    let way = pairs.iter().fold(way, |way, (key, _)| way.number(key.name().wide()));
    for (key, value) in pairs {
        let way = way.number(key.name().wide());
        places.push(Place { name: way.wide(), at: value });
        value.visit(way, places);
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Planter)
    }
}

struct Planter;

macro_rules! leaves {
    ($($method:ident($type:ty) $variant:ident;)*) => {$(
        fn $method<E>(self, value: $type) -> Result<Tree, E> {
            Ok(Tree::$variant(value.into()))
        }
    )*};
}

impl<'de> Visitor<'de> for Planter {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything that MessagePack can say")
    }

    leaves! {
        visit_bool(bool) Bool;
        visit_u64(u64) Unsigned;
        visit_i64(i64) Signed;
        visit_f32(f32) Single;
        visit_f64(f64) Double;
        visit_str(&str) Text;
        visit_bytes(&[u8]) Bytes;
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nil)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        let mut looks = HashSet::new();
        while let Some(item) = seq.next_element::<Tree>()? {
            if items.len() < LONGEST_ARRAY || item.look().is_some_and(|look| looks.insert(look)) {
                items.push(item);
            }
        }
        Ok(Tree::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Tree::Map(pairs))
    }
}

/// A part of a tree as it is read.
#[derive(Clone, Copy)]
pub(super) enum Item<'de> {
    /// A part, and the one in whose place another value stands.
    Tree(&'de Tree, *const Tree),
    /// What stands in its place: newtypes in newtypes, so many. Buffers take them, and no value of use is one.
    Exchanged(u8),
}

const NEWTYPES: u8 = 8;

impl<'de> Item<'de> {
    fn part(tree: &'de Tree, exchanged: *const Tree) -> Self {
        if ptr::eq(tree, exchanged) { Item::Exchanged(NEWTYPES) } else { Item::Tree(tree, exchanged) }
    }
}

type Pairs<'de> = Box<dyn Iterator<Item = (Item<'de>, Item<'de>)> + 'de>;

fn pairs<'de>(pairs: &'de [(Tree, Tree)], exchanged: *const Tree) -> MapDeserializer<'de, Pairs<'de>, Refused> {
    let parts = move |(key, value): &'de (Tree, Tree)| (Item::part(key, exchanged), Item::part(value, exchanged));
    MapDeserializer::new(Box::new(pairs.iter().map(parts)) as Pairs<'de>)
}

impl<'de> IntoDeserializer<'de, Refused> for Item<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> de::Deserializer<'de> for Item<'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let (tree, exchanged) = match self {
            Item::Tree(tree, exchanged) => (tree, exchanged),
            Item::Exchanged(0) => return visitor.visit_unit(),
            Item::Exchanged(more) => return visitor.visit_newtype_struct(Item::Exchanged(more - 1)),
        };
        match tree {
            Tree::Nil => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Unsigned(number) => visitor.visit_u64(*number),
            Tree::Signed(number) => visitor.visit_i64(*number),
            Tree::Single(number) => visitor.visit_f32(*number),
            Tree::Double(number) => visitor.visit_f64(*number),
            Tree::Text(text) => visitor.visit_borrowed_str(text),
            Tree::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Tree::Seq(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(|item| Item::part(item, exchanged))))
            }
            Tree::Map(entries) => visitor.visit_map(pairs(entries, exchanged)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self {
            Item::Tree(Tree::Nil, _) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refused> {
        match self {
            Item::Exchanged(_) => self.deserialize_any(visitor),
            Item::Tree(..) => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self {
            Item::Tree(Tree::Text(text), _) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            Item::Tree(Tree::Map(entries), exchanged) => {
                visitor.visit_enum(MapAccessDeserializer::new(pairs(entries, exchanged)))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.wide() {
            Some(bytes) => visitor.visit_i128(i128::from_be_bytes(bytes)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.wide() {
            Some(bytes) => visitor.visit_u128(u128::from_be_bytes(bytes)),
            None => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

impl Item<'_> {
    /// MessagePack has no numbers of 128 bits, so they are bytes.
    fn wide(self) -> Option<[u8; 16]> {
        match self {
            Item::Tree(Tree::Bytes(bytes), _) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}
