//! A serializer that writes nothing, but describes the shape of a value to a listener.

use std::any::{TypeId, type_name};
use std::fmt::Display;

use serde::ser::{self, Serialize};

use crate::codec::data_model::{DataKind, Form, Name, PartLabel};
use crate::codec::hash::Hash;

/// A listener at one place of a value. Its errors end the walk.
pub(crate) trait Listener: Copy {
    /// Whether it needs all items of a list, even if they all have the same shape.
    const NEEDS_ALL_ITEMS: bool = false;

    /// A value of the type of this name is here.
    fn of_type(self, _type_name: Name) {}

    /// A value without parts is here.
    fn leaf(self, kind: DataKind, content: Content<'_>) -> Walked;

    /// A value with parts is here. The parts come next.
    fn open(self, kind: DataKind) -> Walked<Self>;

    /// The listener for a part of the value that was opened here.
    fn part(self, label: PartLabel) -> Walked<Self>;

    /// The struct that was opened here leaves out a field, as `skip_serializing_if` has it.
    fn skipped(self, _field: Name) {}

    /// The value that was opened here ends; a struct had these fields. Enums do not end.
    fn close(self, _fields: FieldNames) -> Walked {
        Ok(())
    }
}

/// What a value without parts contains.
#[derive(Clone, Copy)]
pub(crate) enum Content<'a> {
    Nothing,
    /// A whole number, or the bits of another one.
    Number(i128),
    Text(&'a dyn Display),
    Bytes(&'a [u8]),
}

/// The fields of a struct.
#[derive(Clone, Copy)]
pub(crate) struct FieldNames {
    /// How many were written.
    pub(super) written: usize,
    /// Whether others were left out.
    pub(super) leaves_out: bool,
    /// A hash of all names in order, including those left out.
    pub(super) names: Hash,
    /// Whether the value is larger than its fields, so that it has some that serde never sees (`#[serde(skip)]`).
    pub(crate) hides_some: bool,
}

impl FieldNames {
    const NONE: FieldNames = FieldNames { written: 0, leaves_out: false, names: Hash::new(), hides_some: false };
}

/// Describes a value in one of its forms to a listener.
pub(crate) fn walk<T: Serialize + ?Sized, P: Listener>(value: &T, form: Form, listener: P) -> Walked {
    let footprint = Footprint::of(value);
    listener.of_type(footprint.type_name);
    value.serialize(Walker { listener, form, levels_left: MOST_LEVELS, footprint })
}

/// The size of a value in memory.
#[derive(Clone, Copy)]
struct Footprint {
    type_name: &'static str,
    size: usize,
    align: usize,
}

impl Footprint {
    fn of<T: ?Sized>(value: &T) -> Self {
        Footprint { type_name: type_name::<T>(), size: size_of_val(value), align: align_of_val(value) }
    }

    /// That of an item, if the value is a slice of so many. Of a `Vec` it cannot be known.
    fn of_item(self, len: usize) -> Option<Self> {
        let type_name = self.type_name.strip_prefix('[')?.strip_suffix(']')?;
        Some(Footprint { type_name, size: self.size.checked_div(len)?, ..self })
    }

    /// Whether the value, of the type named `name`, is larger than its parts, padding aside. A type of another name, such
    /// as `Box`, only holds the value.
    fn exceeds(self, name: Name, parts: usize) -> bool {
        self.size > parts && {
            let path = self.type_name.split('<').next().unwrap_or_default();
            path.rsplit("::").next() == Some(name) && !path.starts_with('&')
        }
    }
}

/// The most levels of a value, where each `Some` and each newtype is one too.
///
/// It keeps writing and reading from overflowing the stack: a thread has 2 MiB, and a debug build needs a few KiB of it for
/// each level.
pub(crate) const MOST_LEVELS: usize = 320;

pub(crate) type Walked<T = ()> = Result<T, WalkEnd>;

/// Why a walk ended before the end of the value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WalkEnd {
    #[error("the listener knows enough")]
    Enough,
    #[error("it is nested deeper than {MOST_LEVELS} levels; keep deep data in a flat form, such as a `Vec`")]
    TooDeep,
    /// The value refused to be written.
    #[error("{0}")]
    Refused(String),
}

impl ser::Error for WalkEnd {
    fn custom<T: Display>(message: T) -> Self {
        WalkEnd::Refused(message.to_string())
    }
}

#[derive(Clone, Copy)]
struct Walker<P> {
    listener: P,
    form: Form,
    levels_left: usize,
    /// That of the value which is walked.
    footprint: Footprint,
}

impl<P: Listener> Walker<P> {
    /// Walks a part of the value that was opened here.
    fn part<T: Serialize + ?Sized>(self, label: PartLabel, value: &T) -> Walked {
        self.sized_part(label, value, Footprint::of(value))
    }

