//! MessagePack as a tree that borrows its texts.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::layouts::name_hash;
use crate::codec::hash::{Hash, mix};
use crate::codec::messagepack::{DEPTH, is_one_value};

pub(super) enum Node<'a> {
    /// A number, a boolean or nil: its marker, and the bits that follow the marker.
    Scalar(u8, u64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Seq(Vec<Node<'a>>),
    Map(Vec<(Node<'a>, Node<'a>)>),
    /// It is in the place of a value to see whether a type asks for that.
    Decoy,
}

pub(super) const NIL: u8 = 0xc0;
pub(super) const F32: u8 = 0xca;
pub(super) const F64: u8 = 0xcb;

/// This many items of a list are kept, and of the rest those whose names no item before them has.
///
/// An array must be whole to be read, and serde has none that are longer.
const LONGEST_ARRAY: usize = 32;

/// A value that is not nil, at any level but the first if it has parts.
pub(super) struct Place {
    /// How many values are before it.
    pub(super) position: usize,
    /// A hash of the names on the path to it and of what it is, within this process.
    pub(super) hash: u64,
}

/// This many items of a list are places of their own, as they may be elements of a tuple. The others share a place.
const TUPLE: usize = 8;

/// An entry of a map. Only texts are names: other keys are data, and all have one hash.
pub(super) struct Entry {
    /// A hash of the names on the path to its value and of their siblings. It is a part of fingerprints.
    pub(super) path: u64,
    /// A hash of the name, as layouts hold it.
    pub(super) name: u64,
}

impl<'a> Node<'a> {
    /// `None` if these bytes are not one value.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        is_one_value(bytes).then(|| parse(&mut &*bytes, DEPTH))?
    }

    pub(super) fn text(&self) -> Option<&'a [u8]> {
        if let Node::Text(text) = self { Some(text) } else { None }
    }

    /// What the value is. Widths of whole numbers are not told apart, because they are not stored.
    pub(super) fn class(&self) -> u64 {
        match self {
            Node::Scalar(NIL, _) | Node::Decoy => 0,
            Node::Scalar(0xc2 | 0xc3, _) => 1,
            Node::Scalar(F32, _) => 2,
            Node::Scalar(F64, _) => 3,
            Node::Scalar(..) => 4,
            Node::Text(_) => 5,
            Node::Bytes(_) => 6,
            Node::Seq(_) => 7,
            Node::Map(_) => 8,
        }
    }

    /// A hash of all names and of what the values are. Lists of the same items have the same, whatever their lengths.
    pub(super) fn signature(&self) -> u64 {
        match self {
            Node::Seq(items) => {
                let (mut classes, mut signatures) = (0_u64, HashSet::<_, FixedState>::default());
                for (item, index) in items.iter().zip(0..) {
                    match item {
                        Node::Seq(_) | Node::Map(_) => {
                            signatures.insert(mix(index.min(TUPLE) as u64, item.signature()));
                        }
                        // Seven bits for each place.
                        scalar => classes |= 1 << (scalar.class() + 7 * index.min(TUPLE) as u64),
                    }
                }
                signatures.into_iter().fold(mix(self.class(), classes), u64::wrapping_add)
            }
            Node::Map(entries) => entries.iter().fold(self.class(), |hash, (key, value)| {
                mix(mix(hash, key.text().map_or(0, name_hash)), value.signature())
            }),
            scalar => scalar.class(),
        }
    }

    /// A whole number.
    pub(super) fn integer(&self) -> Option<i128> {
        let Node::Scalar(marker, bits) = self else { return None };
        Some(match marker {
            0x00..=0x7f => i128::from(*marker),
            0xe0..=0xff => i128::from(marker.cast_signed()),
            0xcc..=0xcf => i128::from(*bits),
            0xd0 => i128::from(*bits as i8),
            0xd1 => i128::from(*bits as i16),
            0xd2 => i128::from(*bits as i32),
            0xd3 => i128::from(*bits as i64),
            _ => return None,
        })
    }

    /// Cuts long lists down to items that differ in what their parts are.
    pub(super) fn prune_alike(&mut self) {
        match self {
            Node::Seq(items) => {
                items.iter_mut().for_each(Node::prune_alike);
                let (mut position, mut seen) = (0, HashSet::<_, FixedState>::default());
                items.retain(|item| {
                    position += 1;
                    position <= LONGEST_ARRAY || seen.insert(item.signature())
                });
            }
            Node::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.prune_alike()),
            _ => {}
        }
    }

    /// The places of the value, each hash once.
    pub(super) fn places(&self) -> Vec<Place> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        self.visit_places(0, &mut 0, &mut |position, hash| {
            if seen.insert(hash) {
                found.push(Place { position, hash });
            }
        });
        found
    }

    fn visit_places(&self, path: u64, position: &mut usize, visit: &mut impl FnMut(usize, u64)) {
        let has_parts = matches!(self, Node::Seq(_) | Node::Map(_));
        if self.class() != 0 && (path != 0 || !has_parts) {
            visit(*position, mix(path, self.class()));
        }
        *position += 1;
        match self {
            Node::Seq(items) => items.iter().zip(0..).for_each(|(item, index)| {
                item.visit_places(mix(path, index.min(TUPLE)), position, visit);
            }),
            Node::Map(entries) => entries.iter().for_each(|(key, value)| {
                value.visit_places(mix(path, key.text().map_or(0, name_hash)), position, visit);
            }),
            _ => {}
        }
    }

    /// The value of the place at this position.
    pub(super) fn at(&mut self, mut position: usize) -> Option<&mut Node<'a>> {
        self.find_at(&mut position)
    }

    fn find_at(&mut self, left: &mut usize) -> Option<&mut Node<'a>> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        match self {
            Node::Seq(items) => items.iter_mut().find_map(|item| item.find_at(left)),
            Node::Map(entries) => entries.iter_mut().find_map(|(_, value)| value.find_at(left)),
            _ => None,
        }
    }

    /// Cuts long lists down to items that differ in their names.
    pub(super) fn prune(&mut self) {
        match self {
            Node::Seq(items) => {
                items.iter_mut().for_each(Node::prune);
                let (mut position, mut seen) = (0, HashSet::new());
                items.retain(|item| {
                    position += 1;
                    position <= LONGEST_ARRAY || item.names().is_some_and(|names| seen.insert(names))
                });
            }
            Node::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.prune();
                value.prune();
            }),
            _ => {}
        }
    }

    /// A hash of all names in an item, by which items are compared. `None` if the item has no parts.
    fn names(&self) -> Option<u64> {
        let has_parts = matches!(self, Node::Seq(_) | Node::Map(_));
        has_parts.then(|| self.entries().iter().fold(Hash::new(), |hash, entry| hash.number(entry.path)).wide())
    }

    /// All entries, each before those in its value.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        self.visit(Hash::new(), &mut found);
        found
    }

    fn visit(&self, path: Hash, found: &mut Vec<Entry>) {
        match self {
            Node::Seq(items) => items.iter().for_each(|item| item.visit(path.number(0), found)),
            Node::Map(entries) => {
                let hash = |key: &Node<'_>| key.text().map_or(Hash::new(), |name| Hash::new().bytes(name)).wide();
                let path = entries.iter().fold(path, |path, (key, _)| path.number(hash(key)));
                for (key, value) in entries {
                    let path = path.number(hash(key));
                    found.push(Entry { path: path.wide(), name: key.text().map_or(0, name_hash) });
                    value.visit(path, found);
                }
            }
            _ => {}
        }
    }

    /// Looks at the tree with another value in the entry at this position.
    pub(super) fn with<R>(&mut self, position: usize, other: Node<'a>, look: impl FnOnce(&Self) -> R) -> R {
        let value = self.replace(position, other);
        let result = look(self);
        value.and_then(|value| self.replace(position, value));
        result
    }

    fn replace(&mut self, position: usize, other: Node<'a>) -> Option<Node<'a>> {
        self.value(position).map(|value| std::mem::replace(value, other))
    }

    /// The value of the entry at this position.
    pub(super) fn value(&mut self, mut position: usize) -> Option<&mut Node<'a>> {
        self.find(&mut position)
    }

    fn find(&mut self, left: &mut usize) -> Option<&mut Node<'a>> {
        match self {
            Node::Seq(items) => items.iter_mut().find_map(|item| item.find(left)),
            Node::Map(entries) => entries.iter_mut().find_map(|(_, value)| {
                if *left == 0 {
                    return Some(value);
                }
                *left -= 1;
                value.find(left)
            }),
            _ => None,
        }
    }
}

