//! Which parts of a stored value its reader takes notice of, where serde does not tell.
//!
//! A type with `flatten`, `tag` or `untagged` reads through a buffer, drops the names that it does not know, and
//! tells nobody which it knows. So a map's value is exchanged for one that nothing takes: a reader who wants what
//! stands there refuses it and says what it expected; one that drops the name does not notice.

mod tree;

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::{self, DeserializeOwned, Unexpected};

use self::tree::{Item, Tree};
use super::hash::Hash;

/// What a type takes notice of in a stored value.
pub(super) struct Attention {
    /// The same for all types that expect the same at the same names.
    pub(super) fingerprint: u64,
    /// Whether there are names that the type drops.
    pub(super) ignores: bool,
}

/// At most so many places are tried, and fewer of a large value, as each is one more reading of it.
const MOST_PLACES: usize = 64;
const FEWEST_PLACES: usize = 4;
const MOST_WORK: usize = 200_000;

/// What a type takes notice of in a value as MessagePack; `None` if the bytes are none.
pub(super) fn of<T: DeserializeOwned>(bytes: &[u8]) -> Option<Attention> {
    let tree: Tree = super::messagepack::read(bytes)?;
    let places = tree.places();
    let most = (MOST_WORK / places.len().max(1)).clamp(FEWEST_PLACES, MOST_PLACES);
    let mut seen = HashSet::new();
    let first_of_each = places.iter().filter(|place| seen.insert(place.name)).take(most);
    let (mut hash, mut ignores) = (Hash::new(), false);
    for place in first_of_each {
        let expected = expected_at::<T>(&tree, place.at);
        ignores |= expected.is_none();
        hash = hash.number(place.name).number(expected.map_or(0, Hash::wide));
    }
    Some(Attention { fingerprint: hash.wide(), ignores })
}

/// What the type expects at a place, or `None` if it does not look there.
fn expected_at<T: DeserializeOwned>(tree: &Tree, place: *const Tree) -> Option<Hash> {
    EXPECTED.set(None);
    let read = catch_unwind(AssertUnwindSafe(|| T::deserialize(Item::Tree(tree, place)).map(drop)));
    let noticed = read.is_err().then(Hash::new);
    EXPECTED.take().or(noticed)
}

thread_local! {
    /// What was expected where the exchanged value stood. An error's maker is told nothing but the error, and
    /// `untagged` drops it, so there is no other way out.
    static EXPECTED: Cell<Option<Hash>> = const { Cell::new(None) };
}

/// Takes note of a refusal of the exchanged value.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not of this type")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Refused
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        if unexpected == Unexpected::NewtypeStruct {
            let heard = EXPECTED.get().unwrap_or(Hash::new());
            EXPECTED.set(Some(heard.text(&expected.to_string())));
        }
        Refused
    }
}
