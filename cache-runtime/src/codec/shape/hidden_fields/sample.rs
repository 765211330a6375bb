//! A shortened MessagePack value, with the positions of its named values.

use std::collections::HashSet;
use std::ops::Range;

use super::layouts::name_hash;
use super::token::{Cursor, DECOY, LONG_SEQ, Token};
use crate::codec::hash::Hash;
use crate::codec::messagepack::DEPTH;

/// A value whose long lists are cut down to items that differ in their names.
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    value: Part,
}

enum Part {
    Scalar,
    Seq(Vec<Part>),
    Map(Vec<Entry>),
}

/// An entry of a map. Only texts are names: other keys are data, and all have one hash.
pub(super) struct Entry {
    /// A hash of the name, as fingerprints hold it.
    hash: u64,
    /// A hash of the name, as layouts hold it.
    pub(super) name: u64,
    range: Range<usize>,
    value: Part,
}

/// This many items of a list are kept, and of the rest those whose names no item before them has.
///
/// An array must be whole to be read, and serde has none that are longer.
const LONGEST_ARRAY: usize = 32;

impl Sample {
    /// `None` if these bytes are not one value.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut sampler = Sampler { cursor: Cursor::new(bytes), bytes: Vec::new() };
        let value = sampler.sample(DEPTH)?;
        sampler.cursor.is_at_end().then_some(Sample { bytes: sampler.bytes, value })
    }

    /// All entries in order. Each has a hash of the names on the path to it and of their siblings.
    pub(super) fn entries(&self) -> Vec<(u64, &Entry)> {
        self.value.entries()
    }

    /// The sample with a decoy in place of a value.
    pub(super) fn with_decoy(&self, entry: &Entry) -> Vec<u8> {
        [&self.bytes[..entry.range.start], &[DECOY], &self.bytes[entry.range.end..]].concat()
    }

    /// The sample with another word in place of a value, if that is one word and so might be a tag.
    pub(super) fn with_other_word(&self, entry: &Entry) -> Option<Vec<u8>> {
        let is_word = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(byte));
        let length = Cursor::new(&self.bytes[entry.range.clone()]).peek_text().filter(|text| is_word(text))?.len();
        let mut bytes = self.bytes.clone();
        bytes[entry.range.end - length..entry.range.end].fill(b'q');
        Some(bytes)
    }
}

impl Part {
    fn entries(&self) -> Vec<(u64, &Entry)> {
        let mut found = Vec::new();
        self.visit(Hash::new(), &mut found);
        found
    }

    fn visit<'a>(&'a self, path: Hash, found: &mut Vec<(u64, &'a Entry)>) {
        match self {
            Part::Scalar => {}
            Part::Seq(items) => items.iter().for_each(|item| item.visit(path.number(0), found)),
            Part::Map(entries) => {
                let path = entries.iter().fold(path, |path, entry| path.number(entry.hash));
                for entry in entries {
                    let path = path.number(entry.hash);
                    found.push((path.wide(), entry));
                    entry.value.visit(path, found);
                }
            }
        }
    }

    /// A hash of all names in an item, by which items are compared. `None` if the item has no parts.
    fn names(&self) -> Option<u64> {
        let has_parts = matches!(self, Part::Seq(_) | Part::Map(_));
        has_parts.then(|| self.entries().iter().fold(Hash::new(), |hash, (path, _)| hash.number(*path)).wide())
    }
}

struct Sampler<'a> {
    cursor: Cursor<'a>,
    bytes: Vec<u8>,
}

impl Sampler<'_> {
    fn sample(&mut self, levels_left: usize) -> Option<Part> {
        let start = self.cursor;
        match self.cursor.token()?.1 {
            Token::Seq(length) if length > LONGEST_ARRAY => self.sample_long_list(length, levels_left.checked_sub(1)?),
            Token::Seq(length) => {
                self.bytes.extend_from_slice(self.cursor.since(start));
                let items = (0..length).map(|_| self.sample(levels_left.checked_sub(1)?));
                Some(Part::Seq(items.collect::<Option<_>>()?))
            }
            Token::Map(length) => {
                self.bytes.extend_from_slice(self.cursor.since(start));
                self.sample_entries(length, levels_left.checked_sub(1)?)
            }
            Token::Scalar(length) | Token::Text(length) | Token::Bytes(length) => {
                self.cursor.take(length)?;
                self.bytes.extend_from_slice(self.cursor.since(start));
                Some(Part::Scalar)
            }
        }
    }

    fn sample_long_list(&mut self, length: usize, levels_left: usize) -> Option<Part> {
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        self.bytes.extend_from_slice(&[LONG_SEQ, 0, 0, 0, 0]);
        let start = self.bytes.len();
        for _ in 0..length {
            let end = self.bytes.len();
            let item = self.sample(levels_left)?;
            if items.len() < LONGEST_ARRAY || item.names().is_some_and(|names| seen.insert(names)) {
                items.push(item);
            } else {
                self.bytes.truncate(end);
            }
        }
        let count = u32::try_from(items.len()).ok()?;
        self.bytes[start - size_of::<u32>()..start].copy_from_slice(&count.to_be_bytes());
        Some(Part::Seq(items))
    }

    fn sample_entries(&mut self, length: usize, levels_left: usize) -> Option<Part> {
        let mut entries = Vec::new();
        for _ in 0..length {
            let key = self.cursor.peek_text();
            self.sample(levels_left)?;
            let start = self.bytes.len();
            let value = self.sample(levels_left)?;
            let hash = key.map_or(Hash::new(), |key| Hash::new().bytes(key)).wide();
            entries.push(Entry { hash, name: key.map_or(0, name_hash), range: start..self.bytes.len(), value });
        }
        Some(Part::Map(entries))
    }
}