/// Reads a value. `None` for extensions, which are not written.
fn parse<'a>(rest: &mut &'a [u8], levels_left: usize) -> Option<Node<'a>> {
    let marker = *rest.split_off_first()?;
    let scalar = |rest, size| Some(Node::Scalar(marker, number(rest, size)?));
    Some(match marker {
        0x00..=0x7f | NIL | 0xc2 | 0xc3 | 0xe0..=0xff => Node::Scalar(marker, 0),
        0xcc | 0xd0 => return scalar(rest, 1),
        0xcd | 0xd1 => return scalar(rest, 2),
        0xca | 0xce | 0xd2 => return scalar(rest, 4),
        F64 | 0xcf | 0xd3 => return scalar(rest, 8),
        0xa0..=0xbf => Node::Text(rest.split_off(..usize::from(marker & 0x1f))?),
        0xd9..=0xdb => Node::Text(sized(rest, marker - 0xd9)?),
        0xc4..=0xc6 => Node::Bytes(sized(rest, marker - 0xc4)?),
        0x90..=0x9f => Node::Seq(items(rest, usize::from(marker & 0x0f), levels_left)?),
        0xdc | 0xdd => {
            let length = length(rest, marker - 0xdc + 1)?;
            Node::Seq(items(rest, length, levels_left)?)
        }
        0x80..=0x8f => Node::Map(entries(rest, usize::from(marker & 0x0f), levels_left)?),
        0xde | 0xdf => {
            let length = length(rest, marker - 0xde + 1)?;
            Node::Map(entries(rest, length, levels_left)?)
        }
        0xc1 | 0xc7..=0xc9 | 0xd4..=0xd8 => return None,
    })
}

