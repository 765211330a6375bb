//! A serializer that writes nothing: it tells a listener what stands where in a value.

use std::any::TypeId;
use std::fmt;

use serde::ser::{self, Serialize};

use super::hash::Hash;
use super::kind::{Form, Kind, Label};

/// A place in a value, which hears what stands there. An error ends the walk.
pub(super) trait Place: Copy {
    /// Something without parts stands here.
    fn leaf(self, kind: Kind) -> Result<(), Stop>;

    /// A whole number stands here; `None` if it is beyond `i64`.
    fn integer(self, kind: Kind, _number: Option<i64>) -> Result<(), Stop> {
        self.leaf(kind)
    }

    /// Something with parts stands here, and is told of next.
    fn open(self, kind: Kind) -> Result<Self, Stop>;

    /// The place of a part, of what was opened here.
    fn part(self, label: Label) -> Result<Self, Stop>;

    /// These were the fields of the struct that was opened here.
    fn fields(self, _fields: Fields) -> Result<(), Stop> {
        Ok(())
    }
}

/// The fields that a struct named while it was written.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// How many were written.
    pub(super) written: usize,
    /// Whether it named some that it left out.
    pub(super) leaves_out: bool,
    /// Of all names in order, also of those left out.
    pub(super) names: Hash,
}

/// Tells `place` what a value says of itself in one of its forms.
pub(super) fn tell<T: Serialize + ?Sized, P: Place>(value: &T, form: Form, place: P) -> Result<(), Stop> {
    tell_at(value, Level { form, left: MOST_LEVELS }, place)
}

fn tell_at<T: Serialize + ?Sized, P: Place>(value: &T, level: Level, place: P) -> Result<(), Stop> {
    value.serialize(Outline { place, level })
}

/// So many levels a value may have, each `Some` and each newtype being one, so that neither writing nor reading it
/// overflows the stack: a thread has 2 MiB, and a debug build spends a few KiB of them on a level.
pub(super) const MOST_LEVELS: usize = 320;

/// How deep in a value, and in which form it tells of itself.
#[derive(Clone, Copy)]
struct Level {
    form: Form,
    left: usize,
}

impl Level {
    fn inner(self) -> Result<Self, Stop> {
        let left = self.left.checked_sub(1).ok_or(Stop::TooDeep)?;
        Ok(Level { left, ..self })
    }
}

/// Why a walk ended before the end of the value.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// The listener had heard enough.
    #[error("no more is asked")]
    Enough,
    /// The value is nested deeper than is safe.
    #[error("it is nested deeper than {MOST_LEVELS} levels; keep what is deep in a flat form, such as a `Vec`")]
    TooDeep,
    /// The value would not be written.
    #[error("{0}")]
    Refused(String),
}

impl ser::Error for Stop {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Stop::Refused(message.to_string())
    }
}

struct Outline<P> {
    place: P,
    level: Level,
}

impl<P: Place> Outline<P> {
    /// What holds one thing: `Some`, a newtype.
    fn hold<T: Serialize + ?Sized>(self, kind: Kind, value: &T) -> Result<(), Stop> {
        let inner = self.place.open(kind)?.part(Label::At(0))?;
        tell_at(value, self.level.inner()?, inner)
    }

    /// The place of a variant's content.
    fn variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<Self, Stop> {
        let place = self.place.open(Kind::Enum(name))?.part(Label::Variant(index, variant))?;
        Ok(Outline { place, ..self })
    }

    fn elements(self, kind: Kind, len: usize) -> Result<Elements<P>, Stop> {
        Ok(Elements { whole: self.place.open(kind)?, level: self.level.inner()?, len, told: 0 })
    }

    fn named(self, kind: Kind) -> Result<Named<P>, Stop> {
        let fields = Fields { written: 0, leaves_out: false, names: Hash::new() };
        Ok(Named { whole: self.place.open(kind)?, level: self.level.inner()?, fields })
    }
}

macro_rules! leaves {
    ($($method:ident($type:ty) $kind:ident;)*) => {$(
        fn $method(self, _: $type) -> Result<(), Stop> {
            self.place.leaf(Kind::$kind)
        }
    )*};
}

macro_rules! integers {
    ($($method:ident($type:ty) $kind:ident;)*) => {$(
        fn $method(self, number: $type) -> Result<(), Stop> {
            self.place.integer(Kind::$kind, i64::try_from(number).ok())
        }
    )*};
}

