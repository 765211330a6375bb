//! What entries and claims are called in Redis.
//!
//! | what | name |
//! |---|---|
//! | an entry | the namespace and the key: `cache:user:42` |
//! | the claims on it | the namespace, `@/{tag}` and the key: `cache:@/{cache:user:42}user:42` |
//!
//! No key of a user begins with `@/{`, so the two never meet. The tag puts the claims into the slot of their entry, as a
//! cluster demands of what one script touches: a slot is that of the text in the first pair of braces, or of the whole
//! name where there is none (Redis Cluster Specification, "Hash tags").

use std::io::Write;

use redis::cluster_routing::Slot;
use redis::{RedisWrite, ToRedisArgs};

/// What stands in front of the names of claims, behind the namespace.
const CLAIMS: &str = "@/{";

/// The names in one namespace.
#[derive(Debug)]
pub(super) struct Names {
    namespace: String,
}

impl Names {
    pub(super) fn new(namespace: String) -> Self {
        Names { namespace }
    }

    /// The name of an entry.
    pub(super) fn entry(&self, key: &str) -> String {
        [&self.namespace, key].concat()
    }

    /// The same, as it is written into a command.
    pub(super) fn named<'a>(&'a self, key: &'a str) -> Named<'a> {
        Named { namespace: &self.namespace, key }
    }

    /// The name of the claims on an entry.
    pub(super) fn claims(&self, key: &str) -> String {
        let entry = self.entry(key);
        // Without a closing brace in it, a whole name can be a tag; with one there is a number of the same slot.
        let tag = match tag(&entry) {
            Some(tag) => tag.to_owned(),
            None if !entry.contains('}') => entry,
            None => number_in_slot(Slot::for_key(&entry)),
        };
        [&self.namespace, CLAIMS, &tag, "}", key].concat()
    }

    /// The start of the names of all claims.
    pub(super) fn all_claims(&self) -> String {
        [&self.namespace, CLAIMS].concat()
    }

    /// The key that claims are on, if this is the name of claims; what is not text is none of ours.
    pub(super) fn claimed<'n>(&self, name: &'n [u8]) -> Option<&'n str> {
        let name = std::str::from_utf8(name).ok()?;
        let tagged = name.strip_prefix(&self.namespace)?.strip_prefix(CLAIMS)?;
        tagged.split_once('}').map(|(_, key)| key)
    }
}

/// The name of an entry that a command has as an argument: its parts go there one after the other, without a text of
/// their own in between.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    namespace: &'a str,
    key: &'a str,
}

impl Named<'_> {
    /// How many bytes it has.
    pub(super) fn len(self) -> usize {
        self.namespace.len() + self.key.len()
    }
}

impl ToRedisArgs for Named<'_> {
    fn write_redis_args<W: ?Sized + RedisWrite>(&self, out: &mut W) {
        let mut argument = out.writer_for_next_arg();
        for part in [self.namespace, self.key] {
            argument.write_all(part.as_bytes()).expect("memory takes what is written");
        }
    }
}

/// Whether names that begin so find their slot by what follows too, or all lie in one slot on purpose.
pub(super) fn is_namespace(text: &str) -> bool {
    !text.contains(['{', '}']) || tag(text).is_some()
}

/// The text whose slot is the name's, where that is not the whole name.
fn tag(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once('{')?;
    let (tag, _) = rest.split_once('}')?;
    (!tag.is_empty()).then_some(tag)
}

/// One in 16,384 numbers is in a given slot.
fn number_in_slot(slot: Slot) -> String {
    let numbers = (0_u32..).map(|number| number.to_string());
    numbers.into_iter().find(|number| Slot::for_key(number) == slot).unwrap_or_default()
}

/// A pattern for all names that start with `prefix`, whatever characters are in it.
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
mod tests {
    use super::*;

    #[test]
    fn claims_lie_in_the_slot_of_their_entry() {
        let keys =
            ["user:42", "user:{42}:card", "{}", "a}b", "a{b", "}{", "{}{x}", "@/{x}", "é{", "{{a}}", "a{}b}c", "🦀}"];
        for names in ["cache:", "{app}:", ""].map(|namespace| Names::new(namespace.to_owned())) {
            for key in keys {
                let (entry, claims) = (names.entry(key), names.claims(key));
                assert_eq!(Slot::for_key(&claims), Slot::for_key(&entry), "{entry} {claims}");
                assert_eq!(names.claimed(claims.as_bytes()), Some(key));
            }
        }
    }

    #[test]
    fn a_command_has_the_name_as_one_argument() {
        let names = Names::new("cache:".to_owned());
        assert_eq!(names.named("user:42").to_redis_args(), [names.entry("user:42").into_bytes()]);
        assert_eq!(names.named("user:42").len(), names.entry("user:42").len());
    }

    #[test]
    fn entries_are_no_claims() {
        let names = Names::new("cache:".to_owned());
        assert_eq!(names.claimed(b"cache:user:42"), None);
        assert_eq!(names.claimed(b"other:@/{x}y"), None);
        assert_eq!(names.claimed(b"cache:@/{\xff}y"), None);
    }

    #[test]
    fn a_namespace_with_half_a_tag_is_none() {
        assert!(is_namespace("cache:") && is_namespace("{app}:") && is_namespace(""));
        assert!(!is_namespace("{app:") && !is_namespace("{}:") && !is_namespace("app}"));
    }
}
