//! The facts that a type can say, which its reader knows.

use std::collections::HashSet;

use super::super::data_model::{DataKind, Form, PartLabel};
use super::super::hash::Hash;
use super::super::shape::{Shape, ShapeNode};
use super::{FactPath, Facts, HashedKind, place};

/// The facts that values of a type can say.
pub(crate) struct KnownFacts {
    /// Sorted.
    facts: Vec<u64>,
    /// Where anything may stand. Sorted.
    open: Vec<u32>,
    /// Whether a value has no other places than these.
    closed: bool,
}

impl KnownFacts {
    pub(crate) fn of(shape: &Shape) -> Self {
        let mut survey = Survey { shape, facts: HashSet::new(), open: HashSet::new(), seen: HashSet::new() };
        let whole = survey.walk();
        let (mut facts, mut open) = (Vec::from_iter(survey.facts), Vec::from_iter(survey.open));
        facts.sort_unstable();
        open.sort_unstable();
        KnownFacts { facts, open, closed: whole && shape.is_transparent() }
    }

    /// Whether a value that says these facts can be one of the type.
    pub(crate) fn admits(&self, facts: Facts<'_>) -> bool {
        facts.iter().all(|fact| self.admits_one(fact))
    }

    fn admits_one(&self, fact: u64) -> bool {
        let at = self.facts.partition_point(|known| *known < fact);
        if self.facts.get(at) == Some(&fact) || self.open.binary_search(&place(fact)).is_ok() {
            return true;
        }
        // A place that the type cannot tell of may be inside of one that it cannot look into.
        !self.closed && !self.tells_of(place(fact))
    }

    fn tells_of(&self, wanted: u32) -> bool {
        let at = self.facts.partition_point(|known| place(*known) < wanted);
        self.facts.get(at).is_some_and(|known| place(*known) == wanted)
    }
}

/// So many places are told of; a type with more is taken for one that cannot be looked into.
const MOST_PLACES: usize = 20_000;

/// serde counts a variant that is skipped when it writes, and does not when it reads.
const SKIPPED_VARIANTS: usize = 8;

struct Survey<'a> {
    shape: &'a Shape,
    facts: HashSet<u64>,
    open: HashSet<u32>,
    seen: HashSet<(usize, FactPath)>,
}

impl Survey<'_> {
    /// Goes to every place; `false` if there are too many.
    fn walk(&mut self) -> bool {
        let mut todo = vec![(Shape::ROOT, FactPath::ROOT)];
        while let Some((index, way)) = todo.pop() {
            if self.seen.len() == MOST_PLACES {
                return false;
            }
            if self.seen.insert((index, way)) {
                self.visit(index, way, &mut todo);
            }
        }
        true
    }

    fn visit(&mut self, index: usize, way: FactPath, todo: &mut Vec<(usize, FactPath)>) {
        let node = self.shape.node(index);
        let Some(kind) = node.kind else {
            self.open.insert(way.place);
            return;
        };
        let whole = HashedKind::of(kind);
        self.facts.insert(way.holds(whole));
        self.tell_names(node, kind, way);
        for (position, child) in node.children.iter().enumerate() {
            todo.push((*child, way.to(whole, label(node, kind, position))));
        }
    }

    fn tell_names(&mut self, node: &ShapeNode, kind: DataKind, way: FactPath) {
        match kind {
            DataKind::Struct(_) | DataKind::StructVariant => self.tell_fields(node, kind, way),
            DataKind::Enum(_) => (0..node.names.len()).for_each(|position| self.tell_number(node, kind, way, position)),
            _ => {}
        }
    }

    fn tell_fields(&mut self, node: &ShapeNode, kind: DataKind, way: FactPath) {
        let names = way.names(HashedKind::of(kind), node.names.iter().fold(Hash::new(), |hash, name| hash.text(name)));
        if node.aliases || self.looks_adjacently_tagged(node) {
            self.open.insert(place(names));
        } else {
            self.facts.insert(names);
        }
    }

    fn tell_number(&mut self, node: &ShapeNode, kind: DataKind, way: FactPath, position: usize) {
        let label = label(node, kind, position);
        let first = if node.aliases { 0 } else { position };
        let last = if self.shape.form == Form::Compact { position } else { position + SKIPPED_VARIANTS };
        for number in first..=last {
            self.facts.insert(way.numbers(HashedKind::of(kind), label, number as u32));
        }
    }

    /// An enum with `tag` and `content` leaves out the content of a variant that has none. Its tag has its own name.
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
