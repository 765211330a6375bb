//! The parts of structs, tuples, maps and enums for the tracer: the part on its path, and dummies before that.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, IgnoredAny, Visitor};

use super::tracer::{ALIASES, Found, TraceEnd, Traced, Tracer};
use crate::codec::data_model::{DataKind, Name};

/// The parts of a struct, a tuple or a map.
pub(super) struct TracedParts<'a> {
    tracer: Tracer<'a>,
    /// The part on the path.
    child: Option<u32>,
    /// How many parts were read.
    at: u32,
    len: u32,
    /// The names of a struct's fields.
    names: Option<&'static [Name]>,
}

/// The parts of a map's entry.
const KEY: u32 = 0;
const VALUE: u32 = 1;

impl<'a> TracedParts<'a> {
    /// The elements of a tuple, the items of a list, or the entries of a map.
    pub(super) fn without_names(tracer: Tracer<'a>, child: Option<u32>, len: usize) -> Self {
        TracedParts { tracer, child, at: 0, len: len as u32, names: None }
    }

    /// The fields of a struct. Begins with the one on the path, because fields may come in any order.
    pub(super) fn with_names(tracer: Tracer<'a>, child: Option<u32>, names: &'static [Name]) -> Self {
        let at = child.filter(|child| *child != ALIASES).unwrap_or(0);
        TracedParts { tracer, child, at, len: names.len() as u32, names: Some(names) }
    }

    fn read_part<'de, S: DeserializeSeed<'de>>(&self, seed: S, index: u32) -> Traced<S::Value> {
        let on_path = self.child == Some(index);
        let value = seed.deserialize(self.tracer.part::<S::Value>(on_path))?;
        // The parts after the one on the path are not needed.
        if on_path { Err(TraceEnd::Other) } else { Ok(value) }
    }
}

impl<'de> de::SeqAccess<'de> for TracedParts<'_> {
    type Error = TraceEnd;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Traced<Option<S::Value>> {
        if self.at == self.len {
            return Ok(None);
        }
        self.at += 1;
        self.read_part(seed, self.at - 1).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for TracedParts<'_> {
    type Error = TraceEnd;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Traced<Option<K::Value>> {
        if self.at >= self.len {
            return Ok(None);
        }
        match self.names {
            Some(names) if self.child == Some(ALIASES) => self.tracer.find_aliases(names, seed).map(Some),
            Some(names) => seed.deserialize(BorrowedStrDeserializer::new(names[self.at as usize])).map(Some),
            None => self.read_part(seed, KEY).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Traced<S::Value> {
        if self.child == Some(ALIASES) {
            let ignored = typeid::of::<S::Value>() == typeid::of::<IgnoredAny>();
            return Err(self.tracer.found(Found::Aliases(ignored)));
        }
        let index = if self.names.is_some() { self.at } else { VALUE };
        self.at += 1;
        self.read_part(seed, index)
    }

    fn next_entry_seed<K, S>(&mut self, key: K, value: S) -> Traced<Option<(K::Value, S::Value)>>
    where
        K: DeserializeSeed<'de>,
        S: DeserializeSeed<'de>,
    {
        // The value of a map can be reached without making up a key.
        if self.names.is_none() && self.child == Some(VALUE) {
            return self.next_value_seed(value).and(Err(TraceEnd::Other));
        }
        let Some(key) = self.next_key_seed(key)? else {
            return Ok(None);
        };
        Ok(Some((key, self.next_value_seed(value)?)))
    }
}

/// A variant of an enum.
pub(super) struct TracedVariant<'a> {
    pub(super) tracer: Tracer<'a>,
    pub(super) child: u32,
    pub(super) names: &'static [Name],
}

impl<'de, 'a> de::EnumAccess<'de> for TracedVariant<'a> {
    type Error = TraceEnd;
    type Variant = Tracer<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Traced<(S::Value, Tracer<'a>)> {
        if self.child == ALIASES {
            return Err(self
                .tracer
                .find_aliases(self.names, seed)
                .map_or_else(|end| end, |_| self.tracer.found(Found::Aliases(false))));
        }
        let name = self.names.get(self.child as usize).copied().ok_or(TraceEnd::Other)?;
        Ok((seed.deserialize(BorrowedStrDeserializer::new(name))?, self.tracer))
    }
}

impl<'de> de::VariantAccess<'de> for Tracer<'_> {
    type Error = TraceEnd;

    fn unit_variant(self) -> Traced<()> {
        self.variant_step::<()>(DataKind::UnitVariant, 0).map(|_| ())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Traced<S::Value> {
        let (tracer, child) = self.variant_step::<S>(DataKind::NewtypeVariant, 1)?;
        seed.deserialize(tracer.part::<S::Value>(child.is_some()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Traced<V::Value> {
        self.elements(DataKind::TupleVariant(len), len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [Name], visitor: V) -> Traced<V::Value> {
        self.fields(DataKind::StructVariant, fields, visitor)
    }
}