    fn sized_part<T: Serialize + ?Sized>(self, label: PartLabel, value: &T, footprint: Footprint) -> Walked {
        let listener = self.listener.part(label)?;
        listener.of_type(footprint.type_name);
        value.serialize(Walker { listener, footprint, ..self })
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        let levels_left = self.levels_left.checked_sub(1).ok_or(WalkEnd::TooDeep)?;
        Ok(Walker { listener: self.listener.open(kind)?, levels_left, ..self })
    }

    /// A value with one part: `Some`, or a newtype.
    fn hold<T: Serialize + ?Sized>(self, kind: DataKind, value: &T) -> Walked {
        let whole = self.open(kind)?;
        whole.part(PartLabel::at(0), value)?;
        whole.listener.close(FieldNames::NONE)
    }

    /// The walker for the content of a variant.
    fn variant(self, name: Name, index: u32, variant: Name) -> Walked<Self> {
        let listener = self.listener.open(DataKind::Enum(name))?.part(PartLabel::named(index as usize, variant))?;
        Ok(Walker { listener, ..self })
    }

    fn parts(self, kind: DataKind, len: Option<usize>) -> Walked<PartWalker<P>> {
        let name = match kind {
            DataKind::Struct(name) | DataKind::TupleStruct(name, _) => Some(name),
            _ => None,
        };
        Ok(PartWalker { whole: self.open(kind)?, len, item: None, fields: FieldNames::NONE, name, size: 0 })
    }
}

macro_rules! leaves {
    ($($method:ident($content:ident: $type:ty) $kind:ident $expression:expr;)*) => {$(
        fn $method(self, $content: $type) -> Walked {
            self.listener.leaf(DataKind::$kind, $expression)
        }
    )*};
}

impl<P: Listener> ser::Serializer for Walker<P> {
    type Ok = ();
    type Error = WalkEnd;
    type SerializeSeq = PartWalker<P>;
    type SerializeTuple = PartWalker<P>;
    type SerializeTupleStruct = PartWalker<P>;
    type SerializeTupleVariant = PartWalker<P>;
    type SerializeMap = PartWalker<P>;
    type SerializeStruct = PartWalker<P>;
    type SerializeStructVariant = PartWalker<P>;

    fn is_human_readable(&self) -> bool {
        self.form.is_human_readable()
    }

