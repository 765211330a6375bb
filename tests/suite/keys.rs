//! What may be a key, and that no two meet.

use std::collections::{HashMap, HashSet};

use crate::Subject;

/// Texts that mean something to some store, or to this library.
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

/// Keys are compared to the letter.
pub fn upper_and_lower_case_are_two_keys(subject: &Subject) {
    subject.set("User", "upper").unwrap();
    subject.set("user", "lower").unwrap();
    assert_eq!(subject.get::<String>("User").unwrap().as_deref(), Some("upper"));
    assert_eq!(subject.get::<String>("user").unwrap().as_deref(), Some("lower"));
}

/// Any text is a key, of any length, and no two keys meet.
pub fn any_text_is_a_key_of_its_own(subject: &Subject) {
    let keys = odd_keys();
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
    for key in &keys {
        subject.set(key, key).unwrap();
    }
    for key in &keys {
        assert_eq!(subject.get::<String>(key).unwrap().as_ref(), Some(key));
        assert!(subject.exists(key).unwrap());
    }
    for key in &keys {
        assert!(subject.delete(key).unwrap(), "{key:?} went with another key");
    }
}

/// The operations on many keys take the same texts, and answer by the keys as they were asked.
pub fn any_text_is_a_key_among_many(subject: &Subject) {
    let keys = odd_keys();
    let own: HashMap<String, String> = keys.iter().map(|key| (key.clone(), key.clone())).collect();
    subject.write_multi(&own).unwrap();
    assert_eq!(subject.read_multi::<String>(&keys).unwrap(), own);
    let computed = subject.get_or_set_multi::<String>(&keys, |missing| panic!("{missing:?}"));
    assert_eq!(computed, own);
    assert_eq!(subject.delete_multi(&keys).unwrap(), keys.len() as u64);
}

/// Counters take the same texts.
pub fn any_text_is_a_counter_of_its_own(subject: &Subject) {
    let keys = odd_keys();
    for round in 1..=2 {
        assert!(keys.iter().all(|key| subject.increment(key, 1).unwrap() == round));
    }
    assert!(keys.iter().all(|key| subject.get::<i64>(key).unwrap() == Some(2)));
}

/// Long keys that differ in the last letter alone are two.
pub fn long_keys_that_differ_at_the_end_are_two(subject: &Subject) {
    let start = "k".repeat(9999);
    subject.set(&format!("{start}1"), "one").unwrap();
    subject.set(&format!("{start}2"), "two").unwrap();
    assert_eq!(subject.get::<String>(&format!("{start}1")).unwrap().as_deref(), Some("one"));
    assert_eq!(subject.get::<String>(&format!("{start}2")).unwrap().as_deref(), Some("two"));
}
