//! The parts of structs, tuples, maps and enums for the tracer: the part on its path, and dummies before that.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, IgnoredAny, IntoDeserializer, Visitor};

use super::super::data_model::DataKind;
use super::tracer::{ALIASES, TraceEnd, TraceResult, Tracer};

/// The parts of a struct, a tuple or a map.
pub(super) struct TracedParts<'a> {
    tracer: Tracer<'a>,
    /// The part on the path.
    child: Option<u32>,
    /// How many parts were read.
    at: u32,
    len: u32,
    /// The names of a struct's fields.
    names: Option<&'static [&'static str]>,
}

/// The parts of a map's entry.
const KEY: u32 = 0;
const VALUE: u32 = 1;

impl<'a> TracedParts<'a> {
    pub(super) fn of_tuple(tracer: Tracer<'a>, child: Option<u32>, len: usize) -> Self {
        TracedParts { tracer, child, at: 0, len: len as u32, names: None }
    }

    /// Begins with the field on the path, because fields may come in any order.
    pub(super) fn of_struct(tracer: Tracer<'a>, child: Option<u32>, names: &'static [&'static str]) -> Self {
        let at = child.filter(|child| *child != ALIASES).unwrap_or(0);
        TracedParts { tracer, child, at, len: names.len() as u32, names: Some(names) }
    }

    /// One entry if the path leads into the map, else none.
    pub(super) fn of_map(tracer: Tracer<'a>, child: Option<u32>) -> Self {
        TracedParts { tracer, child, at: 0, len: child.is_some().into(), names: None }
    }

    fn read_part<'de, S: DeserializeSeed<'de>>(&self, seed: S, index: u32) -> Result<S::Value, TraceEnd> {
        let on_path = self.child == Some(index);
        let value = seed.deserialize(self.tracer.part::<S::Value>(on_path))?;
        // The parts after the one on the path are not needed.
        if on_path { Err(TraceEnd::Other) } else { Ok(value) }
    }

    /// Finds out whether there are aliases: fields can be chosen by number too, and an alias has no number of its own. So
    /// with aliases the last name has no number.
    fn number_of_last_name<'de, K: DeserializeSeed<'de>>(&self, seed: K) -> Result<K::Value, TraceEnd> {
        let last: de::value::U32Deserializer<TraceEnd> = self.len.saturating_sub(1).into_deserializer();
        seed.deserialize(last).map_err(|error| self.tracer.found(aliases(error == TraceEnd::Value)))
    }
}

fn aliases(yes: bool) -> TraceResult {
    if yes { TraceResult::Aliases } else { TraceResult::NoAliases }
}

impl<'de> de::SeqAccess<'de> for TracedParts<'_> {
    type Error = TraceEnd;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TraceEnd> {
        if self.at == self.len {
            return Ok(None);
        }
        self.at += 1;
        self.read_part(seed, self.at - 1).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for TracedParts<'_> {
    type Error = TraceEnd;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, TraceEnd> {
        if self.at >= self.len {
            return Ok(None);
        }
        match self.names {
            Some(_) if self.child == Some(ALIASES) => self.number_of_last_name(seed).map(Some),
            Some(names) => seed.deserialize(BorrowedStrDeserializer::new(names[self.at as usize])).map(Some),
            None => self.read_part(seed, KEY).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, TraceEnd> {
        if self.child == Some(ALIASES) {
            let ignored = typeid::of::<S::Value>() == typeid::of::<IgnoredAny>();
            return Err(self.tracer.found(aliases(ignored)));
        }
        let index = if self.names.is_some() { self.at } else { VALUE };
        self.at += 1;
        self.read_part(seed, index)
    }

    fn next_entry_seed<K: DeserializeSeed<'de>, S: DeserializeSeed<'de>>(
        &mut self,
        key: K,
        value: S,
    ) -> Result<Option<(K::Value, S::Value)>, TraceEnd> {
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
    pub(super) names: &'static [&'static str],
}

impl TracedVariant<'_> {
    /// The same for variants.
    fn number_of_last_name<'de, S: DeserializeSeed<'de>>(&self, seed: S) -> TraceEnd {
        let last: de::value::U32Deserializer<TraceEnd> =
            (self.names.len() as u32).saturating_sub(1).into_deserializer();
        let refused = seed.deserialize(last).err();
        self.tracer.found(aliases(refused == Some(TraceEnd::Value)))
    }
}

impl<'de, 'a> de::EnumAccess<'de> for TracedVariant<'a> {
    type Error = TraceEnd;
    type Variant = Tracer<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Tracer<'a>), TraceEnd> {
        if self.child == ALIASES {
            return Err(self.number_of_last_name(seed));
        }
        let name = self.names.get(self.child as usize).copied().ok_or(TraceEnd::Other)?;
        Ok((seed.deserialize(BorrowedStrDeserializer::new(name))?, self.tracer))
    }
}

impl<'de> de::VariantAccess<'de> for Tracer<'_> {
    type Error = TraceEnd;

    fn unit_variant(self) -> Result<(), TraceEnd> {
        self.step::<()>(DataKind::UnitVariant, &[], 0).map(|_| ())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, TraceEnd> {
        let (tracer, child) = self.step::<S>(DataKind::NewtypeVariant, &[], 1)?;
        seed.deserialize(tracer.part::<S::Value>(child.is_some()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, TraceEnd> {
        self.elements(DataKind::TupleVariant(len), len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TraceEnd> {
        self.fields(DataKind::StructVariant, fields, visitor)
    }
}
