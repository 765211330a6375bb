//! The shape of a type as serde describes it, and the shape of a value.
//!
//! An entry holds what was known of the shape of its type. If the type has another shape when the entry is read, because
//! a struct was changed, the entry is a miss:
//!
//! - [`fingerprint`]: the type of the entry is known, and it has no fields that serde hides;
//! - [`hidden_fields`]: serde hides fields of the type, so the fingerprint also covers which fields of the value it uses;
//! - [`facts`]: the type of the entry is not known, but the shape of its value is.

mod emptiness;
mod facts;
mod fingerprint;
pub(super) mod hidden_fields;
mod made_up;
mod matches;
mod mismatch;
mod parts;
mod trace;
mod tracer;
pub(crate) mod walk;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use foldhash::fast::FixedState;
use serde::de::DeserializeOwned;

use self::facts::KnownFacts;
pub(super) use self::facts::{CollectedFacts, Facts};
use self::hidden_fields::KnownLayouts;
pub(super) use self::matches::matches_shape;
pub(super) use self::mismatch::Mismatch;
use super::data_model::{DataKind, Form, Name};

/// The shape of a type in one of its forms. It is a graph, because a type may contain itself.
pub(crate) struct Shape {
    pub(super) fingerprint: u64,
    /// Whether values can be read without names: no place is opaque, and none has two names.
    pub(super) is_closed: bool,
    /// Whether a reader may drop fields without telling.
    pub(super) hides_fields: bool,
    /// Whether it has lists of items that take no bytes without names.
    pub(super) may_repeat_nothing: bool,
    /// What is known of how the type uses the fields of its values.
    pub(super) layouts: KnownLayouts,
    /// Whether the type has refused bytes that seem to be its own, so that writers must read back what they write.
    has_refused: AtomicBool,
    form: Form,
    nodes: Vec<ShapeNode>,
    known_facts: OnceLock<KnownFacts>,
}

type Shapes = HashMap<(TypeId, Form), &'static Shape, FixedState>;

/// A place in a type: the type itself, or a part of it.
struct ShapeNode {
    /// The kind of value that is here; `None` if the place is opaque: that depends on the value.
    kind: Option<DataKind>,
    /// The names of its fields or variants.
    names: &'static [Name],
    /// Whether two of the names mean the same field or variant.
    aliases: bool,
    children: Vec<usize>,
    /// The name of the type at this place, which is all that is known of an opaque one.
    wanted: Name,
}

/// Opaque types that drop no fields.
const TAKE_ALL: [&str; 2] =
    ["serde_json::value::Value", "serde_json::map::Map<alloc::string::String, serde_json::value::Value>"];

impl ShapeNode {
    fn opaque(wanted: Name) -> Self {
        ShapeNode { kind: None, names: &[], aliases: false, children: Vec::new(), wanted }
    }
}

impl Shape {
    /// The index of the type itself.
    const ROOT: usize = 0;

    /// The shape of a type. Each type is traced once.
    pub(super) fn of<T: DeserializeOwned>(form: Form) -> &'static Shape {
        static SHAPES: LazyLock<RwLock<Shapes>> = LazyLock::new(RwLock::default);
        let key = (typeid::of::<T>(), form);
        if let Some(shape) = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return shape;
        }
        // This runs without the lock, because tracing calls the type's code, which may come here again.
        let shape = Shape::new(form, trace::nodes::<T>(form));
        let mut shapes = SHAPES.write().unwrap_or_else(PoisonError::into_inner);
        shapes.entry(key).or_insert_with(|| Box::leak(Box::new(shape)))
    }

    fn new(form: Form, nodes: Vec<ShapeNode>) -> Self {
        Shape {
            fingerprint: fingerprint::of(&nodes),
            is_closed: nodes.iter().all(|node| node.kind.is_some() && !node.aliases),
            hides_fields: nodes.iter().any(|node| node.kind.is_none() && !TAKE_ALL.contains(&node.wanted)),
            may_repeat_nothing: emptiness::may_repeat_nothing(&nodes),
            layouts: KnownLayouts::default(),
            has_refused: AtomicBool::new(false),
            form,
            nodes,
            known_facts: OnceLock::new(),
        }
    }

    /// The kind of the type itself; `None` if it is opaque.
    pub(super) fn kind(&self) -> Option<DataKind> {
        self.root().kind
    }

    /// Whether the type may refuse values that it wrote itself, as hand-written checks do.
    pub(super) fn has_refused(&self) -> bool {
        self.has_refused.load(Relaxed)
    }

    /// Remembers that the type refused bytes of its shape.
    pub(super) fn note_refusal(&self) {
        self.has_refused.store(true, Relaxed);
    }

    fn root(&self) -> &ShapeNode {
        self.node(Self::ROOT)
    }

    fn node(&self, index: usize) -> &ShapeNode {
        &self.nodes[index]
    }

    /// Whether no place is opaque.
    fn is_transparent(&self) -> bool {
        self.nodes.iter().all(|node| node.kind.is_some())
    }

    /// Whether a value with these facts can be one of the type.
    pub(super) fn admits(&self, facts: Facts<'_>) -> bool {
        self.known_facts.get_or_init(|| KnownFacts::of(self)).admits(facts)
    }
}

#[cfg(test)]
mod tests;
