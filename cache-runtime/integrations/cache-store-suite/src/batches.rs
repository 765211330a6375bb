//! Operations on many keys at once.

use std::collections::{BTreeSet, HashMap};

use cache_runtime::ErrorKind;
use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};

use crate::TestCache;

fn lengths(keys: &[String]) -> HashMap<String, usize> {
    keys.iter().map(|key| (key.clone(), key.len())).collect()
}

/// `read_multi` returns only the hits, under the keys as the caller gave them.
pub fn read_multi_returns_the_hits(cache: &TestCache) {
    cache.write_multi([("a", "1"), ("c", "3")]).unwrap();
    let hits = cache.read_multi::<String>(["a", "b", "c", "a"]).unwrap();
    assert_eq!(hits, HashMap::from([("a".to_owned(), "1".to_owned()), ("c".to_owned(), "3".to_owned())]));
}

/// An empty batch does nothing and is no error.
pub fn an_empty_batch_is_no_error(cache: &TestCache) {
    let none: [&str; 0] = [];
    cache.set("k", "v").unwrap();
    assert!(cache.read_multi::<String>(none).unwrap().is_empty());
    cache.write_multi(none.map(|key| (key, 0))).unwrap();
    assert_eq!(cache.delete_multi(none).unwrap(), 0);
    let computed = cache.get_or_set_multi(none, |_| -> HashMap<String, u8> { panic!("nothing is missing") });
    assert!(computed.is_empty());
    assert!(cache.exists("k").unwrap());
}

/// `read_multi` omits values that have expired or are of another type.
pub fn read_multi_omits_expired_and_unreadable_values(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(10)).set("expired", "v").unwrap();
    cache.set("number", &1).unwrap();
    cache.set("text", "v").unwrap();
    cache.pass(10);
    let hits = cache.read_multi::<String>(["expired", "number", "text"]).unwrap();
    assert_eq!(hits.into_keys().collect::<Vec<_>>(), ["text"]);
}

/// All entries of a `write_multi` have the same lifetime.
pub fn write_multi_gives_all_entries_the_same_lifetime(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(10)).write_multi([("a", "1"), ("b", "2")]).unwrap();
    assert_eq!(cache.expiry("a").unwrap(), cache.expiry("b").unwrap());
    cache.pass(9);
    assert_eq!(cache.read_multi::<String>(["a", "b"]).unwrap().len(), 2);
    cache.pass(1);
    assert!(cache.read_multi::<String>(["a", "b"]).unwrap().is_empty());
}

/// Of a key that occurs twice the last value is stored.
pub fn the_last_value_of_a_repeated_key_is_stored(cache: &TestCache) {
    cache.write_multi([("k", "first"), ("other", "x"), ("k", "second")]).unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("second"));
}

/// References are written as the values they refer to, and keys may be owned.
pub fn write_multi_accepts_references(cache: &TestCache) {
    let owned = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
    cache.write_multi(owned.iter().map(|(key, value)| (key, value))).unwrap();
    assert_eq!(cache.read_multi(owned.iter().map(|(key, _)| key)).unwrap(), HashMap::from(owned));
}

/// `delete_multi` returns how many values were deleted; a repeated key counts once.
pub fn delete_multi_counts_the_deleted_values(cache: &TestCache) {
    cache.write_multi([("a", 1), ("b", 2), ("keep", 3)]).unwrap();
    cache.view(|cache| cache.expires_in(1)).set("expired", "v").unwrap();
    cache.pass(1);
    let keys = ["a", "b", "absent", "expired", "a"];
    assert_eq!(cache.delete_multi(keys).unwrap(), 2);
    assert_eq!(cache.delete_multi(keys).unwrap(), 0);
    assert!(cache.exists("keep").unwrap());
}

/// All misses are computed in one call: each once, in the given order, and without the hits.
pub fn all_misses_are_computed_in_one_call(cache: &TestCache) {
    cache.set("there", &100_usize).unwrap();
    let mut asked = Vec::new();
    let all = cache.get_or_set_multi(["bb", "there", "a", "bb", "ccc"], |missing| {
        asked.push(missing.to_vec());
        lengths(missing)
    });
    assert_eq!(asked, [["bb", "a", "ccc"]]);
    let expected = [("bb", 2), ("there", 100), ("a", 1), ("ccc", 3)].map(|(key, value)| (key.to_owned(), value));
    assert_eq!(all, HashMap::from(expected));
}

