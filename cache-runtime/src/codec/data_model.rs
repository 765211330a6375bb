//! serde's data model: the kinds of values, and the parts that they have.

use super::hash::Hash;

/// The name of a type, a field or a variant, as serde passes it on.
pub(crate) type Name = &'static str;

/// The two forms of a type: many types, such as UUIDs and addresses, have a compact and a readable one.
///
/// Bincode uses the compact form. MessagePack uses the readable one although it is binary, because serde always reads the
/// readable form from its buffers (`flatten`, `untagged`, `tag`).
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

/// The kind of a value, with its name and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum DataKind {
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
    UnitStruct(Name),
    Option,
    Newtype(Name),
    Seq,
    Map,
    Tuple(usize),
    TupleStruct(Name, usize),
    Struct(Name),
    Enum(Name),
    UnitVariant,
    NewtypeVariant,
    TupleVariant(usize),
    StructVariant,
}

impl DataKind {
    /// Whether a value of this kind can be a number of the store, which is an `i64`.
    pub(super) const fn is_integer(self) -> bool {
        use DataKind::*;
        matches!(self, I8 | I16 | I32 | I64 | I128 | U8 | U16 | U32 | U64 | U128)
    }

    /// Whether its parts have names: fields or variants.
    pub(super) const fn has_names(self) -> bool {
        matches!(self, DataKind::Struct(_) | DataKind::StructVariant | DataKind::Enum(_))
    }

    /// Whether the parts of this kind are known by its name alone, wherever it is used.
    pub(super) const fn is_named(self) -> bool {
        matches!(self, DataKind::Newtype(_) | DataKind::TupleStruct(..) | DataKind::Struct(_) | DataKind::Enum(_))
    }

    /// A hash that is the same in every build, because entries hold it.
    pub(super) const fn hash(self) -> Hash {
        let (word, name, len) = self.words();
        if name.is_empty() && len == 0 {
            return Hash::new().number(word);
        }
        Hash::new().number(word).text(name).number(len as u64)
    }

    /// These numbers must never change.
    const fn words(self) -> (u64, Name, usize) {
        match self {
            DataKind::Bool => (1, "", 0),
            DataKind::I8 => (2, "", 0),
            DataKind::I16 => (3, "", 0),
            DataKind::I32 => (4, "", 0),
            DataKind::I64 => (5, "", 0),
            DataKind::I128 => (6, "", 0),
            DataKind::U8 => (7, "", 0),
            DataKind::U16 => (8, "", 0),
            DataKind::U32 => (9, "", 0),
            DataKind::U64 => (10, "", 0),
            DataKind::U128 => (11, "", 0),
            DataKind::F32 => (12, "", 0),
            DataKind::F64 => (13, "", 0),
            DataKind::Char => (14, "", 0),
            DataKind::Str => (15, "", 0),
            DataKind::Bytes => (16, "", 0),
            DataKind::Unit => (17, "", 0),
            DataKind::UnitStruct(name) => (18, name, 0),
            DataKind::Option => (19, "", 0),
            DataKind::Newtype(name) => (20, name, 0),
            DataKind::Seq => (21, "", 0),
            DataKind::Map => (22, "", 0),
            DataKind::Tuple(len) => (23, "", len),
            DataKind::TupleStruct(name, len) => (24, name, len),
            DataKind::Struct(name) => (25, name, 0),
            DataKind::Enum(name) => (26, name, 0),
            DataKind::UnitVariant => (27, "", 0),
            DataKind::NewtypeVariant => (28, "", 0),
            DataKind::TupleVariant(len) => (29, "", len),
            DataKind::StructVariant => (30, "", 0),
        }
    }
}

/// A part of a value.
#[derive(Clone, Copy)]
pub(super) struct PartLabel {
    /// The content of `Some` or of a newtype, the items of a sequence, and the keys of a map are at 0; the values of a map
    /// are at 1.
    pub(super) index: usize,
    /// The name of a field or a variant.
    pub(super) name: Option<Name>,
}

impl PartLabel {
    pub(super) fn at(index: usize) -> Self {
        PartLabel { index, name: None }
    }

    pub(super) fn named(index: usize, name: Name) -> Self {
        PartLabel { index, name: Some(name) }
    }

    /// An element of a tuple. A longer tuple is an array, whose elements are all alike.
    pub(super) fn element(index: usize, len: usize) -> Self {
        PartLabel::at(if len > LONGEST_TUPLE { 0 } else { index })
    }

    /// A hash of the name if there is one, because a number may mean another field in another release.
    pub(super) fn hash(self) -> Hash {
        self.name.map_or_else(|| Hash::new().number(self.index as u64), |name| Hash::new().text(name))
    }
}

/// The most elements of a tuple that are distinguished.
pub(super) const LONGEST_TUPLE: usize = 32;
