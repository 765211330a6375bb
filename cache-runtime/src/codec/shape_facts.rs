//! What a value says of its shape while it is written, for readers who know more of the type than the writer.
//!
//! A fact is a place and what stands there, each as a hash of 32 bits. A place is known by what leads to it from
//! the nearest type with a name, so that a type says the same wherever it stands and one that contains itself says
//! only finitely much. A reader knows from serde which facts its own type can say; an entry that says another one
//! was written by another type.
//!
//! The hashes stand in entries: a change to what is hashed here is a new format.

mod known;

use std::cell::RefCell;
use std::sync::LazyLock;

use serde::Serialize;

pub(super) use self::known::KnownFacts;
use super::data_model::{DataKind, Form, PartLabel};
use super::hash::Hash;
use super::shape_serializer::{self, FieldNames, Listener, WalkEnd};

/// The facts of a value, as they stand before it in an entry: their count, then each.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    bytes: &'a [u8],
}

const COUNT: usize = size_of::<u32>();
const FACT: usize = size_of::<u64>();

impl<'a> Facts<'a> {
    /// Splits an entry's payload into the facts and the value.
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

/// The facts of a value as they are heard.
pub(super) struct CollectedFacts {
    /// Each once and in order. They are few, so that this is quicker than a tree.
    facts: Vec<u64>,
    /// The items of a sequence say the same again and again.
    last: u64,
    /// Whether a struct named fields that it left out.
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

    /// Appends them, so that [`Facts::split`] finds them.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let count = u32::try_from(self.facts.len()).expect("facts are bounded by the size of a program");
        bytes.extend_from_slice(&count.to_le_bytes());
        for fact in &self.facts {
            bytes.extend_from_slice(&fact.to_le_bytes());
        }
    }
}

/// What a sequence of bytes says, in order.
static OF_BYTES: LazyLock<[u64; 2]> = LazyLock::new(|| {
    let (root, seq) = (FactPath::ROOT, HashedKind::of(DataKind::Seq));
    let mut facts = [root.holds(seq), root.to(seq, PartLabel::At(0)).holds(HashedKind::of(DataKind::U8))];
    facts.sort_unstable();
    facts
});

/// Hears the facts of a value.
pub(super) fn collect<T: Serialize + ?Sized>(value: &T, form: Form) -> Result<CollectedFacts, WalkEnd> {
    let heard = RefCell::new(CollectedFacts { facts: Vec::new(), last: 0, leaves_out: false });
    shape_serializer::tell(value, form, FactListener { heard: &heard, way: FactPath::ROOT, whole: HashedKind::NONE })?;
    Ok(heard.into_inner())
}

#[derive(Clone, Copy)]
struct FactListener<'a> {
    heard: &'a RefCell<CollectedFacts>,
    way: FactPath,
    whole: HashedKind,
}

impl Listener for FactListener<'_> {
    fn leaf(self, kind: DataKind) -> Result<(), WalkEnd> {
        self.heard.borrow_mut().add(self.way.holds(HashedKind::of(kind)));
        Ok(())
    }

    fn open(self, kind: DataKind) -> Result<Self, WalkEnd> {
        let whole = HashedKind::of(kind);
        self.heard.borrow_mut().add(self.way.holds(whole));
        Ok(FactListener { whole, ..self })
    }

    fn part(self, label: PartLabel) -> Result<Self, WalkEnd> {
        if let PartLabel::Variant(index, _) = label {
            self.heard.borrow_mut().add(self.way.numbers(self.whole, label, index));
        }
        Ok(FactListener { way: self.way.to(self.whole, label), ..self })
    }

    fn fields(self, fields: FieldNames) -> Result<(), WalkEnd> {
        let mut heard = self.heard.borrow_mut();
        heard.add(self.way.names(self.whole, fields.names));
        heard.leaves_out |= fields.leaves_out;
        Ok(())
    }
}

/// A kind whose hash is known, as each of its parts needs it.
#[derive(Clone, Copy)]
struct HashedKind {
    hash: Hash,
    is_named: bool,
}

impl HashedKind {
    /// Where nothing with parts has been opened.
    const NONE: HashedKind = HashedKind::of(DataKind::Unit);

    const fn of(kind: DataKind) -> Self {
        HashedKind { hash: kind.hash(), is_named: kind.is_named() }
    }
}

/// The way to a place from the nearest type with a name, or the last steps of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct FactPath {
    /// The last step stands at the end; there are none where it says 0.
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

    /// The way on, to a part of what stands here.
    fn to(self, whole: HashedKind, part: PartLabel) -> Self {
        let step = whole.hash.number(part.hash().wide()).wide();
        let [_, rest @ ..] = if whole.is_named { [0; STEPS] } else { self.steps };
        let mut steps = [0; STEPS];
        steps[..STEPS - 1].copy_from_slice(&rest);
        steps[STEPS - 1] = step;
        FactPath::along(steps)
    }

    /// That this stands here.
    fn holds(self, whole: HashedKind) -> u64 {
        fact(self.place, whole.hash)
    }

    /// That a struct which stands here has fields of these names, in this order.
    fn names(self, whole: HashedKind, names: Hash) -> u64 {
        fact(self.to_name(whole).text("fields").narrow(), names)
    }

    /// That a variant has this number.
    fn numbers(self, whole: HashedKind, variant: PartLabel, number: u32) -> u64 {
        let place = self.to_name(whole).text("number").number(variant.hash().wide());
        fact(place.narrow(), Hash::new().number(number.into()))
    }

    /// What stands here, by its name alone if it has one.
    fn to_name(self, whole: HashedKind) -> Hash {
        if whole.is_named { whole.hash } else { whole.hash.number(self.place.into()) }
    }
}

fn fact(place: u32, says: Hash) -> u64 {
    u64::from(place) << 32 | u64::from(says.narrow())
}

fn place(fact: u64) -> u32 {
    (fact >> 32) as u32
}
