//! Which texts may be keys, and that no two collide.

use std::collections::{HashMap, HashSet};

use crate::TestCache;

/// Texts that have a meaning for some store, or for this library.
fn odd_keys() -> Vec<String> {
    let odd = [
        " ",
        "  ",
        "\0",
        "a\0",
        "a\0b",
        "a",
        "A",
        "0",
        "%",
        "_",
        "*",
        "?",
        "[a]",
        "\\",
        "'",
        "\"",
        "a'b",
        "--",
        "\r\n",
        "a\r\nset b",
        "\t",
        ":",
        "a:b",
        "a::b",
        "a/b",
        "/",
        "#",
        "#1#",
        "@",
        "@a",
        "@a/b",
        "@/a",
        "@@",
        "~",
        "é",
        "e\u{301}",
        "🦀",
        "🦀🦀",
        "\u{feff}",
        "\u{10ffff}",
        "ÿ",
        "日本語",
        "null",
        "None",
    ];
    let mut keys: Vec<String> = odd.into_iter().map(str::to_owned).collect();
    for length in [249, 250, 251, 1000, 10_000] {
        keys.push("x".repeat(length));
        keys.push("x".repeat(length - 1) + "y");
        keys.push("🦀".repeat(length / 4) + &"x".repeat(length % 4));
    }
    keys
}

/// Keys are case-sensitive.
pub fn keys_are_case_sensitive(cache: &TestCache) {
    cache.set("User", "upper").unwrap();
    cache.set("user", "lower").unwrap();
    assert_eq!(cache.get::<String>("User").unwrap().as_deref(), Some("upper"));
    assert_eq!(cache.get::<String>("user").unwrap().as_deref(), Some("lower"));
}

/// Any text of any length is a key, and no two keys collide.
pub fn any_text_is_a_distinct_key(cache: &TestCache) {
    let keys = odd_keys();
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
    for key in &keys {
        cache.set(key, key).unwrap();
    }
    for key in &keys {
        assert_eq!(cache.get::<String>(key).unwrap().as_ref(), Some(key));
        assert!(cache.exists(key).unwrap());
    }
    for key in &keys {
        assert!(cache.delete(key).unwrap(), "{key:?} was deleted with another key");
    }
}

/// Batches accept the same texts, and return the keys as the caller gave them.
pub fn any_text_is_a_key_in_a_batch(cache: &TestCache) {
    let keys = odd_keys();
    let own: HashMap<String, String> = keys.iter().map(|key| (key.clone(), key.clone())).collect();
    cache.write_multi(&own).unwrap();
    assert_eq!(cache.read_multi::<String>(&keys).unwrap(), own);
    let computed = cache.get_or_set_multi::<String>(&keys, |missing| panic!("{missing:?}"));
    assert_eq!(computed, own);
    assert_eq!(cache.delete_multi(&keys).unwrap(), keys.len() as u64);
}

/// Counters accept the same texts.
pub fn any_text_is_a_distinct_counter(cache: &TestCache) {
    let keys = odd_keys();
    for round in 1..=2 {
        assert!(keys.iter().all(|key| cache.increment(key, 1).unwrap() == round));
    }
    assert!(keys.iter().all(|key| cache.get::<i64>(key).unwrap() == Some(2)));
}

/// Long keys that differ only in the last letter are distinct.
pub fn long_keys_that_differ_only_at_the_end_are_distinct(cache: &TestCache) {
    let start = "k".repeat(9999);
    cache.set(&format!("{start}1"), "one").unwrap();
    cache.set(&format!("{start}2"), "two").unwrap();
    assert_eq!(cache.get::<String>(&format!("{start}1")).unwrap().as_deref(), Some("one"));
    assert_eq!(cache.get::<String>(&format!("{start}2")).unwrap().as_deref(), Some("two"));
}
