//! What a type expects at a place, in the words of serde's errors, against what is stored there.
//!
//! serde converts some values silently where it reads from a buffer: a whole number to a float, a float to another width, a
//! text to bytes. The type does not show what it took a value for, but it says what it expects in the place of a decoy, and
//! an `untagged` enum says it for one variant after the other. The first that accepts the stored value has read it.

use super::tree::{self, Node};
use crate::codec::data_model::{DataKind, KindSet};

/// What a type takes a value for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expected {
    /// A number, a boolean or a text.
    Kind(DataKind),
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
            Some(Expected::Kind(kind)) if is_kept_as(stored, *kind) => Readings::of(*kind),
            Some(Expected::Kind(_)) => Readings::CONVERTED,
            Some(Expected::Parts | Expected::Unknown) => Readings::default(),
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
}

impl Readings {
    pub(super) const CONVERTED: Self = Readings { converts: true, kinds: KindSet::NONE };

    fn of(kind: DataKind) -> Self {
        Readings { converts: false, kinds: KindSet::of(kind) }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Readings { converts: self.converts | other.converts, kinds: self.kinds.and(other.kinds) }
    }
}

impl Expected {
    /// What the visitors of serde and of its derive macro say.
    fn in_words(text: &str) -> Self {
        use DataKind::*;
        let kind = match text.strip_prefix("a nonzero ").unwrap_or(text) {
            "i8" => I8,
            "i16" => I16,
            "i32" => I32,
            "i64" | "isize" => I64,
            "u8" => U8,
            "u16" => U16,
            "u32" => U32,
            "u64" | "usize" => U64,
            "f32" => F32,
            "f64" => F64,
            "a boolean" => Bool,
            "a character" => Char,
            "a string" | "a borrowed string" | "path string" => Str,
            "byte array" | "a borrowed byte array" => Bytes,
            text => {
                let parts =
                    ["a sequence", "a map", "struct ", "tuple struct ", "a tuple of size ", "an array of length "];
                let has_parts = parts.iter().any(|start| text.starts_with(start));
                return if has_parts { Expected::Parts } else { Expected::Unknown };
            }
        };
        Expected::Kind(kind)
    }

    /// Whether serde would read the stored value as this.
    fn may_accept(&self, stored: &Node<'_>) -> bool {
        use DataKind::*;
        let kind = match self {
            Expected::Unknown => return true,
            Expected::Parts => return matches!(stored, Node::Seq(_) | Node::Map(_) | Node::Bytes(_)),
            Expected::Kind(kind) => *kind,
        };
        match stored {
            Node::Text(text) => match kind {
                Char => std::str::from_utf8(text).is_ok_and(|text| text.chars().count() == 1),
                kind => matches!(kind, Str | Bytes),
            },
            Node::Bytes(_) => matches!(kind, Str | Bytes),
            Node::Scalar(0xc2 | 0xc3, _) => kind == Bool,
            Node::Scalar(tree::F32 | tree::F64, _) => matches!(kind, F32 | F64),
            Node::Scalar(..) => matches!(kind, F32 | F64) || stored.integer().is_some_and(|number| fits(number, kind)),
            Node::Seq(_) | Node::Map(_) | Node::Decoy => false,
        }
    }
}

/// Whether a value of this kind is stored like this.
fn is_kept_as(stored: &Node<'_>, kind: DataKind) -> bool {
    use DataKind::*;
    match stored {
        Node::Text(_) => kind != Bytes,
        Node::Bytes(_) => kind == Bytes,
        Node::Scalar(tree::F32, _) => kind == F32,
        Node::Scalar(tree::F64, _) => kind == F64,
        _ => !matches!(kind, F32 | F64),
    }
}

fn fits(number: i128, kind: DataKind) -> bool {
    use DataKind::*;
    match kind {
        I8 => i8::try_from(number).is_ok(),
        I16 => i16::try_from(number).is_ok(),
        I32 => i32::try_from(number).is_ok(),
        I64 => i64::try_from(number).is_ok(),
        U8 => u8::try_from(number).is_ok(),
        U16 => u16::try_from(number).is_ok(),
        U32 => u32::try_from(number).is_ok(),
        U64 => u64::try_from(number).is_ok(),
        _ => false,
    }
}
