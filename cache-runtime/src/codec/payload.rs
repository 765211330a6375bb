//! The bytes of a value: borrowed, or owned together with the entry around them.

use std::ops::Deref;

/// The part of an entry that is not read yet.
pub(crate) enum Payload<'a> {
    /// The entry is needed afterwards.
    Borrowed(&'a [u8]),
    /// The entry is not needed any more. The part begins at this position.
    Owned(Vec<u8>, usize),
}

impl Payload<'_> {
    /// Skips `count` bytes.
    pub(crate) fn skip(self, count: usize) -> Self {
        match self {
            Payload::Borrowed(bytes) => Payload::Borrowed(bytes.get(count..).unwrap_or_default()),
            Payload::Owned(entry, start) => Payload::Owned(entry, start + count),
        }
    }

    /// Makes a text of all but the first `count` bytes, in the entry's own memory; `None` if it is not UTF-8.
    pub(super) fn into_text(self, count: usize) -> Option<String> {
        let bytes = match self.skip(count) {
            Payload::Borrowed(bytes) => bytes.to_vec(),
            Payload::Owned(mut entry, start) => {
                entry.drain(..start.min(entry.len()));
                entry
            }
        };
        String::from_utf8(bytes).ok()
    }

    /// Whether it can become a text without an allocation, and is long enough: a short text would waste the memory of
    /// the header.
    pub(super) fn is_owned_and_long(&self) -> bool {
        matches!(self, Payload::Owned(..)) && self.len() >= LONG
    }
}

/// A text of at least this many bytes takes over the memory of its entry.
const LONG: usize = 256;

impl Deref for Payload<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Payload::Borrowed(bytes) => bytes,
            Payload::Owned(entry, start) => entry.get(*start..).unwrap_or_default(),
        }
    }
}
