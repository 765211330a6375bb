//! Frozen bytes: entries of older releases stay readable, or get another version.

use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct User {
    id: u64,
    name: String,
    role: Role,
    scores: Vec<f64>,
    parent: Option<Box<User>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Role {
    Guest,
    Member { since: i32 },
}

fn user() -> User {
    let parent = User { id: 1, name: "Eve".into(), role: Role::Guest, scores: vec![], parent: None };
    let role = Role::Member { since: -2024 };
    User { id: 300, name: "Ada".into(), role, scores: vec![0.5], parent: Some(Box::new(parent)) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("golden files hold hexadecimal digits");
    (0..text.len()).step_by(2).map(digits).collect()
}

/// Asserts that a value is still written as in the file, and that the file's bytes are still read as the value.
#[track_caller]
fn stands<T: DeserializeOwned + PartialEq + Debug>(name: &str, value: &T, entry: Value) {
    let frozen = include_str!("golden.hex").lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let entry = bytes(entry);
    assert_eq!(Some(hex(&entry).as_str()), frozen, "{name}");
    let frozen = Value::Bytes(unhex(frozen.unwrap_or_default()));
    assert_eq!(read::<T>(&frozen).as_ref(), Ok(value), "{name}");
}

/// Version 1: its checksum did not cover the key.
#[test]
fn an_entry_of_an_older_format_is_a_miss() {
    let older = "feca010136c6a5080a1f09ce5122d32e0068e5cf8b010000e0fbe9cf8b0100000474657874";
    assert_eq!(read::<String>(&Value::Bytes(unhex(older))), Err(Unreadable::Version));
}

#[test]
fn one_that_is_signed() {
    let secret = Secret::new("correct horse battery staple");
    let seal = Seal { secret: Some(&secret), ..SEAL };
    stands(
        "signed text",
        &"text".to_owned(),
        super::super::write(&"text".to_owned(), Codec::Bincode, seal, &EXPIRATION).unwrap(),
    );
}

#[test]
fn a_number_is_itself() {
    assert_eq!(write(&-42, Codec::Bincode, &EXPIRATION).unwrap(), Value::Number(-42));
}

#[test]
fn a_text() {
    let text = "text".to_owned();
    stands("text, bincode", &text, write(&text, Codec::Bincode, &EXPIRATION).unwrap());
    stands("text, MessagePack", &text, write(&text, Codec::MessagePack, &EXPIRATION).unwrap());
    stands("text, untyped", &text, write_untyped(&text, &EXPIRATION).unwrap());
}

#[test]
fn a_struct() {
    stands("struct, bincode", &user(), write(&user(), Codec::Bincode, &EXPIRATION).unwrap());
    stands("struct, MessagePack", &user(), write(&user(), Codec::MessagePack, &EXPIRATION).unwrap());
    stands("struct, untyped", &user(), write_untyped(&user(), &EXPIRATION).unwrap());
}

#[test]
fn an_option_in_an_option() {
    let inner = Some(None::<u8>);
    stands("inner None, untyped", &inner, write_untyped(&inner, &EXPIRATION).unwrap());
}

#[test]
fn one_that_never_expires() {
    let never = Expiration { expires_at: Timestamp::NEVER, ..EXPIRATION };
    stands("never", &true, write(&true, Codec::Bincode, &never).unwrap());
}

#[test]
fn one_that_carries_tags() {
    let stamp = |key: &str, generation| TagStamp { key: key.to_owned(), generation };
    let stamps = [stamp("@/#user:42", 0x0102_0304_0506_0708), stamp("@/#é", u64::MAX)];
    let text = "text".to_owned();
    let entry = tagged(write(&text, Codec::Bincode, &EXPIRATION).unwrap(), &stamps, &EXPIRATION);
    assert_eq!(tag_stamps(&bytes(entry.clone())).as_deref(), Some(&stamps[..]));
    stands("text with tags", &text, entry);
    stands("number with a tag", &-42_i64, tagged(Value::Number(-42), &stamps[..1], &EXPIRATION));
}
