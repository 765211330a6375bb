//! Keys, namespaces, tags and placeholders of any text: what differs never shares a key in the store.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, ErrorKind, Result, cached};

use crate::Target;
use crate::driver::asked;

/// Two halves, each of texts that `0xff` ends: namespaces, the outermost first, then a key. The halves are of the same length in texts.
pub const TARGET: Target = Target { name: "keys", seeds, longest: 400, check };

/// memcached allows no longer keys. More namespaces than this leave no room for the key, because each of them can be cleared.
const LONGEST: usize = 250;
const NAMESPACES: usize = 3;

/// It only notes which keys it is asked for.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<BTreeSet<String>>>);

impl Noted {
    fn note(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
    }

    fn taken(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for Noted {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.note(key);
        Ok(None)
    }

    fn set(&self, key: &str, _: &Value, _: &Expiration) -> Result<()> {
        self.note(key);
        Ok(())
    }

    fn delete(&self, key: &str, _: Timestamp) -> Result<bool> {
        self.note(key);
        Ok(false)
    }

    fn increment(&self, key: &str, by: i64, _: &Expiration) -> Result<i64> {
        self.note(key);
        Ok(by)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.note(prefix);
        Ok(0)
    }
}

#[cached(key = "{one}/{two}:{three}")]
fn by_template(one: &str, two: &str, three: &str) -> u8 {
    (one.len() + two.len() + three.len()) as u8
}

#[cached]
fn by_default(one: &str, two: Option<&str>, list: Vec<String>) -> u8 {
    (one.len() + two.map_or(0, str::len) + list.len()) as u8
}

fn seeds() -> Vec<Vec<u8>> {
    let long = "long/".repeat(60);
    [
        "a\u{0}key\u{0}a\u{0}key2",
        "shop\u{0}a/b\u{0}shop2\u{0}b",
        "a\u{0}b\u{0}key\u{0}a/b\u{0}c\u{0}key",
        "@/key\u{0}@key",
        "@a/%2F\u{0}%/#\u{0}@/#tag\u{0}@/!{0}",
        "key\u{0}",
        &format!("{long}1\u{0}{long}2\u{0}{long}~0123456789abcdef0123456789abcdef\u{0}{long}"),
        "é\u{2028}\n\u{0}\u{301}e",
    ]
    .into_iter()
    .map(|text| text.bytes().map(|byte| if byte == 0 { 0xff } else { byte }).collect())
    .collect()
}

fn check(input: &[u8]) -> String {
    let texts: Vec<String> =
        input.split(|byte| *byte == 0xff).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    let (one, rest) = texts.split_at(texts.len() / 2);
    let other = &rest[..one.len()];
    let same = one == other;
    let (stored, other_stored) = (Stored::of(one), Stored::of(other));
    assert_eq!(stored.plain.is_some() && stored.plain == other_stored.plain, same && stored.plain.is_some());
    assert_eq!(stored.tag.is_some() && stored.tag == other_stored.tag, same && stored.tag.is_some());
    assert!(stored.plain.is_none() || stored.plain != other_stored.tag, "a key and a tag are {:?}", stored.plain);
    distinct(first_three(one), first_three(other), |[one, two, three]| by_template::key(one, two, three));
    distinct(arguments(one), arguments(other), |(one, two, list)| by_default::key(one, two, list));
    format!("{} {} {}", texts.len(), same, stored.plain.map_or(0, |key| key.len().ilog2()))
}

/// The keys in the store for a path of namespaces with a key, and with a tag, at its end.
struct Stored {
    plain: Option<String>,
    tag: Option<String>,
}

impl Stored {
    fn of(path: &[String]) -> Self {
        let Some((end, namespaces)) = path.split_last() else { return Stored { plain: None, tag: None } };
        let store = Noted::default();
        let cache = Cache::builder(store.clone()).near(0).build();
        let cache = namespaces.iter().fold(cache, |cache, name| cache.namespace(name));
        let longest = if namespaces.len() > NAMESPACES { usize::MAX } else { LONGEST };
        let plain = only(asked(|| cache.get::<u8>(end)).map(drop), &store, longest);
        let tag = only(asked(|| cache.delete_tag(end)).map(drop), &store, longest);
        Stored { plain, tag }
    }
}

/// The one key that the store was asked for.
fn only(done: Result<()>, store: &Noted, longest: usize) -> Option<String> {
    let keys = store.taken();
    if let Err(error) = done {
        assert_eq!(error.kind(), ErrorKind::Key, "{error}");
        assert!(!error.to_string().contains(char::is_control), "{error}");
        return None;
    }
    assert_eq!(keys.len(), 1, "{keys:?}");
    let key = keys.into_iter().next()?;
    assert!(!key.is_empty() && key.len() <= longest, "{key:?}");
    Some(key)
}

/// Asserts that different arguments have different keys, and equal ones the same.
fn distinct<A: Clone + PartialEq>(one: A, other: A, key: impl Fn(A) -> String) {
    let keys = [key(one.clone()), key(other.clone())];
    assert_eq!(keys[0] == keys[1], one == other, "{keys:?}");
}

fn first_three(texts: &[String]) -> [&str; 3] {
    let mut texts = texts.iter().map(String::as_str);
    std::array::from_fn(|_| texts.next().unwrap_or_default())
}

fn arguments(texts: &[String]) -> (&str, Option<&str>, Vec<String>) {
    let mut texts = texts.iter().map(String::as_str);
    (texts.next().unwrap_or_default(), texts.next(), texts.map(str::to_owned).collect())
}
