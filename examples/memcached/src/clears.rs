//! What was cleared. Memcached cannot forget all keys that start with a text, so a clear is only written down: every
//! item says how many clears there had been before it, and what is older than a clear of its key is not there.
//!
//! It is one item in memcached, and is read together with the items that are asked for.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

/// At most so many prefixes are remembered, because they are read each time. Beyond that all is cleared: a cache may
/// always forget.
const MOST: usize = 100;

/// When something was written, counted in clears.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// Which counting it is: a server that has lost the item begins a new one.
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

/// What the item is called. No key has such a name: theirs go on with `k:` or `h:`.
pub(crate) fn name(namespace: &str) -> String {
    format!("{namespace}clears")
}

impl Clears {
    /// None yet.
    pub(crate) fn new() -> Self {
        let epoch = RandomState::new().hash_one(());
        Clears { now: Moment { epoch, count: 0 }, prefixes: BTreeMap::new(), cas: 0 }
    }

    pub(crate) fn now(&self) -> Moment {
        self.now
    }

    /// Whether what was written under a key has been cleared since.
    pub(crate) fn took(&self, key: &str, written: Moment) -> bool {
        let since = |(prefix, &count): (&String, &u64)| written.count < count && key.starts_with(&**prefix);
        written.epoch != self.now.epoch || self.prefixes.iter().any(since)
    }

    /// The same, and one more.
    pub(crate) fn and(&self, prefix: &str) -> Self {
        let count = self.now.count + 1;
        let prefix = if self.prefixes.len() < MOST { prefix } else { "" };
        // Those that begin so are cleared with it.
        let others = self.prefixes.iter().filter(|(other, _)| !other.starts_with(prefix));
        let mut prefixes: BTreeMap<_, _> = others.map(|(other, &count)| (other.clone(), count)).collect();
        prefixes.insert(prefix.to_owned(), count);
        Clears { now: Moment { count, ..self.now }, prefixes, cas: self.cas }
    }

    /// A line for the moment, and one for each prefix, whose bytes are written in hexadecimal.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut text = format!("clears {} {}\n", self.now.epoch, self.now.count);
        for (prefix, count) in &self.prefixes {
            let prefix: String = prefix.bytes().map(|byte| format!("{byte:02x}")).collect();
            text += &format!("{count} {prefix}\n");
        }
        text.into_bytes()
    }

    /// What is not ours is none.
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

/// What was written in hexadecimal.
fn text(digits: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes = (0..digits.len()).step_by(2).map(byte).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}