    leaves! {
        serialize_bool(it: bool) Bool Content::Number(it.into());
        serialize_i8(it: i8) I8 Content::Number(it.into());
        serialize_i16(it: i16) I16 Content::Number(it.into());
        serialize_i32(it: i32) I32 Content::Number(it.into());
        serialize_i64(it: i64) I64 Content::Number(it.into());
        serialize_i128(it: i128) I128 Content::Number(it);
        serialize_u8(it: u8) U8 Content::Number(it.into());
        serialize_u16(it: u16) U16 Content::Number(it.into());
        serialize_u32(it: u32) U32 Content::Number(it.into());
        serialize_u64(it: u64) U64 Content::Number(it.into());
        serialize_u128(it: u128) U128 Content::Number(it.cast_signed());
        serialize_f32(it: f32) F32 Content::Number(it.to_bits().into());
        serialize_f64(it: f64) F64 Content::Number(it.to_bits().into());
        serialize_char(it: char) Char Content::Text(&it);
        serialize_str(it: &str) Str Content::Text(&it);
        serialize_bytes(it: &[u8]) Bytes Content::Bytes(it);
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Walked {
        self.listener.leaf(DataKind::Str, Content::Text(&text))
    }

    fn serialize_unit(self) -> Walked {
        self.listener.leaf(DataKind::Unit, Content::Nothing)
    }

    fn serialize_unit_struct(self, name: Name) -> Walked {
        self.listener.leaf(DataKind::UnitStruct(name), Content::Nothing)
    }

    fn serialize_none(self) -> Walked {
        self.listener.leaf(DataKind::Option, Content::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Walked {
        self.hold(DataKind::Option, value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: Name, value: &T) -> Walked {
        self.hold(DataKind::Newtype(name), value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Walked<PartWalker<P>> {
        let item = len.and_then(|len| self.footprint.of_item(len));
        Ok(PartWalker { item, ..self.parts(DataKind::Seq, None)? })
    }

    fn serialize_map(self, _: Option<usize>) -> Walked<PartWalker<P>> {
        self.parts(DataKind::Map, None)
    }

    fn serialize_tuple(self, len: usize) -> Walked<PartWalker<P>> {
        self.parts(DataKind::Tuple(len), Some(len))
    }

    fn serialize_tuple_struct(self, name: Name, len: usize) -> Walked<PartWalker<P>> {
        self.parts(DataKind::TupleStruct(name, len), Some(len))
    }

    fn serialize_struct(self, name: Name, _: usize) -> Walked<PartWalker<P>> {
        self.parts(DataKind::Struct(name), None)
    }

    fn serialize_unit_variant(self, name: Name, index: u32, variant: Name) -> Walked {
        self.variant(name, index, variant)?.listener.leaf(DataKind::UnitVariant, Content::Nothing)
    }

    fn serialize_newtype_variant<T>(self, name: Name, index: u32, variant: Name, value: &T) -> Walked
    where
        T: Serialize + ?Sized,
    {
        self.variant(name, index, variant)?.hold(DataKind::NewtypeVariant, value)
    }

    fn serialize_tuple_variant(self, name: Name, index: u32, variant: Name, len: usize) -> Walked<PartWalker<P>> {
        self.variant(name, index, variant)?.parts(DataKind::TupleVariant(len), Some(len))
    }

    fn serialize_struct_variant(self, name: Name, index: u32, variant: Name, _: usize) -> Walked<PartWalker<P>> {
        self.variant(name, index, variant)?.parts(DataKind::StructVariant, None)
    }
}

/// The parts of a value, one after the other.
struct PartWalker<P> {
    whole: Walker<P>,
    /// How many parts a tuple must have.
    len: Option<usize>,
    /// The size of each item of a slice. An item itself is written behind a reference.
    item: Option<Footprint>,
    fields: FieldNames,
    /// The name of a struct.
    name: Option<Name>,
    /// The size of the parts so far, with the most padding that the compiler or `repr(C)` may put between them.
    size: usize,
}

impl<P: Listener> PartWalker<P> {
    /// An item of a list, or an element of a tuple.
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        let position = self.fields.written;
        if self.len.is_none() && position > 0 && !P::NEEDS_ALL_ITEMS && has_one_shape::<T>() {
            return Ok(());
        }
        self.fields.written += 1;
        self.add_size(value);
        let label = self.len.map_or(PartLabel::at(0), |len| PartLabel::element(position, len));
        self.whole.sized_part(label, value, self.item.unwrap_or_else(|| Footprint::of(value)))
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Walked {
        let label = PartLabel::named(self.fields.written, name);
        self.fields.written += 1;
        self.fields.names = self.fields.names.text(name);
        self.add_size(value);
        self.whole.part(label, value)
    }

    fn add_size<T: ?Sized>(&mut self, value: &T) {
        if self.name.is_some() {
            let size = if is_field::<T>() { size_of_val(value) } else { usize::MAX / 2 };
            let padded = size.next_multiple_of(self.whole.footprint.align.max(1));
            self.size = self.size.saturating_add(padded);
        }
    }

    fn finish(mut self) -> Walked {
        let written = self.fields.written;
        let is_larger = |name| self.whole.footprint.exceeds(name, self.size);
        self.fields.hides_some = !self.fields.leaves_out && self.name.is_some_and(is_larger);
        match self.len {
            Some(len) if len != written => Err(WalkEnd::Refused(format!("a tuple of {len} elements wrote {written}"))),
            _ => self.whole.listener.close(self.fields),
        }
    }
}

/// Whether a part is surely a field itself: what `#[serde(with)]` and hand-written code pass may stand elsewhere.
fn is_field<T: ?Sized>() -> bool {
    let name = type_name::<T>();
    let by_with = name.ends_with("__SerializeWith") || (name.ends_with('>') && name.contains("__SerializeWith<"));
    !by_with && !name.starts_with(['&', '[']) && name != "str"
}

/// Whether all values of a type have the same shape, so that one item of a long list is enough.
fn has_one_shape<T: ?Sized>() -> bool {
    macro_rules! is_one_of {
        ($($type:ty)*) => {
            [$(TypeId::of::<$type>(), TypeId::of::<&'static $type>()),*].contains(&typeid::of::<T>())
        };
    }
    is_one_of!(u8 u16 u32 u64 i32 i64 f32 f64 String str)
}

macro_rules! elements {
    ($($trait:ident $method:ident;)*) => {$(
        impl<P: Listener> ser::$trait for PartWalker<P> {
            type Ok = ();
            type Error = WalkEnd;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
                self.element(value)
            }

            fn end(self) -> Walked {
                self.finish()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

impl<P: Listener> ser::SerializeMap for PartWalker<P> {
    type Ok = ();
    type Error = WalkEnd;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Walked {
        self.whole.part(PartLabel::at(0), key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        self.whole.part(PartLabel::at(1), value)
    }

    fn end(self) -> Walked {
        self.finish()
    }
}

macro_rules! fields {
    ($($trait:ident)*) => {$(
        impl<P: Listener> ser::$trait for PartWalker<P> {
            type Ok = ();
            type Error = WalkEnd;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Walked {
                self.field(name, value)
            }

            fn skip_field(&mut self, name: Name) -> Walked {
                self.fields.leaves_out = true;
                self.whole.listener.skipped(name);
                self.fields.names = self.fields.names.text(name);
                Ok(())
            }

            fn end(self) -> Walked {
                self.finish()
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }
