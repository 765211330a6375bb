//! Finds out which fields of a stored value its type uses, where serde does not tell.
//!
//! A type with `flatten`, `tag` or `untagged` reads from a buffer and drops names that it does not know, without saying
//! which it knows. So the value of each name is replaced by a decoy that no type accepts. A type that uses the name refuses
//! the decoy and says what it expected; a type that drops the name accepts it. The answers of two releases of a type differ
//! if a field was changed, even if both releases can read the value:
//!
//! - the type does not know a name any more, and would drop it (a renamed optional field);
//! - the type of a field is another one that serde converts silently (`3` to `3.0`, beside `flatten`);
//! - either of them happened in a nested value, in a variant, or in a late item of a list.
//!
//! Examining a value costs one reading for each name, so the answer is remembered for each layout of a type's values (see
//! [`reader`]). A layout contains everything that the answer depends on: the names; the tags, because another variant has
//! other fields; and what was refused, because `untagged` takes the first variant that does not refuse.

mod expectation;
mod layouts;
mod reader;
mod refusal;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashSet;

use serde::de::DeserializeOwned;

pub(crate) use self::expectation::Readings;
pub(crate) use self::layouts::KnownLayouts;
use self::refusal::Refusals;
use self::tree::{F64, Node};
use crate::codec::data_model::DataKind;
use crate::codec::hash::{Hash, mix};
use crate::codec::{Unfit, messagepack};

/// How a type uses the fields of a stored value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FieldUsage {
    /// The same for all types that expect the same at the same names.
    pub(crate) fingerprint: u64,
    /// Whether the type drops names.
    pub(crate) ignores_names: bool,
}

/// Reads a value if `accepts` returns true for how the type uses its fields.
pub(crate) fn read<T: DeserializeOwned>(
    bytes: &[u8],
    known: &KnownLayouts,
    accepts: impl Fn(&FieldUsage) -> bool,
) -> Result<(T, FieldUsage), Unfit> {
    let node = Node::parse(bytes).ok_or(Unfit::Bytes)?;
    read_node(&node, bytes, known, accepts).map(|(value, usage, _)| (value, usage))
}

/// The same, and returns the layout if it is known.
fn read_node<T: DeserializeOwned>(
    node: &Node<'_>,
    bytes: &[u8],
    known: &KnownLayouts,
    accepts: impl Fn(&FieldUsage) -> bool,
) -> Result<(T, FieldUsage, Option<u64>), Unfit> {
    let (value, layout) = reader::read::<T>(node, known.tags()).unzip();
    let remembered = layout.and_then(|layout| known.usage(layout)).filter(&accepts);
    let usage = remembered.or_else(|| examine::<T>(bytes, known, layout)).ok_or(Unfit::Bytes)?;
    if !accepts(&usage) {
        return Err(Unfit::Type);
    }
    let value = value.or_else(|| messagepack::read(bytes)).ok_or(Unfit::Bytes)?;
    Ok((value, usage, layout))
}

/// Reads a value whose writer is not known. The type must use every name, and `accepts` says whether it may read the values
/// as it does.
pub(crate) fn read_unknown<T: DeserializeOwned>(
    bytes: &[u8],
    known: &KnownLayouts,
    accepts: impl Fn(&Readings) -> bool,
) -> Result<T, Unfit> {
    let node = Node::parse(bytes).ok_or(Unfit::Bytes)?;
    let (value, _, layout) = read_node(&node, bytes, known, |usage| !usage.ignores_names)?;
    let of = layout.map(|layout| mix(layout, node.signature()));
    let readings = of.and_then(|of| known.readings(of)).unwrap_or_else(|| examine_places::<T>(node, known, layout, of));
    if accepts(&readings) { Ok(value) } else { Err(Unfit::Type) }
}

/// A text that is no character.
const NO_CHAR: &[u8] = b"no char";

