//! Checks that a value is written as its type expects to read it.
//!
//! A codec without names relies on that, but serde does not promise it: a field may be left out (`skip_serializing_if`),
//! a variant may be counted on one side only (`skip`), and hand-written implementations may differ in a width. Such a
//! value is written with names.

use serde::Serialize;

use super::data_model::{DataKind, Form, PartLabel};
use super::shape::{Shape, ShapeNode};
use super::shape_serializer::{self, FieldNames, Listener, WalkEnd};

pub(super) fn matches_shape<T: Serialize + ?Sized>(value: &T, shape: &Shape) -> bool {
    shape_serializer::walk(value, Form::Compact, ShapeMatcher { shape, node: shape.root() }).is_ok()
}

#[derive(Clone, Copy)]
struct ShapeMatcher<'a> {
    shape: &'a Shape,
    node: &'a ShapeNode,
}

impl Listener for ShapeMatcher<'_> {
    fn leaf(self, kind: DataKind) -> Result<(), WalkEnd> {
        self.open(kind).map(|_| ())
    }

    fn open(self, kind: DataKind) -> Result<Self, WalkEnd> {
        if self.node.kind == Some(kind) { Ok(self) } else { Err(WalkEnd::Enough) }
    }

    fn part(self, label: PartLabel) -> Result<Self, WalkEnd> {
        let index = match label {
            PartLabel::At(index) => index,
            PartLabel::Field(index, name) if self.node.names.get(index) == Some(&name) => index,
            PartLabel::Variant(index, name) if self.node.names.get(index as usize) == Some(&name) => index as usize,
            PartLabel::Field(..) | PartLabel::Variant(..) => return Err(WalkEnd::Enough),
        };
        let node = self.shape.child(self.node, index).ok_or(WalkEnd::Enough)?;
        Ok(ShapeMatcher { node, ..self })
    }

    fn fields(self, fields: FieldNames) -> Result<(), WalkEnd> {
        let complete = fields.written == self.node.names.len() && !fields.leaves_out;
        if complete { Ok(()) } else { Err(WalkEnd::Enough) }
    }
}
