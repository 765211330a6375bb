//! Bounds what reading takes, since anybody may have written the bytes.
//!
//! bincode believes a length, however few bytes follow: it would allocate for as many items, or loop as many times if an
//! item takes no bytes, and it follows a type that contains itself until the stack overflows. So a deserializer stands around
//! that of bincode, and refuses a value
//!
//! - whose lists have more items together than the value has bytes. A list pays for all its items when it begins, so the
//!   memory that all lists reserve for their items is bounded, too;
//! - that is nested deeper than what is written.
//!
//! Texts and bytes are read as a part of the given bytes, which a length beyond their end cannot be.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::codec::data_model::Name;
use crate::codec::shape::walk::MOST_LEVELS;

/// What is left of the bounds of a value.
pub(super) struct Bounds {
    items_left: Cell<usize>,
    levels_left: Cell<usize>,
}

impl Bounds {
    pub(super) fn of(bytes: &[u8]) -> Self {
        // An item that takes bytes has at least one that no item inside it has, such as the length of an inner list.
        Bounds { items_left: Cell::new(bytes.len()), levels_left: Cell::new(MOST_LEVELS) }
    }

    /// What reads a `T` within these bounds.
    pub(super) fn seed<T>(&self) -> Bounded<'_, PhantomData<T>> {
        Bounded { inner: PhantomData, bounds: self }
    }

    /// Reserves the items of a list.
    pub(super) fn reserve<E: Error>(&self, items: Option<usize>) -> Result<(), E> {
        let left = items.and_then(|items| self.items_left.get().checked_sub(items));
        self.items_left.set(left.ok_or_else(|| E::custom("a list has more items than the value has bytes"))?);
        Ok(())
    }

    /// Reads what is one level deeper.
    fn nested<T, E: Error>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let levels_left = self.levels_left.get();
        let deeper = levels_left.checked_sub(1).ok_or_else(|| E::custom("the value is nested too deep"))?;
        self.levels_left.set(deeper);
        let value = read()?;
        self.levels_left.set(levels_left);
        Ok(value)
    }
}

/// A part of bincode's deserializer, or of the type's, within bounds.
pub(super) struct Bounded<'b, I> {
    inner: I,
    bounds: &'b Bounds,
}

impl<'b, I> Bounded<'b, I> {
    fn with<O>(&self, inner: O) -> Bounded<'b, O> {
        Bounded { inner, bounds: self.bounds }
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Bounded<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.with(deserializer);
        self.inner.deserialize(deserializer)
    }
}

/// A visitor of the type, which is given bounded parts.
struct BoundedVisitor<'b, V> {
    inner: V,
    bounds: &'b Bounds,
    /// Whether the length is in the bytes. That of a tuple or a struct is in the type.
    is_list: bool,
}

impl<'b, D> Bounded<'b, D> {
    fn visitor<V>(&self, inner: V) -> BoundedVisitor<'b, V> {
        BoundedVisitor { inner, bounds: self.bounds, is_list: false }
    }

    fn list_visitor<V>(&self, inner: V) -> BoundedVisitor<'b, V> {
        BoundedVisitor { is_list: true, ..self.visitor(inner) }
    }
}

macro_rules! as_they_are {
    ($($method:ident as $inner:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$inner(visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Bounded<'_, D> {
    type Error = D::Error;

    as_they_are! {
        deserialize_any as deserialize_any
        deserialize_bool as deserialize_bool
        deserialize_i8 as deserialize_i8
        deserialize_i16 as deserialize_i16
        deserialize_i32 as deserialize_i32
        deserialize_i64 as deserialize_i64
        deserialize_i128 as deserialize_i128
        deserialize_u8 as deserialize_u8
        deserialize_u16 as deserialize_u16
        deserialize_u32 as deserialize_u32
        deserialize_u64 as deserialize_u64
        deserialize_u128 as deserialize_u128
        deserialize_f32 as deserialize_f32
        deserialize_f64 as deserialize_f64
        deserialize_char as deserialize_char
        deserialize_str as deserialize_str
        deserialize_string as deserialize_str
        deserialize_bytes as deserialize_bytes
        deserialize_byte_buf as deserialize_bytes
        deserialize_unit as deserialize_unit
        deserialize_identifier as deserialize_identifier
        deserialize_ignored_any as deserialize_ignored_any
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: Name, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.visitor(visitor);
        self.inner.deserialize_option(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: Name, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.visitor(visitor);
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.list_visitor(visitor);
        self.inner.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.list_visitor(visitor);
        self.inner.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.visitor(visitor);
        self.inner.deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V>(self, name: Name, len: usize, visitor: V) -> Result<V::Value, D::Error>
    where
        V: Visitor<'de>,
    {
        let visitor = self.visitor(visitor);
        self.inner.deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_struct<V>(self, name: Name, fields: &'static [Name], visitor: V) -> Result<V::Value, D::Error>
    where
        V: Visitor<'de>,
    {
        let visitor = self.visitor(visitor);
        self.inner.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V>(self, name: Name, variants: &'static [Name], visitor: V) -> Result<V::Value, D::Error>
    where
        V: Visitor<'de>,
    {
        let visitor = self.visitor(visitor);
        self.inner.deserialize_enum(name, variants, visitor)
    }
}

impl<'b, V> BoundedVisitor<'b, V> {
    fn bounded<I>(&self, inner: I) -> Bounded<'b, I> {
        Bounded { inner, bounds: self.bounds }
    }
}

/// Only what bincode calls for a value with parts.
impl<'de, V: Visitor<'de>> Visitor<'de> for BoundedVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Expected::fmt(&self.inner, f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.bounded(deserializer);
        self.bounds.nested(|| self.inner.visit_some(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.bounded(deserializer);
        self.bounds.nested(|| self.inner.visit_newtype_struct(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        if self.is_list {
            self.bounds.reserve(items.size_hint())?;
        }
        let items = self.bounded(items);
        self.bounds.nested(|| self.inner.visit_seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.bounds.reserve(entries.size_hint())?;
        let entries = self.bounded(entries);
        self.bounds.nested(|| self.inner.visit_map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = self.bounded(variant);
        self.inner.visit_enum(variant)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Bounded<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.with(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Bounded<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.with(seed);
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.with(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 'b, A: EnumAccess<'de>> EnumAccess<'de> for Bounded<'b, A> {
    type Error = A::Error;
    type Variant = Bounded<'b, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let bounds = self.bounds;
        let (name, content) = self.inner.variant_seed(seed)?;
        Ok((name, Bounded { inner: content, bounds }))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Bounded<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.with(seed);
        self.bounds.nested(|| self.inner.newtype_variant_seed(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.visitor(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [Name], visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.visitor(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}
