//! The Redis keys of entries and claims.
//!
//! | what | Redis key |
//! |---|---|
//! | an entry | the prefix of the namespace and the key: `cache:user:42` |
//! | the claims on it | the prefix, `@/{tag}` and the key: `cache:@/{cache:user:42}user:42` |
//!
//! A namespace that ends in a colon is a prefix as it is, and another one gets a slash at its end. Before that end, `:`, `/`
//! and `%` are percent-encoded. So the prefix of a namespace is never the start of another one's, and no two namespaces have
//! a key in common.
//!
//! No user's key begins with `@/{`, so the two never collide. The tag puts the claims into the slot of their entry, as a
//! cluster requires of all keys that one script uses: the slot is the hash of the text in the first pair of braces, or of
//! the whole key if there is none (Redis Cluster Specification, "Hash tags").

use std::io::Write;

use redis::cluster_routing::Slot;
use redis::{RedisWrite, ToRedisArgs};

/// The start of the keys of claims, after the prefix.
const CLAIMS: &str = "@/{";

/// The Redis keys of one namespace.
#[derive(Debug)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(namespace: &str) -> Self {
        Keys { prefix: prefix(namespace) }
    }

    /// The key of an entry.
    pub(super) fn entry(&self, key: &str) -> String {
        [&self.prefix, key].concat()
    }

    /// The key of an entry, as an argument of a command.
    pub(super) fn entry_key<'a>(&'a self, key: &'a str) -> EntryKey<'a> {
        EntryKey { prefix: &self.prefix, key }
    }

    /// The key of the claims on an entry.
    pub(super) fn claims(&self, key: &str) -> String {
        let entry = self.entry(key);
        // A whole key without a closing brace can be the tag. In place of one with a brace, a number of the same slot is.
        let tag = match tag(&entry) {
            Some(tag) => tag.to_owned(),
            None if !entry.contains('}') => entry,
            None => number_in_slot(Slot::for_key(&entry)),
        };
        [&self.prefix, CLAIMS, &tag, "}", key].concat()
    }

    /// The start of the keys of all claims.
    pub(super) fn all_claims(&self) -> String {
        [&self.prefix, CLAIMS].concat()
    }

    /// The user's key, if a Redis key is one of claims. Bytes that are not text are no key of this library.
    pub(super) fn claimed<'k>(&self, redis_key: &'k [u8]) -> Option<&'k str> {
        let redis_key = std::str::from_utf8(redis_key).ok()?;
        let tagged = redis_key.strip_prefix(&self.prefix)?.strip_prefix(CLAIMS)?;
        tagged.split_once('}').map(|(_, key)| key)
    }
}

/// The key of an entry, as an argument: its parts are written into the command without a string of their own.
#[derive(Clone, Copy)]
pub(super) struct EntryKey<'a> {
    prefix: &'a str,
    key: &'a str,
}

impl EntryKey<'_> {
    /// Its length in bytes.
    pub(super) fn len(self) -> usize {
        self.prefix.len() + self.key.len()
    }
}

impl ToRedisArgs for EntryKey<'_> {
    fn write_redis_args<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        let mut argument = out.writer_for_next_arg();
        for part in [self.prefix, self.key] {
            argument.write_all(part.as_bytes()).expect("writing to memory does not fail");
        }
    }
}

/// The start of all keys in a namespace.
fn prefix(namespace: &str) -> String {
    let (name, end) = namespace.strip_suffix(':').map_or((namespace, '/'), |name| (name, ':'));
    let mut prefix = String::with_capacity(namespace.len() + 1);
    for char in name.chars() {
        match char {
            ':' => prefix.push_str("%3A"),
            '/' => prefix.push_str("%2F"),
            '%' => prefix.push_str("%25"),
            _ => prefix.push(char),
        }
    }
    prefix.push(end);
    prefix
}

/// Whether a text can be a namespace: without braces, or with one complete tag, which puts all keys into one slot.
pub(super) fn is_namespace(text: &str) -> bool {
    !text.contains(['{', '}']) || tag(text).is_some()
}

/// The hash tag of a key, if it has one.
fn tag(key: &str) -> Option<&str> {
    let (_, rest) = key.split_once('{')?;
    let (tag, _) = rest.split_once('}')?;
    (!tag.is_empty()).then_some(tag)
}

/// A number in a given slot: one in 16,384 is.
fn number_in_slot(slot: Slot) -> String {
    let numbers = (0_u32..).map(|number| number.to_string());
    numbers.into_iter().find(|number| Slot::for_key(number) == slot).unwrap_or_default()
}

/// A pattern that matches all keys with a prefix, whatever characters the prefix has.
pub(super) fn pattern(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for char in prefix.chars() {
        if matches!(char, '*' | '?' | '[' | ']' | '\\' | '^' | '-') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern + "*"
}

#[cfg(test)]
mod tests;
