//! The words of serde's data model: a value says them when it is written, a type when it is read.

use super::hash::Hash;

/// Which of its two forms a type is asked for: many, such as UUIDs and addresses, have a short and a readable one.
///
/// Bincode takes the compact form. MessagePack takes the readable one, although it is binary, because where serde
/// buffers a value (`flatten`, `untagged`, `tag`) it always reads the readable one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Compact,
    Readable,
}

impl Form {
    pub(super) fn is_human_readable(self) -> bool {
        self == Form::Readable
    }
}

/// What stands at a place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
    Char,
    Str,
    Bytes,
    Unit,
    UnitStruct(&'static str),
    Option,
    Newtype(&'static str),
    Seq,
    Map,
    Tuple(usize),
    TupleStruct(&'static str, usize),
    Struct(&'static str),
    Enum(&'static str),
    UnitVariant,
    NewtypeVariant,
    TupleVariant(usize),
    StructVariant,
}

impl Kind {
    /// Whether this can be a number of the store, which are those of `i64`.
    pub(super) fn is_integer(self) -> bool {
        use Kind::*;
        matches!(self, I8 | I16 | I32 | I64 | I128 | U8 | U16 | U32 | U64 | U128)
    }

    /// Whether what is inside may be looked up by the name alone, wherever it stands.
    pub(super) const fn is_named(self) -> bool {
        matches!(self, Kind::Newtype(_) | Kind::TupleStruct(..) | Kind::Struct(_) | Kind::Enum(_))
    }

    /// The same in every build: it is written into entries.
    pub(super) const fn hash(self) -> Hash {
        let (word, name, len) = self.words();
        if name.is_empty() && len == 0 {
            return Hash::new().number(word);
        }
        Hash::new().number(word).text(name).number(len as u64)
    }

    /// These numbers stand for ever.
    const fn words(self) -> (u64, &'static str, usize) {
        match self {
            Kind::Bool => (1, "", 0),
            Kind::I8 => (2, "", 0),
            Kind::I16 => (3, "", 0),
            Kind::I32 => (4, "", 0),
            Kind::I64 => (5, "", 0),
            Kind::I128 => (6, "", 0),
            Kind::U8 => (7, "", 0),
            Kind::U16 => (8, "", 0),
            Kind::U32 => (9, "", 0),
            Kind::U64 => (10, "", 0),
            Kind::U128 => (11, "", 0),
            Kind::F32 => (12, "", 0),
            Kind::F64 => (13, "", 0),
            Kind::Char => (14, "", 0),
            Kind::Str => (15, "", 0),
            Kind::Bytes => (16, "", 0),
            Kind::Unit => (17, "", 0),
            Kind::UnitStruct(name) => (18, name, 0),
            Kind::Option => (19, "", 0),
            Kind::Newtype(name) => (20, name, 0),
            Kind::Seq => (21, "", 0),
            Kind::Map => (22, "", 0),
            Kind::Tuple(len) => (23, "", len),
            Kind::TupleStruct(name, len) => (24, name, len),
            Kind::Struct(name) => (25, name, 0),
            Kind::Enum(name) => (26, name, 0),
            Kind::UnitVariant => (27, "", 0),
            Kind::NewtypeVariant => (28, "", 0),
            Kind::TupleVariant(len) => (29, "", len),
            Kind::StructVariant => (30, "", 0),
        }
    }
}

/// Which part of a whole is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// An element by its number; what `Some` or a newtype holds, the items of a sequence and the keys of a map are
    /// at 0, the values of a map at 1.
    At(usize),
    /// A field, with how many were written before it.
    Field(usize, &'static str),
    /// A variant, with its number.
    Variant(u32, &'static str),
}

impl Label {
    /// An element of a tuple. The elements of a longer one, which is an array, are all alike.
    pub(super) fn element(index: usize, len: usize) -> Self {
        Label::At(if len > LONGEST_TUPLE { 0 } else { index })
    }

    /// By name where there is one: a number may stand for another field in another release.
    pub(super) fn hash(self) -> Hash {
        match self {
            Label::At(index) => Hash::new().number(index as u64),
            Label::Field(_, name) | Label::Variant(_, name) => Hash::new().text(name),
        }
    }
}

/// So many elements are looked at one by one.
pub(super) const LONGEST_TUPLE: usize = 32;
