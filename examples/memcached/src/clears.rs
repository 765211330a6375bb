//! Clears of key prefixes. Memcached cannot delete keys by their prefix, so a clear is only recorded. Each item holds the
//! number of clears before it was written, and an item that is older than a clear of its key counts as absent.
//!
//! The record is one item in memcached, which is read together with the items that are asked for.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

/// The most prefixes that are recorded, because they are read at each operation. One more clears everything, which a cache
/// may always do.
const MAX_PREFIXES: usize = 100;

/// The time of a write, counted in clears.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// Identifies the count: if the server loses the record, a new count begins under another number.
    pub(crate) epoch: u64,
    pub(crate) count: u64,
}

/// The clears of a namespace.
pub(crate) struct Clears {
    now: Moment,
    /// The number of the last clear of each prefix.
    prefixes: BTreeMap<String, u64>,
    pub(crate) cas: u64,
}

/// The name of the record. No key has this name, because theirs continue with `k:` or `h:`.
pub(crate) fn name(prefix: &str) -> String {
    format!("{prefix}clears")
}

impl Clears {
    pub(crate) fn new() -> Self {
        let epoch = RandomState::new().hash_one(());
        Clears { now: Moment { epoch, count: 0 }, prefixes: BTreeMap::new(), cas: 0 }
    }

    pub(crate) fn now(&self) -> Moment {
        self.now
    }

    /// Whether an item of this key was cleared after it was written.
    pub(crate) fn has_cleared(&self, key: &str, written: Moment) -> bool {
        let since = |(prefix, &count): (&String, &u64)| written.count < count && key.starts_with(&**prefix);
        written.epoch != self.now.epoch || self.prefixes.iter().any(since)
    }

    /// The same clears and one more.
    pub(crate) fn with(&self, prefix: &str) -> Self {
        let count = self.now.count + 1;
        let prefix = if self.prefixes.len() < MAX_PREFIXES { prefix } else { "" };
        // A longer prefix is covered by this one.
        let others = self.prefixes.iter().filter(|(other, _)| !other.starts_with(prefix));
        let mut prefixes: BTreeMap<_, _> = others.map(|(other, &count)| (other.clone(), count)).collect();
        prefixes.insert(prefix.to_owned(), count);
        Clears { now: Moment { count, ..self.now }, prefixes, cas: self.cas }
    }

    /// Writes a line for the moment, and one for each prefix, in hexadecimal.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut text = format!("clears {} {}\n", self.now.epoch, self.now.count);
        for (prefix, count) in &self.prefixes {
            let prefix: String = prefix.bytes().map(|byte| format!("{byte:02x}")).collect();
            text += &format!("{count} {prefix}\n");
        }
        text.into_bytes()
    }

    /// Reads a record; `None` if another program wrote the item.
    pub(crate) fn read(bytes: &[u8], cas: Option<u64>) -> Option<Self> {
        let mut lines = str::from_utf8(bytes).ok()?.lines();
        let (epoch, count) = lines.next()?.strip_prefix("clears ")?.split_once(' ')?;
        let now = Moment { epoch: epoch.parse().ok()?, count: count.parse().ok()? };
        let prefix = |line: &str| {
            let (count, prefix) = line.split_once(' ')?;
            Some((text(prefix)?, count.parse().ok()?))
        };
        let prefixes = lines.map(prefix).collect::<Option<_>>()?;
        Some(Clears { now, prefixes, cas: cas? })
    }
}

/// Decodes hexadecimal digits.
fn text(digits: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes = (0..digits.len()).step_by(2).map(byte).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}