/// Computed values are stored for the view's lifetime, and not computed again.
pub fn computed_values_are_stored(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    let doubled = |keys: &[String]| keys.iter().map(|key| (key.clone(), key.repeat(2))).collect::<HashMap<_, _>>();
    cache.get_or_set_multi(["a", "bb"], doubled);
    let again = cache.get_or_set_multi(["a", "bb"], |missing| panic!("{missing:?} are there"));
    assert_eq!(again, doubled(&["a".to_owned(), "bb".to_owned()]));
    assert_eq!(cache.get::<String>("bb").unwrap().as_deref(), Some("bbbb"));
    cache.pass(10);
    let mut missing = Vec::new();
    cache.get_or_set_multi(["a", "bb"], |keys| {
        missing = keys.to_vec();
        doubled(keys)
    });
    assert_eq!(missing, ["a", "bb"]);
}

/// Keys that were not requested are ignored; omitted keys are neither returned nor stored.
pub fn a_batch_computation_may_omit_keys_but_not_add_any(cache: &TestCache) {
    let give = |_: &[String]| HashMap::from([("a".to_owned(), 1), ("unasked".to_owned(), 9)]);
    let values = cache.get_or_set_multi(["a", "left_out"], give);
    assert_eq!(values, HashMap::from([("a".to_owned(), 1)]));
    assert!(cache.exists("a").unwrap());
    assert!(!cache.exists("unasked").unwrap());
    assert!(!cache.exists("left_out").unwrap());
}

/// A value of another type is recomputed and replaced.
pub fn a_value_of_another_type_is_recomputed(cache: &TestCache) {
    cache.set("a", "text").unwrap();
    assert_eq!(cache.get_or_set_multi(["a"], lengths), HashMap::from([("a".to_owned(), 1)]));
    assert_eq!(cache.get::<usize>("a").unwrap(), Some(1));
}

/// If the values are `Result`s, an `Err` is returned but not stored.
pub fn an_error_in_a_batch_is_not_stored(cache: &TestCache) {
    type Answers = HashMap<String, Result<usize, String>>;
    let answers = |keys: &[String]| -> Answers {
        let answer = |key: &String| if key == "bad" { Err("down".to_owned()) } else { Ok(key.len()) };
        keys.iter().map(|key| (key.clone(), answer(key))).collect()
    };
    let first = cache.get_or_set_multi(["good", "bad"], answers);
    assert_eq!((&first["good"], &first["bad"]), (&Ok(4), &Err("down".to_owned())));
    assert!(cache.exists("good").unwrap());
    assert!(!cache.exists("bad").unwrap());
    let mut missing = Vec::new();
    cache.get_or_set_multi(["good", "bad"], |keys| {
        missing = keys.to_vec();
        answers(keys)
    });
    assert_eq!(missing, ["bad"]);
}

/// A number that serde refuses to write if it is odd.
#[derive(Debug, PartialEq, Deserialize)]
struct Even(u32);

impl Serialize for Even {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(2) {
            serializer.serialize_newtype_struct("Even", &self.0)
        } else {
            Err(S::Error::custom("odd"))
        }
    }
}

/// A computed value that cannot be written is returned, and the others are stored.
pub fn an_unserializable_value_in_a_batch_does_not_affect_the_others(cache: &TestCache) {
    let keys: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let numbers = |keys: &[String]| keys.iter().map(|key| (key.clone(), Even(key.parse().unwrap()))).collect();
    let values: HashMap<String, Even> = cache.get_or_set_multi(&keys, numbers);
    assert_eq!(values.len(), 10);
    assert_eq!(values["7"], Even(7));
    let kept = cache.read_multi::<Even>(&keys).unwrap();
    assert_eq!(kept.into_values().map(|Even(number)| number).collect::<BTreeSet<_>>(), [0, 2, 4, 6, 8].into());
}

