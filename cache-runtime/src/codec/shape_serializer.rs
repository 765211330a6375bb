//! A serializer that writes nothing, but describes the shape of a value to a listener.

use std::any::TypeId;
use std::fmt;

use serde::ser::{self, Serialize};

use super::data_model::{DataKind, Form, PartLabel};
use super::hash::Hash;

/// A listener at one place of a value. Its errors end the walk.
pub(super) trait Listener: Copy {
    /// A value without parts is here.
    fn leaf(self, kind: DataKind) -> Result<(), WalkEnd>;

    /// A whole number is here; `None` if it is beyond `i64`.
    fn integer(self, kind: DataKind, _number: Option<i64>) -> Result<(), WalkEnd> {
        self.leaf(kind)
    }

    /// A value with parts is here. The parts come next.
    fn open(self, kind: DataKind) -> Result<Self, WalkEnd>;

    /// The listener for a part of the value that was opened here.
    fn part(self, label: PartLabel) -> Result<Self, WalkEnd>;

    /// The struct that was opened here ends, and had these fields.
    fn fields(self, _fields: FieldNames) -> Result<(), WalkEnd> {
        Ok(())
    }
}

/// The names of a struct's fields.
#[derive(Clone, Copy)]
pub(super) struct FieldNames {
    /// How many fields were written.
    pub(super) written: usize,
    /// Whether others were left out.
    pub(super) leaves_out: bool,
    /// A hash of all names in order, including those left out.
    pub(super) names: Hash,
}

/// Describes a value in one of its forms to a listener.
pub(super) fn walk<T: Serialize + ?Sized, P: Listener>(value: &T, form: Form, listener: P) -> Result<(), WalkEnd> {
    walk_at(value, Depth { form, left: MOST_LEVELS }, listener)
}

fn walk_at<T: Serialize + ?Sized, P: Listener>(value: &T, level: Depth, listener: P) -> Result<(), WalkEnd> {
    value.serialize(ShapeSerializer { listener, level })
}

/// The most levels of a value, where each `Some` and each newtype is one too.
///
/// It keeps writing and reading from overflowing the stack: a thread has 2 MiB, and a debug build needs a few KiB of it for
/// each level.
pub(super) const MOST_LEVELS: usize = 320;

/// How many levels are left, and the form of the value.
#[derive(Clone, Copy)]
struct Depth {
    form: Form,
    left: usize,
}

impl Depth {
    fn inner(self) -> Result<Self, WalkEnd> {
        let left = self.left.checked_sub(1).ok_or(WalkEnd::TooDeep)?;
        Ok(Depth { left, ..self })
    }
}

/// Why a walk ended before the end of the value.
#[derive(Debug, thiserror::Error)]
pub(super) enum WalkEnd {
    /// The listener knows enough.
    #[error("the listener knows enough")]
    Enough,
    /// The value is nested deeper than is safe.
    #[error("it is nested deeper than {MOST_LEVELS} levels; keep deep data in a flat form, such as a `Vec`")]
    TooDeep,
    /// The value refused to be written.
    #[error("{0}")]
    Refused(String),
}

impl ser::Error for WalkEnd {
    fn custom<T: fmt::Display>(message: T) -> Self {
        WalkEnd::Refused(message.to_string())
    }
}

struct ShapeSerializer<P> {
    listener: P,
    level: Depth,
}

impl<P: Listener> ShapeSerializer<P> {
    /// A value with one part: `Some`, or a newtype.
    fn hold<T: Serialize + ?Sized>(self, kind: DataKind, value: &T) -> Result<(), WalkEnd> {
        let inner = self.listener.open(kind)?.part(PartLabel::At(0))?;
        walk_at(value, self.level.inner()?, inner)
    }

    /// The serializer for the content of a variant.
    fn variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<Self, WalkEnd> {
        let listener = self.listener.open(DataKind::Enum(name))?.part(PartLabel::Variant(index, variant))?;
        Ok(ShapeSerializer { listener, ..self })
    }

