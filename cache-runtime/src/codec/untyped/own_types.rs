//! What this process has written of each type without knowing how the type is read.
//!
//! `set` knows how a type is written, and `get` how it is read. The two may differ (`skip_serializing`, `rename` for one way
//! only, generated code), and an entry whose facts its reader does not know was usually written by another release of the
//! type. If this process has written such facts of the very same type, there is no other release, and the names of the
//! fields can be trusted. If the type does not read the value all the same, `set` is told how to find that out before it
//! stores the next one.

use std::any::TypeId;
use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, PoisonError, RwLock};

use foldhash::fast::FixedState;
use serde::de::DeserializeOwned;

use crate::codec::shape::{Facts, Shape};
use crate::codec::{Codec, Form, Payload, from_number};

/// What was written of a value.
#[derive(Clone, Copy)]
pub(crate) enum Written<'a> {
    Number(i64),
    Payload(Codec, &'a [u8]),
}

/// Reads what was written, or returns the shape that the type reads instead.
type Check = fn(Written<'_>) -> Result<(), &'static Shape>;

#[derive(Default)]
struct OwnType {
    facts: BTreeSet<u64>,
    wrote_number: bool,
    wrote_bincode: bool,
    check: Option<Check>,
}

type OwnTypes = HashMap<TypeId, OwnType, FixedState>;

static OWN_TYPES: LazyLock<RwLock<OwnTypes>> = LazyLock::new(RwLock::default);

/// The most facts that are remembered of a type.
const MOST_FACTS: usize = 10_000;

impl OwnType {
    /// Whether there is nothing to remember of what was written: it is known, or there is no room.
    fn knows(&self, written: Written<'_>) -> bool {
        let is_full = matches!(written, Written::Payload(Codec::MessagePack, _)) && self.facts.len() >= MOST_FACTS;
        is_full || self.has_written(written)
    }

    fn has_written(&self, written: Written<'_>) -> bool {
        match written {
            Written::Number(_) => self.wrote_number,
            Written::Payload(Codec::Bincode, _) => self.wrote_bincode,
            Written::Payload(Codec::MessagePack, payload) => {
                Facts::split(payload).is_some_and(|(facts, _)| facts.iter().all(|fact| self.facts.contains(&fact)))
            }
        }
    }

    fn remember(&mut self, written: Written<'_>) {
        match written {
            Written::Number(_) => self.wrote_number = true,
            Written::Payload(Codec::Bincode, _) => self.wrote_bincode = true,
            Written::Payload(Codec::MessagePack, payload) if self.facts.len() < MOST_FACTS => {
                self.facts.extend(Facts::split(payload).into_iter().flat_map(|(facts, _)| facts.iter()));
            }
            Written::Payload(Codec::MessagePack, _) => {}
        }
    }
}

/// Remembers what was written of a type. An error is the shape that the type reads, if it is known not to read this.
pub(crate) fn remember<T: ?Sized>(written: Written<'_>) -> Result<(), &'static Shape> {
    let id = typeid::of::<T>();
    let known = {
        let types = OWN_TYPES.read().unwrap_or_else(PoisonError::into_inner);
        types.get(&id).filter(|own| own.knows(written)).map(|own| own.check)
    };
    let check = known.unwrap_or_else(|| {
        let mut types = OWN_TYPES.write().unwrap_or_else(PoisonError::into_inner);
        let own = types.entry(id).or_default();
        own.remember(written);
        own.check
    });
    // Without the lock, because it calls the type's code.
    check.map_or(Ok(()), |check| check(written))
}

/// Whether this process has written such a value of the type, or of references to it.
pub(super) fn has_written<T>(written: Written<'_>) -> bool {
    let types = OWN_TYPES.read().unwrap_or_else(PoisonError::into_inner);
    ids::<T>().iter().any(|id| types.get(id).is_some_and(|own| own.has_written(written)))
}

/// From now on, values of the type are read back before they are stored, if this process writes any.
pub(crate) fn check_from_now_on<T: DeserializeOwned>() {
    let is_new = |types: &OwnTypes| ids::<T>().iter().any(|id| types.get(id).is_some_and(|own| own.check.is_none()));
    // Most values that cannot be read are another release's, of a type that this process does not write.
    if !is_new(&OWN_TYPES.read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut types = OWN_TYPES.write().unwrap_or_else(PoisonError::into_inner);
    for id in ids::<T>() {
        if let Some(own) = types.get_mut(&id) {
            own.check = Some(check::<T>);
        }
    }
}

fn ids<T>() -> [TypeId; 2] {
    [typeid::of::<T>(), typeid::of::<&T>()]
}

fn check<T: DeserializeOwned>(written: Written<'_>) -> Result<(), &'static Shape> {
    let is_readable = match written {
        Written::Number(number) => from_number::<T>(number).is_some(),
        Written::Payload(codec, payload) => {
            super::read::<T>(codec, Payload { entry: payload.into(), start: 0 }).is_ok()
        }
    };
    if is_readable { Ok(()) } else { Err(Shape::of::<T>(Form::Readable)) }
}