/// Puts a decoy in one place after the other to learn what each value is read as.
fn examine_places<T: DeserializeOwned>(
    mut sample: Node<'_>,
    known: &KnownLayouts,
    layout: Option<u64>,
    value: Option<u64>,
) -> Readings {
    sample.prune_alike();
    let places = sample.places();
    let most = most_runs(places.len());
    let (mut runs, mut readings) = (0, Readings::default());
    for place in places {
        let key = layout.map(|layout| mix(layout, place.hash));
        let remembered = key.and_then(|key| known.readings(key));
        let reading = remembered.or_else(|| {
            runs += 1;
            if runs > most {
                return None;
            }
            let stored = std::mem::replace(sample.at(place.position)?, Node::Decoy);
            let (is_read, refusals) = reader::try_read::<T>(&sample);
            let mut reading = refusals.expectations.reading(&stored, !is_read);
            if reading.kinds.contains(DataKind::Char) {
                *sample.at(place.position)? = Node::Text(NO_CHAR);
                reading.takes_texts_for_chars = reader::try_read::<T>(&sample).0;
            }
            *sample.at(place.position)? = stored;
            if let Some(key) = key {
                known.remember_readings(key, reading);
            }
            Some(reading)
        });
        readings = readings.and(reading.unwrap_or_default());
    }
    if let Some(value) = value.filter(|_| runs <= most) {
        known.remember_readings(value, readings);
    }
    readings
}

/// At most this many names are tried, and fewer for a large value, because each of them is one more reading.
const MOST_NAMES: usize = 64;
const FEWEST_NAMES: usize = 4;
const MOST_WORK: usize = 200_000;

fn most_runs(places: usize) -> usize {
    (MOST_WORK / places.max(1)).clamp(FEWEST_NAMES, MOST_NAMES)
}

/// Tries the names of a value one after the other.
fn examine<T: DeserializeOwned>(bytes: &[u8], known: &KnownLayouts, layout: Option<u64>) -> Option<FieldUsage> {
    let mut sample = Node::parse(bytes)?;
    sample.prune();
    let entries = sample.entries();
    let most = most_runs(entries.len());
    let whole = reader::try_read::<T>(&sample);
    let mut seen = HashSet::new();
    let (mut hash, mut ignores_names, mut tags) = (Hash::new(), false, Vec::new());
    for (position, entry) in entries.iter().enumerate().filter(|(_, entry)| seen.insert(entry.path)).take(most) {
        let (is_read, refusals) = sample.with(position, Node::Decoy, reader::try_read::<T>);
        let expected = refusals.expected.or((!is_read).then(Hash::new));
        ignores_names |= expected.is_none();
        hash = hash.number(entry.path).number(expected.map_or(0, Hash::wide));
        let other = sample.value(position).and_then(|value| value.text()).and_then(other_word);
        let mut with_other = |word| sample.with(position, Node::Text(word), reader::try_read::<T>);
        if refusals.expected_variant || other.is_some_and(|word| !reads_alike(with_other(word), whole)) {
            tags.push(entry.name);
        }
    }
    let usage = FieldUsage { fingerprint: hash.wide(), ignores_names };
    // For a large value, the number of tried names depends on the lengths of its lists, which are not in the layout.
    if let Some(layout) = layout.filter(|_| whole.0 && most == MOST_NAMES) {
        known.remember(layout, usage, &tags);
    }
    Some(usage)
}

/// Another word of the same length, if a text is one that may be a tag. Code that looks into the word meets as many letters.
fn other_word(text: &[u8]) -> Option<&'static [u8]> {
    const WORDS: [[u8; 64]; 2] = [[b'q'; 64], [b'w'; 64]];
    let is_word = text.iter().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(byte));
    let other = &WORDS[usize::from(text.first() == Some(&b'q'))];
    other.get(..text.len()).filter(|_| is_word)
}

fn reads_alike((is_read, refusals): (bool, Refusals), (was_read, earlier): (bool, Refusals)) -> bool {
    (is_read, refusals.trail) == (was_read, earlier.trail)
}

/// Whether a type takes this whole number for a float, as an `untagged` enum does whose first variant is one.
pub(crate) fn takes_for_float<T: DeserializeOwned>(number: &[u8]) -> bool {
    let read = |node: Node<'_>| reader::try_read::<T>(&node);
    let alike = |number| reads_alike(read(number), read(Node::Scalar(F64, 0.5_f64.to_bits())));
    read(Node::Decoy).1.expected_float && Node::parse(number).is_some_and(alike)
}
