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
use std::collections::BTreeSet;

use serde::Serialize;

pub(super) use self::known::KnownFacts;
use super::TAKE_ALL;
use super::walk::{self, Content, FieldNames, Listener, WalkEnd, Walked};
use crate::codec::data_model::{DataKind, Form, KindSet, Name, PartLabel};
use crate::codec::hash::Hash;

/// The facts of a value, in order, as an entry holds them.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a>(&'a [[u8; size_of::<u64>()]]);

impl<'a> Facts<'a> {
    /// Splits the payload of an entry into the facts and the value.
    pub(crate) fn split(payload: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (count, rest) = payload.split_first_chunk()?;
        let len = usize::try_from(u32::from_le_bytes(*count)).ok()?.checked_mul(size_of::<u64>())?;
        let (facts, value) = rest.split_at_checked(len)?;
        Some((Facts(facts.as_chunks().0), value))
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = u64> + 'a {
        self.0.iter().map(|fact| u64::from_le_bytes(*fact))
    }

    /// Whether a value of this kind is at one of the places.
    fn hold(self, kind: DataKind) -> bool {
        let content = kind.hash().narrow();
        self.iter().any(|fact| fact as u32 == content)
    }

    /// Whether values of all these kinds are there: numbers and texts.
    pub(crate) fn hold_all(self, kinds: KindSet) -> bool {
        use DataKind::*;
        let known = [I8, I16, I32, I64, U8, U16, U32, U64, Str];
        self.hold_chars(kinds) && known.into_iter().all(|kind| !kinds.contains(kind) || self.hold(kind))
    }

    /// Whether characters are there, if they are among these kinds.
    pub(crate) fn hold_chars(self, kinds: KindSet) -> bool {
        !kinds.contains(DataKind::Char) || self.hold(DataKind::Char)
    }

    /// Whether texts are there.
    pub(crate) fn hold_texts(self) -> bool {
        self.hold(DataKind::Str)
    }

    /// Whether they are those of a sequence of bytes.
    pub(crate) fn are_of_bytes(self) -> bool {
        let (root, seq) = (FactPath::ROOT, HashedKind::of(DataKind::Seq));
        let item = root.to(seq, PartLabel::at(0)).holds(HashedKind::of(DataKind::U8));
        self.iter().eq(BTreeSet::from([root.holds(seq), item]))
    }
}

/// The facts of a value while they are collected.
#[derive(Default)]
pub(crate) struct CollectedFacts {
    facts: BTreeSet<u64>,
    /// Whether a struct left out fields.
    pub(crate) leaves_out: bool,
    /// Whether a part is of JSON, which reads any value.
    pub(crate) has_json: bool,
}

impl CollectedFacts {
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T, form: Form) -> Result<Self, WalkEnd> {
        let facts = RefCell::default();
        let whole = HashedKind::of(DataKind::Unit); // There is no whole around the root.
        walk::walk(value, form, FactListener { facts: &facts, path: FactPath::ROOT, whole })?;
        Ok(facts.into_inner())
    }

    /// Appends the facts, for [`Facts::split`].
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        let count = u32::try_from(self.facts.len()).expect("facts are bounded by the size of a program");
        bytes.extend_from_slice(&count.to_le_bytes());
        self.facts.iter().for_each(|fact| bytes.extend_from_slice(&fact.to_le_bytes()));
    }
}

#[derive(Clone, Copy)]
struct FactListener<'a> {
    facts: &'a RefCell<CollectedFacts>,
    path: FactPath,
    whole: HashedKind,
}

impl FactListener<'_> {
    fn add(self, fact: u64) {
        self.facts.borrow_mut().facts.insert(fact);
    }
}

impl Listener for FactListener<'_> {
    fn of_type(self, type_name: Name) {
        if TAKE_ALL.contains(&type_name) {
            self.facts.borrow_mut().has_json = true;
        }
    }

    fn leaf(self, kind: DataKind, _: Content<'_>) -> Walked {
        self.open(kind).map(|_| ())
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        let whole = HashedKind::of(kind);
        self.add(self.path.holds(whole));
        Ok(FactListener { whole, ..self })
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        if matches!(self.whole.kind, DataKind::Enum(_)) {
            self.add(self.path.numbers(self.whole, label, label.index));
        }
        Ok(FactListener { path: self.path.to(self.whole, label), ..self })
    }

    fn close(self, fields: FieldNames) -> Walked {
        if self.whole.kind.has_names() {
            self.add(self.path.names(self.whole, fields.names));
        }
        self.facts.borrow_mut().leaves_out |= fields.leaves_out;
        Ok(())
    }
}

/// A kind with its hash, which each of its parts needs.
#[derive(Clone, Copy)]
struct HashedKind {
    kind: DataKind,
    hash: Hash,
}

impl HashedKind {
    const fn of(kind: DataKind) -> Self {
        HashedKind { kind, hash: kind.hash() }
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

    /// The path to a part of this place.
    fn to(self, whole: HashedKind, part: PartLabel) -> Self {
        let mut steps = if whole.kind.is_named() { [0; STEPS] } else { self.steps };
        steps.rotate_left(1);
        steps[STEPS - 1] = whole.hash.number(part.hash().wide()).wide();
        let taken = steps.iter().filter(|step| **step != 0);
        FactPath { steps, place: taken.fold(Hash::new(), |hash, step| hash.number(*step)).narrow() }
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
    fn numbers(self, whole: HashedKind, variant: PartLabel, number: usize) -> u64 {
        let place = self.kind_here(whole).text("number").number(variant.hash().wide());
        fact(place.narrow(), Hash::new().number(number as u64))
    }

    /// The kind here, without the path if it has a name.
    fn kind_here(self, whole: HashedKind) -> Hash {
        if whole.kind.is_named() { whole.hash } else { whole.hash.number(self.place.into()) }
    }
}

fn fact(place: u32, content: Hash) -> u64 {
    u64::from(place) << 32 | u64::from(content.narrow())
}

fn place(fact: u64) -> u32 {
    (fact >> 32) as u32
}
