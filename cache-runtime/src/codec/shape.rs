//! The shape of a type, as serde tells it, and a fingerprint of that shape.

mod access;
mod trace;
mod tracer;

use std::any::TypeId;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use serde::de::DeserializeOwned;

use super::data_model::{DataKind, Form};
use super::field_usage::KnownLayouts;
use super::hash::IdHasher;
use super::shape_facts::KnownFacts;

/// The shape of a type in one of its forms: a graph, as a type may contain itself.
pub(crate) struct Shape {
    /// The same in every build, and another one when a name, a kind or an order changes.
    pub(crate) fingerprint: u64,
    pub(super) form: Form,
    nodes: Vec<ShapeNode>,
    known: OnceLock<KnownFacts>,
    layouts: KnownLayouts,
}

type Shapes = HashMap<(TypeId, Form), &'static Shape, BuildHasherDefault<IdHasher>>;

/// A place of a type.
#[derive(Debug)]
pub(super) struct ShapeNode {
    /// What stands here; `None` where that cannot be told before a value is read.
    pub(super) kind: Option<DataKind>,
    /// The names of the fields or the variants, where there are some.
    pub(super) names: &'static [&'static str],
    /// Whether some of the names mean the same field or variant.
    pub(super) aliases: bool,
    pub(super) children: Vec<usize>,
    /// Whether a part may be dropped here when a value is read, and nobody is told.
    pub(super) hides_names: bool,
}

impl Shape {
    /// The number of the node where a value begins.
    pub(super) const ROOT: usize = 0;

    /// The shape of a type, which is traced once.
    pub(crate) fn of<T: DeserializeOwned>(form: Form) -> &'static Shape {
        static SHAPES: LazyLock<RwLock<Shapes>> = LazyLock::new(RwLock::default);
        let key = (typeid::of::<T>(), form);
        if let Some(shape) = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return shape;
        }
        // Not under the lock: tracing runs code of the type, which may come here again.
        let shape = trace::shape::<T>(form);
        let mut shapes = SHAPES.write().unwrap_or_else(PoisonError::into_inner);
        shapes.entry(key).or_insert_with(|| Box::leak(Box::new(shape)))
    }

    pub(super) fn root(&self) -> &ShapeNode {
        self.node(Self::ROOT)
    }

    pub(super) fn node(&self, index: usize) -> &ShapeNode {
        &self.nodes[index]
    }

    pub(super) fn child(&self, node: &ShapeNode, position: usize) -> Option<&ShapeNode> {
        node.children.get(position).map(|index| self.node(*index))
    }

    /// Whether every place can be told of.
    pub(super) fn is_transparent(&self) -> bool {
        self.nodes.iter().all(|node| node.kind.is_some())
    }

    /// Whether a value can be read without names: every place can be told of, and has one name.
    pub(crate) fn is_closed(&self) -> bool {
        self.nodes.iter().all(|node| node.kind.is_some() && !node.aliases)
    }

    /// Whether there are places where names may be dropped.
    pub(super) fn hides_names(&self) -> bool {
        self.nodes.iter().any(|node| node.hides_names)
    }

    /// How the type uses the fields of its values, as far as that is known.
    pub(super) fn known_layouts(&self) -> &KnownLayouts {
        &self.layouts
    }

    /// The facts that values of the type can say.
    pub(crate) fn known(&self) -> &KnownFacts {
        self.known.get_or_init(|| KnownFacts::of(self))
    }
}

#[cfg(test)]
mod tests;