    fn elements(self, kind: DataKind, len: usize) -> Result<TupleSerializer<P>, WalkEnd> {
        Ok(TupleSerializer { whole: self.listener.open(kind)?, level: self.level.inner()?, len, written: 0 })
    }

    fn named(self, kind: DataKind) -> Result<StructSerializer<P>, WalkEnd> {
        let fields = FieldNames { written: 0, leaves_out: false, names: Hash::new() };
        Ok(StructSerializer { whole: self.listener.open(kind)?, level: self.level.inner()?, fields })
    }
}

macro_rules! leaves {
    ($($method:ident($type:ty) $kind:ident;)*) => {$(
        fn $method(self, _: $type) -> Result<(), WalkEnd> {
            self.listener.leaf(DataKind::$kind)
        }
    )*};
}

macro_rules! integers {
    ($($method:ident($type:ty) $kind:ident;)*) => {$(
        fn $method(self, number: $type) -> Result<(), WalkEnd> {
            self.listener.integer(DataKind::$kind, i64::try_from(number).ok())
        }
    )*};
}

impl<P: Listener> ser::Serializer for ShapeSerializer<P> {
    type Ok = ();
    type Error = WalkEnd;
    type SerializeSeq = SeqSerializer<P>;
    type SerializeTuple = TupleSerializer<P>;
    type SerializeTupleStruct = TupleSerializer<P>;
    type SerializeTupleVariant = TupleSerializer<P>;
    type SerializeMap = MapSerializer<P>;
    type SerializeStruct = StructSerializer<P>;
    type SerializeStructVariant = StructSerializer<P>;

    fn is_human_readable(&self) -> bool {
        self.level.form.is_human_readable()
    }

    leaves! {
        serialize_bool(bool) Bool;
        serialize_i128(i128) I128;
        serialize_u128(u128) U128;
        serialize_f32(f32) F32;
        serialize_f64(f64) F64;
        serialize_char(char) Char;
        serialize_str(&str) Str;
        serialize_bytes(&[u8]) Bytes;
    }

    integers! {
        serialize_i8(i8) I8;
        serialize_i16(i16) I16;
        serialize_i32(i32) I32;
        serialize_i64(i64) I64;
        serialize_u8(u8) U8;
        serialize_u16(u16) U16;
        serialize_u32(u32) U32;
        serialize_u64(u64) U64;
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), WalkEnd> {
        self.listener.leaf(DataKind::Str)
    }

    fn serialize_unit(self) -> Result<(), WalkEnd> {
        self.listener.leaf(DataKind::Unit)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), WalkEnd> {
        self.listener.leaf(DataKind::UnitStruct(name))
    }

