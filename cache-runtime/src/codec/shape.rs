//! The shape of a type as serde describes it, and its fingerprint.

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

/// The shape of a type in one of its forms. It is a graph, because a type may contain itself.
pub(crate) struct Shape {
    /// A hash that is the same in every build, and changes with every name, kind and order.
    pub(crate) fingerprint: u64,
    pub(super) form: Form,
    nodes: Vec<ShapeNode>,
    known: OnceLock<KnownFacts>,
    layouts: KnownLayouts,
}

type Shapes = HashMap<(TypeId, Form), &'static Shape, BuildHasherDefault<IdHasher>>;

/// A place in a type: the type itself, or a part of it.
#[derive(Debug)]
pub(super) struct ShapeNode {
    /// The kind of value that is here; `None` if the place is opaque: that depends on the value.
    pub(super) kind: Option<DataKind>,
    /// The names of its fields or variants.
    pub(super) names: &'static [&'static str],
    /// Whether two of the names mean the same field or variant.
    pub(super) aliases: bool,
    pub(super) children: Vec<usize>,
    /// Whether a reader may drop names here without telling.
    pub(super) hides_names: bool,
}

impl Shape {
    /// The index of the type itself.
    pub(super) const ROOT: usize = 0;

    /// The shape of a type. Each type is traced once.
    pub(crate) fn of<T: DeserializeOwned>(form: Form) -> &'static Shape {
        static SHAPES: LazyLock<RwLock<Shapes>> = LazyLock::new(RwLock::default);
        let key = (typeid::of::<T>(), form);
        if let Some(shape) = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return shape;
        }
        // This runs without the lock, because tracing calls the type's code, which may come here again.
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

    /// Whether no place is opaque.
    pub(super) fn is_transparent(&self) -> bool {
        self.nodes.iter().all(|node| node.kind.is_some())
    }

    /// Whether values can be read without names: no place is opaque, and none has two names.
    pub(crate) fn is_closed(&self) -> bool {
        self.nodes.iter().all(|node| node.kind.is_some() && !node.aliases)
    }

    /// Whether a reader may drop names without telling.
    pub(super) fn hides_names(&self) -> bool {
        self.nodes.iter().any(|node| node.hides_names)
    }

    /// What is known of how the type uses the fields of its values.
    pub(super) fn known_layouts(&self) -> &KnownLayouts {
        &self.layouts
    }

    /// The facts that values of the type can have.
    pub(crate) fn known(&self) -> &KnownFacts {
        self.known.get_or_init(|| KnownFacts::of(self))
    }
}

#[cfg(test)]
mod tests;
