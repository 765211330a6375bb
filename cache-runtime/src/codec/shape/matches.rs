//! Checks that a value is written as its type expects to read it.
//!
//! A codec without names relies on that, but serde does not promise it: a field may be left out (`skip_serializing_if`),
//! a variant may be counted on one side only (`skip`), and hand-written implementations may differ in a width. Such a
//! value is written with names.

use serde::Serialize;

use super::walk::{self, Content, FieldNames, Listener, WalkEnd, Walked};
use super::{Shape, ShapeNode};
use crate::codec::data_model::{DataKind, Form, PartLabel};

pub(crate) fn matches_shape<T: Serialize + ?Sized>(value: &T, shape: &Shape) -> bool {
    walk::walk(value, Form::Compact, ShapeMatcher { shape, node: shape.root() }).is_ok()
}

#[derive(Clone, Copy)]
struct ShapeMatcher<'a> {
    shape: &'a Shape,
    node: &'a ShapeNode,
}

impl Listener for ShapeMatcher<'_> {
    fn leaf(self, kind: DataKind, _: Content<'_>) -> Walked {
        self.open(kind).map(|_| ())
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        if self.node.kind == Some(kind) { Ok(self) } else { Err(WalkEnd::Enough) }
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        let is_named = self.node.names.get(label.index).copied() == label.name;
        let child = self.node.children.get(label.index).filter(|_| is_named).ok_or(WalkEnd::Enough)?;
        Ok(ShapeMatcher { node: self.shape.node(*child), ..self })
    }

    fn close(self, fields: FieldNames) -> Walked {
        let complete = fields.written == self.node.names.len() && !fields.leaves_out;
        let is_struct = self.node.kind.is_some_and(DataKind::has_names);
        if complete || !is_struct { Ok(()) } else { Err(WalkEnd::Enough) }
    }
}
