//! What a type expects at a place, in the words of serde's errors, against what is stored there.
//!
//! serde converts some values silently where it reads from a buffer: a whole number to a float, a float to another width, a
//! text to bytes. The type does not show what it took a value for, but it says what it expects in the place of a decoy, and
//! an `untagged` enum says it for one variant after the other. The first that accepts the stored value has read it.

use super::tree::{self, Node};
use crate::codec::data_model::{DataKind, KindSet};

/// What a type takes a value for. It is small, because each reading begins with a new list of them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Bool,
    Char,
    Str,
    Bytes,
    /// A list, a map or a struct.
    Parts,
    /// It cannot be told what this accepts.
    Unknown,
}

/// What one reading said that it expected, in order. The first eight are kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expectations {
    all: [Option<Expected>; 8],
}

impl Expectations {
    pub(super) fn add(&mut self, text: &str) {
        if let Some(free) = self.all.iter_mut().find(|expected| expected.is_none()) {
            *free = Some(Expected::in_words(text));
        }
    }

    /// How the stored value is read. `is_needed` says that the type refuses a value without it.
    pub(super) fn reading(&self, stored: &Node<'_>, is_needed: bool) -> Readings {
        let mut expected = self.all.iter().flatten();
        match expected.find(|expected| expected.may_accept(stored)) {
            Some(Expected::Parts | Expected::Unknown) => Readings::default(),
            Some(expected) if expected.keeps(stored) => Readings::of(expected.kind()),
            Some(_) => Readings::CONVERTED,
            // What nobody accepts is dropped if the value can do without, as `flatten` does below an `Option`.
            None if !is_needed && self.all[0].is_some() && self.all[7].is_none() => Readings::CONVERTED,
            None => Readings::default(),
        }
    }
}

/// How a type reads the scalars of a value, or one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Readings {
    /// Whether it reads one as another value than was written, or drops it.
    pub(crate) converts: bool,
    /// What it takes them for. What was written is not stored of whole numbers and of texts.
    pub(crate) kinds: KindSet,
    /// Whether it takes one for a character where it would take a longer text for a text.
    pub(crate) takes_texts_for_chars: bool,
}

impl Readings {
    pub(super) const CONVERTED: Self = Readings { converts: true, kinds: KindSet::NONE, takes_texts_for_chars: false };

    fn of(kind: DataKind) -> Self {
        Readings { converts: false, kinds: KindSet::of(kind), takes_texts_for_chars: false }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Readings {
            converts: self.converts | other.converts,
            kinds: self.kinds.and(other.kinds),
            takes_texts_for_chars: self.takes_texts_for_chars | other.takes_texts_for_chars,
        }
    }
}

impl Expected {
    /// What the visitors of serde and of its derive macro say.
    fn in_words(text: &str) -> Self {
        match text.strip_prefix("a nonzero ").unwrap_or(text) {
            "i8" => Expected::I8,
            "i16" => Expected::I16,
            "i32" => Expected::I32,
            "i64" | "isize" => Expected::I64,
            "u8" => Expected::U8,
            "u16" => Expected::U16,
            "u32" => Expected::U32,
            "u64" | "usize" => Expected::U64,
            "f32" => Expected::F32,
            "f64" => Expected::F64,
            "a boolean" => Expected::Bool,
            "a character" => Expected::Char,
            "a string" | "a borrowed string" | "path string" => Expected::Str,
            "byte array" | "a borrowed byte array" => Expected::Bytes,
            text => {
                let parts =
                    ["a sequence", "a map", "struct ", "tuple struct ", "a tuple of size ", "an array of length "];
                let has_parts = parts.iter().any(|start| text.starts_with(start));
                if has_parts { Expected::Parts } else { Expected::Unknown }
            }
        }
    }

    /// The kind in which such a value is written.
    fn kind(self) -> DataKind {
        match self {
            Expected::I8 => DataKind::I8,
            Expected::I16 => DataKind::I16,
            Expected::I32 => DataKind::I32,
            Expected::I64 => DataKind::I64,
            Expected::U8 => DataKind::U8,
            Expected::U16 => DataKind::U16,
            Expected::U32 => DataKind::U32,
            Expected::U64 => DataKind::U64,
            Expected::F32 => DataKind::F32,
            Expected::F64 => DataKind::F64,
            Expected::Bool => DataKind::Bool,
            Expected::Char => DataKind::Char,
            Expected::Str => DataKind::Str,
            Expected::Bytes => DataKind::Bytes,
            Expected::Parts | Expected::Unknown => DataKind::Unit,
        }
    }

    /// Whether serde would read the stored value as this.
    fn may_accept(self, stored: &Node<'_>) -> bool {
        use Expected::*;
        if self == Unknown {
            return true;
        }
        match stored {
            Node::Text(text) if self == Char => is_one_char(text),
            Node::Text(_) => matches!(self, Str | Bytes),
            Node::Bytes(_) => matches!(self, Str | Bytes | Parts),
            Node::Scalar(0xc2 | 0xc3, _) => self == Bool,
            Node::Scalar(tree::F32 | tree::F64, _) => matches!(self, F32 | F64),
            Node::Scalar(..) => stored.integer().is_some_and(|number| self.fits(number)),
            Node::Seq(_) | Node::Map(_) => self == Parts,
            Node::Decoy => false,
        }
    }

    /// Whether a value of this kind is stored like that.
    fn keeps(self, stored: &Node<'_>) -> bool {
        use Expected::*;
        match stored {
            Node::Text(_) => self != Bytes,
            Node::Bytes(_) => self == Bytes,
            Node::Scalar(tree::F32, _) => self == F32,
            Node::Scalar(tree::F64, _) => self == F64,
            _ => !matches!(self, F32 | F64),
        }
    }

    fn fits(self, number: i128) -> bool {
        use Expected::*;
        match self {
            I8 => i8::try_from(number).is_ok(),
            I16 => i16::try_from(number).is_ok(),
            I32 => i32::try_from(number).is_ok(),
            I64 => i64::try_from(number).is_ok(),
            U8 => u8::try_from(number).is_ok(),
            U16 => u16::try_from(number).is_ok(),
            U32 => u32::try_from(number).is_ok(),
            U64 => u64::try_from(number).is_ok(),
            F32 | F64 => true,
            _ => false,
        }
    }
}

fn is_one_char(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.chars().count() == 1)
}
