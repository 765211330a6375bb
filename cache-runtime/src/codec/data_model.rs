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
    pub(crate) fn is_human_readable(self) -> bool {
        self == Form::Readable
    }
}

macro_rules! data_kinds {
    ($($kind:ident $(($($part:ty),*))? = $number:literal,)*) => {
        /// The kind of a value, with its name and length.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum DataKind {
            $($kind $(($($part),*))?,)*
        }

        impl DataKind {
            const fn number(self) -> u64 {
                match self {
                    $(DataKind::$kind { .. } => $number,)*
                }
            }
        }
    };
}

// These numbers are in fingerprints and must never change.
data_kinds! {
    Bool = 1, I8 = 2, I16 = 3, I32 = 4, I64 = 5, I128 = 6, U8 = 7, U16 = 8, U32 = 9, U64 = 10, U128 = 11,
    F32 = 12, F64 = 13, Char = 14, Str = 15, Bytes = 16, Unit = 17, UnitStruct(Name) = 18,
    Option = 19, Newtype(Name) = 20, Seq = 21, Map = 22, Tuple(usize) = 23, TupleStruct(Name, usize) = 24,
    Struct(Name) = 25, Enum(Name) = 26,
    UnitVariant = 27, NewtypeVariant = 28, TupleVariant(usize) = 29, StructVariant = 30,
}

impl DataKind {
    /// Whether a value of this kind can be a number of the store, which is an `i64`.
    pub(crate) const fn is_integer(self) -> bool {
        use DataKind::*;
        matches!(self, I8 | I16 | I32 | I64 | I128 | U8 | U16 | U32 | U64 | U128)
    }

    /// Whether its parts have names: fields or variants.
    pub(crate) const fn has_names(self) -> bool {
        matches!(self, DataKind::Struct(_) | DataKind::StructVariant | DataKind::Enum(_))
    }

    /// Whether the parts of this kind are known by its name alone, wherever it is used.
    pub(crate) const fn is_named(self) -> bool {
        matches!(self, DataKind::Newtype(_) | DataKind::TupleStruct(..) | DataKind::Struct(_) | DataKind::Enum(_))
    }

    /// A hash that is the same in every build, because entries hold it.
    pub(crate) const fn hash(self) -> Hash {
        let (name, len) = match self {
            DataKind::UnitStruct(name) | DataKind::Newtype(name) | DataKind::Struct(name) | DataKind::Enum(name) => {
                (name, 0)
            }
            DataKind::Tuple(len) | DataKind::TupleVariant(len) => ("", len),
            DataKind::TupleStruct(name, len) => (name, len),
            _ => ("", 0),
        };
        let hash = Hash::new().number(self.number());
        if name.is_empty() && len == 0 { hash } else { hash.text(name).number(len as u64) }
    }
}

/// A set of kinds, whatever their names and lengths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindSet(u32);

impl KindSet {
    pub(crate) const NONE: KindSet = KindSet(0);

    pub(crate) fn of(kind: DataKind) -> Self {
        KindSet(1 << kind.number())
    }

    pub(crate) fn and(self, other: Self) -> Self {
        KindSet(self.0 | other.0)
    }

    pub(crate) fn contains(self, kind: DataKind) -> bool {
        self.0 & KindSet::of(kind).0 != 0
    }
}

/// A part of a value.
#[derive(Clone, Copy)]
pub(crate) struct PartLabel {
    /// The content of `Some` or of a newtype, the items of a sequence, and the keys of a map are at 0; the values of a map
    /// are at 1.
    pub(crate) index: usize,
    /// The name of a field or a variant.
    pub(crate) name: Option<Name>,
}

impl PartLabel {
    pub(crate) fn at(index: usize) -> Self {
        PartLabel { index, name: None }
    }

    pub(crate) fn named(index: usize, name: Name) -> Self {
        PartLabel { index, name: Some(name) }
    }

    /// An element of a tuple. A longer tuple is an array, whose elements are all alike.
    pub(crate) fn element(index: usize, len: usize) -> Self {
        PartLabel::at(if len > LONGEST_TUPLE { 0 } else { index })
    }

    /// A hash of the name if there is one, because a number may mean another field in another release.
    pub(crate) fn hash(self) -> Hash {
        self.name.map_or_else(|| Hash::new().number(self.index as u64), |name| Hash::new().text(name))
    }
}

/// The most elements of a tuple that are distinguished.
pub(crate) const LONGEST_TUPLE: usize = 32;