    fn serialize_none(self) -> Result<(), WalkEnd> {
        self.listener.leaf(DataKind::Option)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WalkEnd> {
        self.hold(DataKind::Option, value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), WalkEnd> {
        self.hold(DataKind::Newtype(name), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<SeqSerializer<P>, WalkEnd> {
        let item = self.listener.open(DataKind::Seq)?.part(PartLabel::At(0))?;
        Ok(SeqSerializer { item, level: self.level.inner()?, written: false })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MapSerializer<P>, WalkEnd> {
        let whole = self.listener.open(DataKind::Map)?;
        Ok(MapSerializer {
            key: whole.part(PartLabel::At(0))?,
            value: whole.part(PartLabel::At(1))?,
            level: self.level.inner()?,
        })
    }

    fn serialize_tuple(self, len: usize) -> Result<TupleSerializer<P>, WalkEnd> {
        self.elements(DataKind::Tuple(len), len)
    }

    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<TupleSerializer<P>, WalkEnd> {
        self.elements(DataKind::TupleStruct(name, len), len)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<StructSerializer<P>, WalkEnd> {
        self.named(DataKind::Struct(name))
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<(), WalkEnd> {
        self.variant(name, index, variant)?.listener.leaf(DataKind::UnitVariant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), WalkEnd> {
        self.variant(name, index, variant)?.hold(DataKind::NewtypeVariant, value)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<TupleSerializer<P>, WalkEnd> {
        self.variant(name, index, variant)?.elements(DataKind::TupleVariant(len), len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<StructSerializer<P>, WalkEnd> {
        self.variant(name, index, variant)?.named(DataKind::StructVariant)
    }
}

/// The items of a sequence, which share one place.
struct SeqSerializer<P> {
    item: P,
    level: Depth,
    written: bool,
}

impl<P: Listener> ser::SerializeSeq for SeqSerializer<P> {
    type Ok = ();
    type Error = WalkEnd;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkEnd> {
        if self.written && has_one_shape::<T>() {
            return Ok(());
        }
        self.written = true;
        walk_at(value, self.level, self.item)
    }

    fn end(self) -> Result<(), WalkEnd> {
        Ok(())
    }
}

/// Whether all values of a type have the same shape, so that one item of a long sequence is enough.
fn has_one_shape<T: ?Sized>() -> bool {
    fn is<T: ?Sized, U: ?Sized + 'static>() -> bool {
        let it = typeid::of::<T>();
        it == TypeId::of::<U>() || it == TypeId::of::<&'static U>()
    }
    is::<T, u8>()
        || is::<T, u16>()
        || is::<T, u32>()
        || is::<T, u64>()
        || is::<T, i32>()
        || is::<T, i64>()
        || is::<T, f32>()
        || is::<T, f64>()
        || is::<T, String>()
        || is::<T, str>()
}

/// The entries of a map. All keys share one place, and all values another.
struct MapSerializer<P> {
    key: P,
    value: P,
    level: Depth,
}

impl<P: Listener> ser::SerializeMap for MapSerializer<P> {
    type Ok = ();
    type Error = WalkEnd;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WalkEnd> {
        walk_at(key, self.level, self.key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkEnd> {
        walk_at(value, self.level, self.value)
    }

    fn end(self) -> Result<(), WalkEnd> {
        Ok(())
    }
}

/// The elements of a tuple, each with its own place.
struct TupleSerializer<P> {
    whole: P,
    level: Depth,
    len: usize,
    written: usize,
}

impl<P: Listener> TupleSerializer<P> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkEnd> {
        let listener = self.whole.part(PartLabel::element(self.written, self.len))?;
        self.written += 1;
        walk_at(value, self.level, listener)
    }

    fn finish(self) -> Result<(), WalkEnd> {
        if self.written == self.len {
            return Ok(());
        }
        Err(WalkEnd::Refused(format!("a tuple of {} elements wrote {}", self.len, self.written)))
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident;)*) => {$(
        impl<P: Listener> ser::$trait for TupleSerializer<P> {
            type Ok = ();
            type Error = WalkEnd;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkEnd> {
                self.element(value)
            }

            fn end(self) -> Result<(), WalkEnd> {
                self.finish()
            }
        }
    )*};
}

elements! {
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// The fields of a struct, each with its own place.
struct StructSerializer<P> {
    whole: P,
    level: Depth,
    fields: FieldNames,
}

impl<P: Listener> StructSerializer<P> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), WalkEnd> {
        let listener = self.whole.part(PartLabel::Field(self.fields.written, name))?;
        self.fields.written += 1;
        self.fields.names = self.fields.names.text(name);
        walk_at(value, self.level, listener)
    }

    fn leave_out(&mut self, name: &'static str) {
        self.fields.leaves_out = true;
        self.fields.names = self.fields.names.text(name);
    }
}

macro_rules! named {
    ($($trait:ident)*) => {$(
        impl<P: Listener> ser::$trait for StructSerializer<P> {
            type Ok = ();
            type Error = WalkEnd;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), WalkEnd> {
                self.field(name, value)
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), WalkEnd> {
                self.leave_out(name);
                Ok(())
            }

            fn end(self) -> Result<(), WalkEnd> {
                self.whole.fields(self.fields)
            }
        }
    )*};
}

named! { SerializeStruct SerializeStructVariant }
