//! The facts that values of a type can have, which its reader knows.

use std::collections::{BTreeSet, HashSet};

use super::super::{Shape, ShapeNode};
use super::{FactPath, Facts, HashedKind, place};
use crate::codec::data_model::{DataKind, Form, PartLabel};
use crate::codec::hash::Hash;

/// The facts that values of a type can have.
#[derive(Default)]
pub(crate) struct KnownFacts {
    facts: BTreeSet<u64>,
    /// The places that may hold any value.
    opaque: BTreeSet<u32>,
    /// Whether values have no other places than these.
    closed: bool,
}

/// The most places of a type. A type with more is treated like one with opaque places.
const MOST_PLACES: usize = 20_000;

/// serde counts skipped variants when it writes, but not when it reads. This many are allowed for.
const SKIPPED_VARIANTS: usize = 8;

impl KnownFacts {
    pub(crate) fn of(shape: &Shape) -> Self {
        let mut known = KnownFacts::default();
        let mut todo = vec![(Shape::ROOT, FactPath::ROOT)];
        let mut seen = HashSet::new();
        while let Some((index, path)) = todo.pop() {
            if seen.len() == MOST_PLACES {
                return known;
            }
            if seen.insert((index, path)) {
                let node = shape.node(index);
                let whole = known.add_node(shape, node, path);
                let parts = node.children.iter().zip(0..);
                todo.extend(parts.map(|(child, position)| (*child, path.to(whole, label(node, position)))));
            }
        }
        known.closed = shape.is_transparent();
        known
    }

    fn add_node(&mut self, shape: &Shape, node: &ShapeNode, path: FactPath) -> HashedKind {
        let whole = HashedKind::of(node.kind.unwrap_or(DataKind::Unit));
        if node.kind.is_none() {
            self.opaque.insert(path.place);
        } else {
            self.facts.insert(path.holds(whole));
        }
        match whole.kind {
            DataKind::Struct(_) | DataKind::StructVariant => self.add_fields(shape, node, path, whole),
            DataKind::Enum(_) => self.add_variant_numbers(shape.form, node, path, whole),
            _ => {}
        }
        whole
    }

    fn add_fields(&mut self, shape: &Shape, node: &ShapeNode, path: FactPath, whole: HashedKind) {
        let names = path.names(whole, node.names.iter().fold(Hash::new(), |hash, name| hash.text(name)));
        if node.aliases || looks_adjacently_tagged(shape, node) {
            self.opaque.insert(place(names));
        } else {
            self.facts.insert(names);
        }
    }

    fn add_variant_numbers(&mut self, form: Form, node: &ShapeNode, path: FactPath, whole: HashedKind) {
        for position in 0..node.names.len() {
            let first = if node.aliases { 0 } else { position };
            let last = if form == Form::Compact { position } else { position + SKIPPED_VARIANTS };
            self.facts.extend((first..=last).map(|number| path.numbers(whole, label(node, position), number)));
        }
    }

    /// Whether a value with these facts can be one of the type.
    pub(crate) fn admits(&self, facts: Facts<'_>) -> bool {
        facts.iter().all(|fact| {
            let place = place(fact);
            // A place that the type does not know may be inside an opaque one.
            self.facts.contains(&fact) || self.opaque.contains(&place) || !self.closed && !self.knows_place(place)
        })
    }

    fn knows_place(&self, wanted: u32) -> bool {
        self.facts.range(u64::from(wanted) << 32..).next().is_some_and(|known| place(*known) == wanted)
    }
}

/// An enum with `tag` and `content` leaves out the content of a variant without one. Its tag is an enum of the same name.
fn looks_adjacently_tagged(shape: &Shape, node: &ShapeNode) -> bool {
    let ([tag, content], Some(DataKind::Struct(name))) = (&node.children[..], node.kind) else {
        return false;
    };
    shape.node(*tag).kind == Some(DataKind::Enum(name)) && shape.node(*content).kind.is_none()
}

fn label(node: &ShapeNode, position: usize) -> PartLabel {
    PartLabel { index: position, name: node.names.get(position).copied() }
}
