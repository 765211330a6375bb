//! Fingerprints of types, and which types have opaque places.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use serde::{Deserialize, Deserializer};

use super::*;

fn fingerprint<T: DeserializeOwned>() -> u64 {
    Shape::of::<T>(Form::Compact).fingerprint
}

fn is_transparent<T: DeserializeOwned>() -> bool {
    Shape::of::<T>(Form::Compact).is_transparent()
}

macro_rules! types {
    ($($item:item)*) => {$(
        #[derive(Deserialize)]
        #[allow(dead_code)]
        $item
    )*};
}

types! {
    struct User { id: u64, name: String, role: Role, seen: chrono::DateTime<chrono::Utc> }
    enum Role { Guest, Member { since: i32 }, Bot(u8, u8) }
    enum Expr { Add(Box<Expr>, Box<Expr>), Call { f: String, args: Vec<Expr> }, Lit(i64) }
    struct After { before: (chrono::DateTime<chrono::Utc>, uuid::Uuid, chrono::NaiveDate, IpAddr), value: u8 }
    struct Refers<'a> { text: std::borrow::Cow<'a, str> }
    #[serde(untagged)]
    enum Untagged { A(u8), B(String) }
    struct Holds<T> { a: u8, untagged: Untagged, z: T }
    struct Aliased { #[serde(alias = "b")] a: u8 }
    struct Plain { a: u8, b: u8 }
    enum Named { A, #[serde(alias = "C")] B }
}

/// With other numbers an update would lose all entries.
#[test]
fn fingerprints_never_change() {
    assert_eq!(fingerprint::<String>(), 0x2ed3_2251_ce09_1f0a);
    assert_eq!(fingerprint::<Vec<Option<u8>>>(), 0x75a8_dc51_8b9c_3cb1);
    assert_eq!(fingerprint::<User>(), 0x4a11_1790_609d_a775);
    assert_eq!(fingerprint::<Expr>(), 0x9216_fc8c_8f33_5327);
    assert_eq!(fingerprint::<HashMap<(u8, String), [f64; 3]>>(), 0x272e_3ace_7594_8691);
}

#[test]
fn a_change_at_any_place_changes_the_fingerprint() {
    assert_ne!(fingerprint::<Vec<u8>>(), fingerprint::<Vec<u16>>());
    assert_ne!(fingerprint::<BTreeMap<u8, u8>>(), fingerprint::<BTreeMap<u8, u16>>());
    assert_ne!(fingerprint::<BTreeMap<u8, u8>>(), fingerprint::<BTreeMap<u16, u8>>());
    assert_ne!(fingerprint::<(u8, u16)>(), fingerprint::<(u16, u8)>());
    assert_ne!(fingerprint::<[u8; 3]>(), fingerprint::<[u8; 4]>());
    assert_ne!(fingerprint::<(Expr, u8)>(), fingerprint::<(Expr, i8)>());
    assert_ne!(fingerprint::<(uuid::Uuid, u8)>(), fingerprint::<(uuid::Uuid, i8)>());
    assert_ne!(fingerprint::<(chrono::NaiveDate, u8)>(), fingerprint::<(chrono::NaiveDate, i8)>());
    assert_ne!(fingerprint::<Holds<u8>>(), fingerprint::<Holds<u16>>());
}

#[test]
fn types_that_are_written_alike_share_a_fingerprint() {
    assert_eq!(fingerprint::<String>(), fingerprint::<Box<str>>());
    assert_eq!(fingerprint::<Vec<u8>>(), fingerprint::<Box<[u8]>>());
    assert_eq!(fingerprint::<User>(), fingerprint::<Box<User>>());
}

#[test]
fn the_two_forms_of_a_type_have_their_own_shapes() {
    let readable = Shape::of::<uuid::Uuid>(Form::Readable);
    assert_eq!(readable.root().kind, Some(DataKind::Str));
    assert_eq!(Shape::of::<uuid::Uuid>(Form::Compact).root().kind, Some(DataKind::Bytes));
}

#[test]
fn only_types_that_serde_buffers_are_opaque() {
    assert!(is_transparent::<User>());
    assert!(is_transparent::<Expr>());
    assert!(is_transparent::<After>());
    assert!(is_transparent::<Refers<'static>>());
    assert!(is_transparent::<Result<jiff::Timestamp, String>>());
    assert!(!is_transparent::<Untagged>());
    assert!(!is_transparent::<Holds<u8>>());
    assert!(!is_transparent::<serde_json::Value>());
}

#[test]
fn a_place_after_a_date_in_a_format_of_a_known_crate_is_not_opaque() {
    assert!(is_transparent::<(chrono::DateTime<chrono::Utc>, uuid::Uuid, chrono::NaiveDate, IpAddr, u8)>());
    assert!(is_transparent::<(jiff::Timestamp, u8)>());
    assert!(is_transparent::<(std::borrow::Cow<'static, str>, u8)>());
    assert!(is_transparent::<(std::ops::Range<u8>, u8)>());
    assert!(is_transparent::<(Box<Role>, u8)>());
    assert!(is_transparent::<(Id, Vec<Code>, Option<Code>, HashMap<u8, Code>, u8)>());
}

#[test]
fn a_place_after_json_is_not_opaque() {
    let shape = Shape::of::<(serde_json::Value, u8)>(Form::Readable);
    assert_eq!(
        shape.nodes.iter().map(|node| node.kind).collect::<Vec<_>>(),
        [Some(DataKind::Tuple(2)), None, Some(DataKind::U8)]
    );
}

thread_local! {
    /// How many values reached the check of a `Code`.
    static MADE_UP: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// A text of at least four characters, whose check panics.
struct Code;

impl Code {
    fn check(text: &str) -> Self {
        MADE_UP.set(MADE_UP.get() + 1);
        let _ = &text[..4];
        Code
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Code::check(&text))
    }
}

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(Code::check(&text))
    }
}

/// With a visitor of its own.
struct Visited;

impl<'de> Deserialize<'de> for Visited {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CodeVisitor;
        impl serde::de::Visitor<'_> for CodeVisitor {
            type Value = Visited;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a code")
            }
            fn visit_str<E>(self, text: &str) -> Result<Visited, E> {
                Code::check(text);
                Ok(Visited)
            }
        }
        deserializer.deserialize_str(CodeVisitor)
    }
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
    Code::deserialize(deserializer)
}

