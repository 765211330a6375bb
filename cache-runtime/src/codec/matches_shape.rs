//! Whether a value is written as its type expects to read it, place by place.
//!
//! A codec without names relies on that, and serde does not promise it: a field may be left out
//! (`skip_serializing_if`), a variant counted on one side only (`skip`), a hand-written pair of implementations may
//! differ in a width. Such a value is written by name.

use serde::Serialize;

use super::kind::{Form, Kind, Label};
use super::shape::{Node, Shape};
use super::shape_serializer::{self, Fields, Place, Stop};

pub(super) fn matches_shape<T: Serialize + ?Sized>(value: &T, shape: &Shape) -> bool {
    shape_serializer::tell(value, Form::Compact, Spot { shape, node: shape.root() }).is_ok()
}

#[derive(Clone, Copy)]
struct Spot<'a> {
    shape: &'a Shape,
    node: &'a Node,
}

impl Place for Spot<'_> {
    fn leaf(self, kind: Kind) -> Result<(), Stop> {
        self.open(kind).map(|_| ())
    }

    fn open(self, kind: Kind) -> Result<Self, Stop> {
        if self.node.kind == Some(kind) { Ok(self) } else { Err(Stop::Enough) }
    }

    fn part(self, label: Label) -> Result<Self, Stop> {
        let index = match label {
            Label::At(index) => index,
            Label::Field(index, name) if self.node.names.get(index) == Some(&name) => index,
            Label::Variant(index, name) if self.node.names.get(index as usize) == Some(&name) => index as usize,
            Label::Field(..) | Label::Variant(..) => return Err(Stop::Enough),
        };
        let node = self.shape.child(self.node, index).ok_or(Stop::Enough)?;
        Ok(Spot { node, ..self })
    }

    fn fields(self, fields: Fields) -> Result<(), Stop> {
        let complete = fields.written == self.node.names.len() && !fields.leaves_out;
        if complete { Ok(()) } else { Err(Stop::Enough) }
    }
}
