//! Says where a value is written in another way than its type reads it, for errors.

use std::cell::RefCell;
use std::fmt;

use serde::Serialize;

use super::walk::{self, Content, FieldNames, Listener, Walked};
use super::{Shape, ShapeNode};
use crate::codec::data_model::{DataKind, Name, PartLabel};

/// A place of a value that is written in another way than it is read. Of several, the greatest is the most telling one.
#[derive(Debug, PartialEq)]
pub(crate) enum Mismatch {
    Kind {
        field: Option<Name>,
        written: String,
        read: String,
    },
    Fields {
        /// The struct or the variant.
        owner: Name,
        /// Fields that are written and not read.
        unread: Vec<Name>,
        /// Fields that are read, and that this value does not have.
        unwritten: Vec<Name>,
    },
}

impl Mismatch {
    /// That of a value, in the form of its type's shape.
    pub(crate) fn find<T: Serialize + ?Sized>(value: &T, shape: &Shape) -> Option<Self> {
        let found = RefCell::default();
        let node = Some(shape.root());
        let listener = MismatchListener { shape, node, found: &found, struct_at: 0, owner: "", field: None };
        // A walk that ends early has found what it could.
        let _ = walk::walk(value, shape.form, listener);
        found.into_inner().worst
    }

    /// Whether all that the type reads was written, and more. A type says so by `skip_deserializing`.
    pub(crate) fn only_writes_more(&self) -> bool {
        self.rank() == 0
    }

    /// How likely this is why the value cannot be read.
    fn rank(&self) -> u8 {
        match self {
            Mismatch::Fields { unwritten, .. } if unwritten.is_empty() => 0,
            Mismatch::Fields { unread, .. } if unread.is_empty() => 1,
            Mismatch::Kind { .. } => 2,
            Mismatch::Fields { .. } => 3,
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Fields { owner, unread, unwritten } if unwritten.is_empty() => {
                write!(f, "`{owner}` writes {}, which it does not read", Names(unread))
            }
            Mismatch::Fields { owner, unread, unwritten } if unread.is_empty() => {
                write!(f, "`{owner}` reads {}, which it does not write: give what is left out a ", Names(unwritten))?;
                f.write_str("`#[serde(default)]` that is the value that was left out")
            }
            Mismatch::Fields { owner, unread, unwritten } => {
                write!(f, "`{owner}` writes {} and reads {}: ", Names(unread), Names(unwritten))?;
                f.write_str("write `#[serde(rename = \"…\")]` or `rename_all` so that it counts for both ways")
            }
            Mismatch::Kind { field, written, read } => {
                match field {
                    Some(field) => write!(f, "the field `{field}`")?,
                    None => f.write_str("the value")?,
                }
                write!(f, " is written as {written} and read as {read}: write it as it is read")
            }
        }
    }
}

struct Names<'a>(&'a [Name]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.len() == 1 { "the field" } else { "the fields" })?;
        let names = self.0.iter().zip(0..);
        names.clone().try_for_each(|(name, at)| write!(f, "{} `{name}`", if at == 0 { "" } else { "," }))
    }
}

#[derive(Default)]
struct Found {
    worst: Option<Mismatch>,
    /// The names that were written of each struct, or left out because they may be.
    written: Vec<Vec<Name>>,
}

#[derive(Clone, Copy)]
struct MismatchListener<'a> {
    shape: &'a Shape,
    /// `None` where nothing is known of what is read.
    node: Option<&'a ShapeNode>,
    found: &'a RefCell<Found>,
    /// Which of the structs is open here.
    struct_at: usize,
    owner: Name,
    field: Option<Name>,
}

impl MismatchListener<'_> {
    fn report(self, mismatch: Mismatch) {
        let worst = &mut self.found.borrow_mut().worst;
        if worst.as_ref().is_none_or(|worst| worst.rank() < mismatch.rank()) {
            *worst = Some(mismatch);
        }
    }

    fn note(self, field: Name) {
        if let Some(written) = self.found.borrow_mut().written.get_mut(self.struct_at) {
            written.push(field);
        }
    }
}

impl Listener for MismatchListener<'_> {
    const NEEDS_ALL_ITEMS: bool = true;

    fn leaf(self, kind: DataKind, _: Content<'_>) -> Walked {
        self.open(kind).map(|_| ())
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        let read = self.node.and_then(|node| node.kind);
        if let Some(read) = read.filter(|read| *read != kind) {
            let (written, read) = (described(kind), described(read));
            self.report(Mismatch::Kind { field: self.field, written, read });
        }
        let owner = match kind {
            DataKind::Struct(name) => name,
            _ => self.owner,
        };
        let written = &mut self.found.borrow_mut().written;
        let struct_at = written.len();
        written.push(Vec::new());
        Ok(MismatchListener { node: self.node.filter(|_| read == Some(kind)), owner, struct_at, ..self })
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        let at = match (self.node, label.name) {
            (Some(node), Some(name)) => node.names.iter().position(|known| *known == name),
            _ => Some(label.index),
        };
        let node = self.node.zip(at).and_then(|(node, at)| node.children.get(at));
        let mut part = MismatchListener { node: node.map(|node| self.shape.node(*node)), ..self };
        match (self.node.and_then(|node| node.kind), label.name) {
            (Some(DataKind::Enum(_)), Some(variant)) => part.owner = variant,
            (_, Some(field)) => {
                part.field = Some(field);
                self.note(field);
            }
            _ => {}
        }
        Ok(part)
    }

    fn skipped(self, field: Name) {
        self.note(field);
    }

    fn close(self, _: FieldNames) -> Walked {
        let Some(node) = self.node.filter(|node| is_struct(node)) else { return Ok(()) };
        let written = std::mem::take(&mut self.found.borrow_mut().written[self.struct_at]);
        let unread: Vec<_> = written.iter().copied().filter(|name| !node.names.contains(name)).collect();
        let unwritten: Vec<_> = node.names.iter().copied().filter(|name| !written.contains(name)).collect();
        // An alias is a name that is read and never written.
        let unwritten = if node.aliases { Vec::new() } else { unwritten };
        if !unread.is_empty() || !unwritten.is_empty() {
            self.report(Mismatch::Fields { owner: self.owner, unread, unwritten });
        }
        Ok(())
    }
}

fn is_struct(node: &ShapeNode) -> bool {
    matches!(node.kind, Some(DataKind::Struct(_) | DataKind::StructVariant))
}

/// A kind in the words of serde's documentation.
fn described(kind: DataKind) -> String {
    use DataKind::*;
    match kind {
        Str => "a text".into(),
        Bytes => "bytes".into(),
        Unit => "`()`".into(),
        Option => "an `Option`".into(),
        Seq => "a list".into(),
        Map => "a map".into(),
        Tuple(len) | TupleVariant(len) => format!("a tuple of {len}"),
        UnitStruct(name) | Newtype(name) | TupleStruct(name, _) | Struct(name) => format!("the struct `{name}`"),
        Enum(name) => format!("the enum `{name}`"),
        UnitVariant => "a variant without content".into(),
        NewtypeVariant => "a variant with one value".into(),
        StructVariant => "a variant with fields".into(),
        Bool | I8 | I16 | I32 | I64 | I128 | U8 | U16 | U32 | U64 | U128 | F32 | F64 | Char => {
            format!("`{}`", format!("{kind:?}").to_lowercase())
        }
    }
}