/// In a race window one caller recomputes the expired keys only; the others get the stale values.
pub fn each_key_of_a_batch_has_its_own_race_window(cache: &TestCache) {
    let view = |ttl: u64| cache.view(|cache| cache.expires_in(ttl).race_ttl(60));
    view(5).set("in_window", "old").unwrap();
    view(100).set("fresh", "old").unwrap();
    cache.view(|cache| cache.expires_in(1)).set("past_window", "old").unwrap();
    cache.pass(62);
    let new = |keys: &[String]| keys.iter().map(|key| (key.clone(), "new".to_owned())).collect::<HashMap<_, _>>();
    let keys = ["in_window", "fresh", "past_window"];
    let mut meanwhile = HashMap::new();
    let mut missing = Vec::new();
    let values = view(100).get_or_set_multi(keys, |asked| {
        missing = asked.to_vec();
        meanwhile = view(100).get_or_set_multi(["in_window", "fresh"], new);
        new(asked)
    });
    assert_eq!(missing, ["in_window", "past_window"]);
    assert!(meanwhile.values().all(|value| value == "old"), "{meanwhile:?}");
    assert_eq!((&*values["in_window"], &*values["fresh"], &*values["past_window"]), ("new", "old", "new"));
}

/// Writing with a lifetime of zero deletes the keys.
pub fn write_multi_with_a_lifetime_of_zero_deletes_the_keys(cache: &TestCache) {
    cache.write_multi([("a", 1), ("b", 2)]).unwrap();
    cache.view(|cache| cache.expires_in(0)).write_multi([("a", 3)]).unwrap();
    assert_eq!(cache.read_multi::<i32>(["a", "b"]).unwrap(), HashMap::from([("b".to_owned(), 2)]));
}

/// A batch may have more keys than a statement of any store can hold.
pub fn a_batch_may_have_thousands_of_keys(cache: &TestCache) {
    let keys: Vec<String> = (0..3000).map(|number| format!("key:{number}")).collect();
    cache.write_multi(keys.iter().take(2000).map(|key| (key, key))).unwrap();
    let hits = cache.read_multi::<String>(&keys).unwrap();
    assert_eq!(hits.len(), 2000);
    assert!(hits.iter().all(|(key, value)| key == value));
    let all = cache.get_or_set_multi(&keys, |missing| {
        assert_eq!(missing, &keys[2000..]);
        missing.iter().map(|key| (key.clone(), key.clone())).collect()
    });
    assert_eq!(all.len(), 3000);
    assert_eq!(cache.delete_multi(&keys).unwrap(), 3000);
}

/// An empty key in a batch is an error, and nothing is written or deleted.
pub fn an_empty_key_in_a_batch_changes_nothing(cache: &TestCache) {
    cache.set("a", "old").unwrap();
    let error = cache.write_multi([("a", "new"), ("", "x")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Key);
    assert_eq!(cache.delete_multi(["a", ""]).unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(cache.read_multi::<String>(["a", ""]).unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(cache.get::<String>("a").unwrap().as_deref(), Some("old"));
}

/// A change of a key during a batch computation wins over its value, which only the caller receives.
pub fn a_change_during_a_batch_computation_wins(cache: &TestCache) {
    let kept = |change: &dyn Fn()| {
        cache.delete_multi(["a", "bb"]).unwrap();
        let late = cache.get_or_set_multi(["a", "bb"], |keys| {
            change();
            lengths(keys)
        });
        assert_eq!((late["a"], late["bb"]), (1, 2), "the caller receives them");
        (cache.get::<usize>("a").unwrap(), cache.get::<usize>("bb").unwrap())
    };
    assert_eq!(kept(&|| assert!(!cache.delete("a").unwrap())), (None, Some(2)));
    assert_eq!(kept(&|| assert_eq!(cache.other_api().delete_multi(["a", "bb"]).unwrap(), 0)), (None, None));
    assert_eq!(kept(&|| assert!(cache.clear().is_ok())), (None, None));
    assert_eq!(kept(&|| cache.set("bb", &7).unwrap()), (Some(1), Some(7)));
    assert_eq!(kept(&|| cache.other_api().write_multi([("a", 8)]).unwrap()), (Some(8), Some(2)));
    assert_eq!(kept(&|| assert_eq!(cache.refresh("a", || 9), 9)), (Some(9), Some(2)));
    assert_eq!(kept(&|| assert!(!cache.delete("another").unwrap())), (Some(1), Some(2)));
}
