//! Facts about the shape of a value, which are collected while the value is written.
//!
//! The writer does not know how the type is read, but the reader does. A fact is a place and the kind of value there, each
//! as a hash of 32 bits. A place is identified by the path to it from the nearest type with a name, so a type has the same
//! facts wherever it is used, and a type that contains itself has finitely many. A reader learns from serde which facts
//! values of its type can have; an entry with any other fact was written by another type.
//!
//! Entries hold these hashes: another way to hash is another format.

mod known;

use std::cell::RefCell;
use std::sync::LazyLock;

use serde::Serialize;

pub(super) use self::known::KnownFacts;
use super::data_model::{DataKind, Form, PartLabel};
use super::hash::Hash;
use super::shape_serializer::{self, FieldNames, Listener, WalkEnd};

/// The facts of a value as an entry holds them: their count, and then each.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    bytes: &'a [u8],
}

const COUNT: usize = size_of::<u32>();
const FACT: usize = size_of::<u64>();

impl<'a> Facts<'a> {
    /// Splits the payload of an entry into the facts and the value.
    pub(crate) fn split(payload: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (count, rest) = payload.split_first_chunk::<COUNT>()?;
        let len = usize::try_from(u32::from_le_bytes(*count)).ok()?.checked_mul(FACT)?;
        let (bytes, value) = rest.split_at_checked(len)?;
        Some((Facts { bytes }, value))
    }

    /// Whether they are those of a sequence of bytes.
    pub(super) fn are_of_bytes(self) -> bool {
        self.iter().eq(OF_BYTES.iter().copied())
    }

    fn iter(self) -> impl Iterator<Item = u64> + 'a {
        self.bytes.as_chunks::<FACT>().0.iter().map(|bytes| u64::from_le_bytes(*bytes))
    }
}

/// The facts of a value while they are collected.
pub(super) struct CollectedFacts {
    /// Each fact once and in order. They are few, so a sorted list is faster than a tree.
    facts: Vec<u64>,
    /// The last fact, because the items of a sequence repeat it.
    last: u64,
    /// Whether a struct left out fields.
    pub(super) leaves_out: bool,
}

impl CollectedFacts {
    fn add(&mut self, fact: u64) {
        if fact == self.last {
            return;
        }
        self.last = fact;
        if let Err(at) = self.facts.binary_search(&fact) {
            self.facts.insert(at, fact);
        }
    }

    /// Whether they are those of a sequence of bytes.
    pub(super) fn are_of_bytes(&self) -> bool {
        self.facts == *OF_BYTES
    }

    /// Appends the facts, for [`Facts::split`].
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let count = u32::try_from(self.facts.len()).expect("facts are bounded by the size of a program");
        bytes.extend_from_slice(&count.to_le_bytes());
        for fact in &self.facts {
            bytes.extend_from_slice(&fact.to_le_bytes());
        }
    }
}

/// The facts of a sequence of bytes, in order.
static OF_BYTES: LazyLock<[u64; 2]> = LazyLock::new(|| {
    let (root, seq) = (FactPath::ROOT, HashedKind::of(DataKind::Seq));
    let mut facts = [root.holds(seq), root.to(seq, PartLabel::At(0)).holds(HashedKind::of(DataKind::U8))];
    facts.sort_unstable();
    facts
});

/// Collects the facts of a value.
pub(super) fn collect<T: Serialize + ?Sized>(value: &T, form: Form) -> Result<CollectedFacts, WalkEnd> {
    let facts = RefCell::new(CollectedFacts { facts: Vec::new(), last: 0, leaves_out: false });
    shape_serializer::walk(value, form, FactListener { facts: &facts, path: FactPath::ROOT, whole: HashedKind::NONE })?;
    Ok(facts.into_inner())
}

#[derive(Clone, Copy)]
struct FactListener<'a> {
    facts: &'a RefCell<CollectedFacts>,
    path: FactPath,
    whole: HashedKind,
}

impl Listener for FactListener<'_> {
    fn leaf(self, kind: DataKind) -> Result<(), WalkEnd> {
        self.facts.borrow_mut().add(self.path.holds(HashedKind::of(kind)));
        Ok(())
    }

    fn open(self, kind: DataKind) -> Result<Self, WalkEnd> {
        let whole = HashedKind::of(kind);
        self.facts.borrow_mut().add(self.path.holds(whole));
        Ok(FactListener { whole, ..self })
    }

    fn part(self, label: PartLabel) -> Result<Self, WalkEnd> {
        if let PartLabel::Variant(index, _) = label {
            self.facts.borrow_mut().add(self.path.numbers(self.whole, label, index));
        }
        Ok(FactListener { path: self.path.to(self.whole, label), ..self })
    }

    fn fields(self, fields: FieldNames) -> Result<(), WalkEnd> {
        let mut facts = self.facts.borrow_mut();
        facts.add(self.path.names(self.whole, fields.names));
        facts.leaves_out |= fields.leaves_out;
        Ok(())
    }
}

/// A kind with its hash, which each of its parts needs.
#[derive(Clone, Copy)]
struct HashedKind {
    hash: Hash,
    is_named: bool,
}

impl HashedKind {
    /// For a place without an outer one.
    const NONE: HashedKind = HashedKind::of(DataKind::Unit);

    const fn of(kind: DataKind) -> Self {
        HashedKind { hash: kind.hash(), is_named: kind.is_named() }
    }
}

/// The path to a place from the nearest type with a name, or its last steps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct FactPath {
    /// The last step is at the end. Unused steps are 0.
    steps: [u64; STEPS],
    place: u32,
}

/// Enough for a field of a variant, in an `Option`, in a `Vec`.
const STEPS: usize = 4;

impl FactPath {
    const ROOT: FactPath = FactPath { steps: [0; STEPS], place: Hash::new().narrow() };

    fn along(steps: [u64; STEPS]) -> Self {
        let taken = steps.iter().filter(|step| **step != 0);
        let place = taken.fold(Hash::new(), |hash, step| hash.number(*step)).narrow();
        FactPath { steps, place }
    }

    /// The path to a part of this place.
    fn to(self, whole: HashedKind, part: PartLabel) -> Self {
        let step = whole.hash.number(part.hash().wide()).wide();
        let [_, rest @ ..] = if whole.is_named { [0; STEPS] } else { self.steps };
        let mut steps = [0; STEPS];
        steps[..STEPS - 1].copy_from_slice(&rest);
        steps[STEPS - 1] = step;
        FactPath::along(steps)
    }

    /// The fact that a value of this kind is here.
    fn holds(self, whole: HashedKind) -> u64 {
        fact(self.place, whole.hash)
    }

    /// The fact that the struct here has fields of these names, in this order.
    fn names(self, whole: HashedKind, names: Hash) -> u64 {
        fact(self.kind_here(whole).text("fields").narrow(), names)
    }

    /// The fact that a variant has this number.
    fn numbers(self, whole: HashedKind, variant: PartLabel, number: u32) -> u64 {
        let place = self.kind_here(whole).text("number").number(variant.hash().wide());
        fact(place.narrow(), Hash::new().number(number.into()))
    }

    /// The kind here, without the path if it has a name.
    fn kind_here(self, whole: HashedKind) -> Hash {
        if whole.is_named { whole.hash } else { whole.hash.number(self.place.into()) }
    }
}

fn fact(place: u32, content: Hash) -> u64 {
    u64::from(place) << 32 | u64::from(content.narrow())
}

fn place(fact: u64) -> u32 {
    (fact >> 32) as u32
}
