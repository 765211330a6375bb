//! The facts that values of a type can have, which its reader knows.

use std::collections::HashSet;

use super::super::data_model::{DataKind, Form, PartLabel};
use super::super::hash::Hash;
use super::super::shape::{Shape, ShapeNode};
use super::{FactPath, Facts, HashedKind, place};

/// The facts that values of a type can have.
pub(crate) struct KnownFacts {
    /// Sorted.
    facts: Vec<u64>,
    /// The places that may hold any value. Sorted.
    opaque: Vec<u32>,
    /// Whether values have no other places than these.
    closed: bool,
}

impl KnownFacts {
    pub(crate) fn of(shape: &Shape) -> Self {
        let mut survey = Survey { shape, facts: HashSet::new(), opaque: HashSet::new(), seen: HashSet::new() };
        let whole = survey.walk();
        let (mut facts, mut opaque) = (Vec::from_iter(survey.facts), Vec::from_iter(survey.opaque));
        facts.sort_unstable();
        opaque.sort_unstable();
        KnownFacts { facts, opaque, closed: whole && shape.is_transparent() }
    }

    /// Whether a value with these facts can be one of the type.
    pub(crate) fn admits(&self, facts: Facts<'_>) -> bool {
        facts.iter().all(|fact| self.admits_one(fact))
    }

    fn admits_one(&self, fact: u64) -> bool {
        let at = self.facts.partition_point(|known| *known < fact);
        if self.facts.get(at) == Some(&fact) || self.opaque.binary_search(&place(fact)).is_ok() {
            return true;
        }
        // A place that the type does not know may be inside an opaque one.
        !self.closed && !self.knows_place(place(fact))
    }

    fn knows_place(&self, wanted: u32) -> bool {
        let at = self.facts.partition_point(|known| place(*known) < wanted);
        self.facts.get(at).is_some_and(|known| place(*known) == wanted)
    }
}

/// The most places of a type. A type with more is treated like one with opaque places.
const MOST_PLACES: usize = 20_000;

/// serde counts skipped variants when it writes, but not when it reads. This many are allowed for.
const SKIPPED_VARIANTS: usize = 8;

struct Survey<'a> {
    shape: &'a Shape,
    facts: HashSet<u64>,
    opaque: HashSet<u32>,
    seen: HashSet<(usize, FactPath)>,
}

impl Survey<'_> {
    /// Visits every place; `false` if there are too many.
    fn walk(&mut self) -> bool {
        let mut todo = vec![(Shape::ROOT, FactPath::ROOT)];
        while let Some((index, path)) = todo.pop() {
            if self.seen.len() == MOST_PLACES {
                return false;
            }
            if self.seen.insert((index, path)) {
                self.visit(index, path, &mut todo);
            }
        }
        true
    }

    fn visit(&mut self, index: usize, path: FactPath, todo: &mut Vec<(usize, FactPath)>) {
        let node = self.shape.node(index);
        let Some(kind) = node.kind else {
            self.opaque.insert(path.place);
            return;
        };
        let whole = HashedKind::of(kind);
        self.facts.insert(path.holds(whole));
        self.add_names(node, kind, path);
        for (position, child) in node.children.iter().enumerate() {
            todo.push((*child, path.to(whole, label(node, kind, position))));
        }
    }

    fn add_names(&mut self, node: &ShapeNode, kind: DataKind, path: FactPath) {
        match kind {
            DataKind::Struct(_) | DataKind::StructVariant => self.add_fields(node, kind, path),
            DataKind::Enum(_) => {
                (0..node.names.len()).for_each(|position| self.add_variant_numbers(node, kind, path, position));
            }
            _ => {}
        }
    }

    fn add_fields(&mut self, node: &ShapeNode, kind: DataKind, path: FactPath) {
        let names = path.names(HashedKind::of(kind), node.names.iter().fold(Hash::new(), |hash, name| hash.text(name)));
        if node.aliases || self.looks_adjacently_tagged(node) {
            self.opaque.insert(place(names));
        } else {
            self.facts.insert(names);
        }
    }

    fn add_variant_numbers(&mut self, node: &ShapeNode, kind: DataKind, path: FactPath, position: usize) {
        let label = label(node, kind, position);
        let first = if node.aliases { 0 } else { position };
        let last = if self.shape.form == Form::Compact { position } else { position + SKIPPED_VARIANTS };
        for number in first..=last {
            self.facts.insert(path.numbers(HashedKind::of(kind), label, number as u32));
        }
    }

    /// An enum with `tag` and `content` leaves out the content of a variant without one. Its tag is an enum of the same
    /// name.
    fn looks_adjacently_tagged(&self, node: &ShapeNode) -> bool {
        let ([tag, content], Some(DataKind::Struct(name))) = (&node.children[..], node.kind) else {
            return false;
        };
        self.shape.node(*tag).kind == Some(DataKind::Enum(name)) && self.shape.node(*content).kind.is_none()
    }
}

fn label(node: &ShapeNode, kind: DataKind, position: usize) -> PartLabel {
    match kind {
        DataKind::Struct(_) | DataKind::StructVariant => PartLabel::Field(position, node.names[position]),
        DataKind::Enum(_) => PartLabel::Variant(position as u32, node.names[position]),
        _ => PartLabel::At(position),
    }
}