types! {
    struct Id(String);
    #[serde(try_from = "String")]
    struct Tried;
    #[serde(transparent)]
    struct Transparent { code: Code }
    struct Field { code: Code }
    struct With { #[serde(deserialize_with = "code")] code: Code }
    enum Variant { Holds(Code), Named { code: Code }, Both(Code, u8) }
    #[serde(untagged)]
    enum Buffered { Code(Code), Number(u8) }
    struct Flattened { #[serde(flatten)] field: Field }
    struct Hidden(#[serde(with = "crate::codec::untraced")] Code);
}

impl TryFrom<String> for Tried {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Code::check(&text);
        Ok(Tried)
    }
}

/// A made-up value is needed for each of these, because another place comes after it.
#[test]
fn no_made_up_value_reaches_code_that_checks_values() {
    fn is_opaque<T: DeserializeOwned>() {
        for form in [Form::Compact, Form::Readable] {
            let shape = Shape::of::<(T, u8)>(form);
            assert_eq!(shape.root().kind, Some(DataKind::Tuple(2)), "{}", std::any::type_name::<T>());
            assert!(!shape.is_transparent(), "{}", std::any::type_name::<T>());
        }
    }
    is_opaque::<Code>();
    is_opaque::<Box<Code>>();
    is_opaque::<(u8, Code)>();
    is_opaque::<[Code; 2]>();
    is_opaque::<Visited>();
    is_opaque::<Tried>();
    is_opaque::<Transparent>();
    is_opaque::<Field>();
    is_opaque::<With>();
    is_opaque::<Variant>();
    is_opaque::<Buffered>();
    is_opaque::<Flattened>();
    is_opaque::<Hidden>();
    assert_eq!(MADE_UP.get(), 0);
}

#[test]
fn aliases_are_noticed() {
    assert!(Shape::of::<Aliased>(Form::Compact).root().aliases);
    assert!(Shape::of::<Named>(Form::Compact).root().aliases);
    assert!(!Shape::of::<Plain>(Form::Compact).root().aliases);
    assert!(!Shape::of::<Role>(Form::Compact).root().aliases);
    assert!(!Shape::of::<Result<u8, u8>>(Form::Compact).root().aliases);
    assert!(!Shape::of::<std::time::Duration>(Form::Compact).root().aliases);
}

/// Panics at made-up values.
struct Panics;

impl<'de> Deserialize<'de> for Panics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Ok(text) = String::deserialize(deserializer) else {
            panic!("there is always a text");
        };
        assert!(!text.is_empty());
        Ok(Panics)
    }
}

#[test]
fn a_type_that_panics_is_opaque() {
    let shape = Shape::of::<(u8, Panics)>(Form::Compact);
    assert_eq!(shape.root().kind, None);
    assert_ne!(shape.fingerprint, fingerprint::<Panics>());
}

/// Contains itself without end.
struct Endless;

impl<'de> Deserialize<'de> for Endless {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <(Box<Endless>, Box<Endless>)>::deserialize(deserializer).map(|_| Endless)
    }
}

#[test]
fn tracing_a_very_large_or_endless_type_ends() {
    type Wide<T> = (T, T, T, T, T, T, T, T, T, T);
    let _ = Shape::of::<Endless>(Form::Compact);
    let _ = Shape::of::<(Endless, u8)>(Form::Compact);
    let _ = Shape::of::<Wide<Wide<Wide<Wide<u8>>>>>(Form::Compact);
}