fn items<'a>(rest: &mut &'a [u8], length: usize, levels_left: usize) -> Option<Vec<Node<'a>>> {
    let levels_left = levels_left.checked_sub(1)?;
    let mut items = Vec::with_capacity(length);
    for _ in 0..length {
        items.push(parse(rest, levels_left)?);
    }
    Some(items)
}

fn entries<'a>(rest: &mut &'a [u8], length: usize, levels_left: usize) -> Option<Vec<(Node<'a>, Node<'a>)>> {
    let levels_left = levels_left.checked_sub(1)?;
    let mut entries = Vec::with_capacity(length);
    for _ in 0..length {
        entries.push((parse(rest, levels_left)?, parse(rest, levels_left)?));
    }
    Some(entries)
}

/// Bytes after their length, which has 1, 2 or 4 bytes.
fn sized<'a>(rest: &mut &'a [u8], size: u8) -> Option<&'a [u8]> {
    let length = length(rest, size)?;
    rest.split_off(..length)
}

/// A length of `2^size` bytes.
fn length(rest: &mut &[u8], size: u8) -> Option<usize> {
    usize::try_from(number(rest, 1 << size)?).ok()
}

/// A big-endian number of up to eight bytes.
fn number(rest: &mut &[u8], size: usize) -> Option<u64> {
    let bytes = rest.split_off(..size)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