impl<P: Place> ser::Serializer for Outline<P> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Items<P>;
    type SerializeTuple = Elements<P>;
    type SerializeTupleStruct = Elements<P>;
    type SerializeTupleVariant = Elements<P>;
    type SerializeMap = Pairs<P>;
    type SerializeStruct = Named<P>;
    type SerializeStructVariant = Named<P>;

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

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), Stop> {
        self.place.leaf(Kind::Str)
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        self.place.leaf(Kind::Unit)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), Stop> {
        self.place.leaf(Kind::UnitStruct(name))
    }

    fn serialize_none(self) -> Result<(), Stop> {
        self.place.leaf(Kind::Option)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        self.hold(Kind::Option, value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), Stop> {
        self.hold(Kind::Newtype(name), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<P>, Stop> {
        let item = self.place.open(Kind::Seq)?.part(Label::At(0))?;
        Ok(Items { item, level: self.level.inner()?, told: false })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Pairs<P>, Stop> {
        let whole = self.place.open(Kind::Map)?;
        Ok(Pairs { key: whole.part(Label::At(0))?, value: whole.part(Label::At(1))?, level: self.level.inner()? })
    }

    fn serialize_tuple(self, len: usize) -> Result<Elements<P>, Stop> {
        self.elements(Kind::Tuple(len), len)
    }

    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<Elements<P>, Stop> {
        self.elements(Kind::TupleStruct(name, len), len)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Named<P>, Stop> {
        self.named(Kind::Struct(name))
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<(), Stop> {
        self.variant(name, index, variant)?.place.leaf(Kind::UnitVariant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.variant(name, index, variant)?.hold(Kind::NewtypeVariant, value)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Elements<P>, Stop> {
        self.variant(name, index, variant)?.elements(Kind::TupleVariant(len), len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Named<P>, Stop> {
        self.variant(name, index, variant)?.named(Kind::StructVariant)
    }
}

/// The items of a sequence: one place for all.
struct Items<P> {
    item: P,
    level: Level,
    told: bool,
}

impl<P: Place> ser::SerializeSeq for Items<P> {
    type Ok = ();
    type Error = Stop;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        if self.told && says_always_the_same::<T>() {
            return Ok(());
        }
        self.told = true;
        tell_at(value, self.level, self.item)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

/// Whether all values of a type say the same, so that one of a long sequence is enough.
fn says_always_the_same<T: ?Sized>() -> bool {
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

/// The keys and values of a map: one place for all keys, one for all values.
struct Pairs<P> {
    key: P,
    value: P,
    level: Level,
}

impl<P: Place> ser::SerializeMap for Pairs<P> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        tell_at(key, self.level, self.key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        tell_at(value, self.level, self.value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

/// The elements of a tuple, each with its place.
struct Elements<P> {
    whole: P,
    level: Level,
    len: usize,
    told: usize,
}

impl<P: Place> Elements<P> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let place = self.whole.part(Label::element(self.told, self.len))?;
        self.told += 1;
        tell_at(value, self.level, place)
    }

    fn finish(self) -> Result<(), Stop> {
        if self.told == self.len {
            return Ok(());
        }
        Err(Stop::Refused(format!("a tuple of {} elements wrote {}", self.len, self.told)))
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident;)*) => {$(
        impl<P: Place> ser::$trait for Elements<P> {
            type Ok = ();
            type Error = Stop;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                self.element(value)
            }

            fn end(self) -> Result<(), Stop> {
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

/// The fields of a struct, each with its place.
struct Named<P> {
    whole: P,
    level: Level,
    fields: Fields,
}

impl<P: Place> Named<P> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Stop> {
        let place = self.whole.part(Label::Field(self.fields.written, name))?;
        self.fields.written += 1;
        self.fields.names = self.fields.names.text(name);
        tell_at(value, self.level, place)
    }

    fn leave_out(&mut self, name: &'static str) {
        self.fields.leaves_out = true;
        self.fields.names = self.fields.names.text(name);
    }
}

macro_rules! named {
    ($($trait:ident)*) => {$(
        impl<P: Place> ser::$trait for Named<P> {
            type Ok = ();
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Stop> {
                self.field(name, value)
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), Stop> {
                self.leave_out(name);
                Ok(())
            }

            fn end(self) -> Result<(), Stop> {
                self.whole.fields(self.fields)
            }
        }
    )*};
}

named! { SerializeStruct SerializeStructVariant }
