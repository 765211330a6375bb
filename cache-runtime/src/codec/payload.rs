//! The bytes that a value is read from: lent, or given up with the entry that they stand in.

use std::ops::Deref;

/// The part of an entry that is still to be read.
pub(crate) enum Payload<'a> {
    /// Somebody needs the entry afterwards.
    Lent(&'a [u8]),
    /// Nobody does. The part begins at this position.
    Given(Vec<u8>, usize),
}

impl Payload<'_> {
    /// What comes after the first `count` bytes.
    pub(crate) fn after(self, count: usize) -> Self {
        match self {
            Payload::Lent(bytes) => Payload::Lent(bytes.get(count..).unwrap_or_default()),
            Payload::Given(entry, start) => Payload::Given(entry, start + count),
        }
    }

    /// Makes a text of what comes after the first `count` bytes, in the memory that the entry is in; `None` if it is no
    /// UTF-8.
    pub(super) fn into_text(self, count: usize) -> Option<String> {
        let bytes = match self.after(count) {
            Payload::Lent(bytes) => bytes.to_vec(),
            Payload::Given(mut entry, start) => {
                entry.drain(..start.min(entry.len()));
                entry
            }
        };
        String::from_utf8(bytes).ok()
    }

    /// Whether it can become a text without other memory, and is worth it: in a short one the room of a header would
    /// weigh.
    pub(super) fn is_given_and_long(&self) -> bool {
        matches!(self, Payload::Given(..)) && self.len() >= LONG
    }
}

/// From so many bytes on a text takes over the memory of its entry.
const LONG: usize = 256;

impl Deref for Payload<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Payload::Lent(bytes) => bytes,
            Payload::Given(entry, start) => entry.get(*start..).unwrap_or_default(),
        }
    }
}
