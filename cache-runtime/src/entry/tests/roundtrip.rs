//! Values of common types are read back as they were.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, Wrapping};
use std::ops::{Bound, Range};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::*;

data! {
    struct User { id: u32, name: String, admin: bool, tags: Vec<String>, score: Option<f64> }
    struct Nothing;
    struct Empty {}
    struct Id(u64);
    struct Pair(u8, String);
    struct Wrap<T> { it: T, stamp: PhantomData<T> }
    #[serde(transparent)]
    struct Clear { inner: Vec<u8> }
    enum Event { Start, Key(char), Move(i32, i32), Resize { width: u16, height: u16 }, Nested(Box<Event>) }
    struct Tree { left: Option<Box<Tree>>, right: Option<Box<Tree>>, value: u32 }
    enum Expr { Add(Box<Expr>, Box<Expr>), Call { f: String, args: Vec<Expr> }, Lit(i64) }
    #[serde(transparent)]
    struct Nest(Vec<Nest>);
}

fn user() -> User {
    User { id: 7, name: "Ada".into(), admin: true, tags: vec!["a".into(), String::new()], score: Some(0.5) }
}

#[test]
fn plain_values() {
    returns(true);
    returns('ü');
    returns("text".to_owned());
    returns(String::new());
    returns(0.1_f32);
    returns(f64::INFINITY);
    returns(());
    returns(u64::MAX);
    returns(u128::MAX);
    returns(i128::MIN);
    returns(5_u128);
}

/// Lengths around those at which the codecs encode the length in another way, and around the one from which on a text takes
/// over the memory of its entry.
#[test]
fn texts_of_every_length() {
    for length in [31, 32, 250, 251, 252, 255, 256, 257, 65_535, 65_536] {
        let text = "a".repeat(length - 2) + "ä";
        returns(text.clone());
        returns(PathBuf::from(&text));
        returns(Cow::<str>::Owned(text.clone()));
        misses::<_, Pair>(&text);
        misses::<_, Option<String>>(&text);
    }
}

#[test]
fn a_long_text_that_is_given_away_is_not_copied() {
    for (way, entry) in entries(&"a".repeat(1000)) {
        let Value::Bytes(bytes) = entry else { panic!("it is no number") };
        let memory = bytes.as_ptr();
        let text = take::<String>(Value::Bytes(bytes)).unwrap();
        assert_eq!(text.as_ptr(), memory, "{way}");
    }
}

/// It is read by the form that it was written in.
#[test]
fn a_long_text_is_asked_for_in_its_own_form() {
    #[derive(Debug, PartialEq)]
    struct Formed(String, bool);
    impl Serialize for Formed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&self.0)
        }
    }
    impl<'de> Deserialize<'de> for Formed {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let readable = deserializer.is_human_readable();
            Ok(Formed(String::deserialize(deserializer)?, readable))
        }
    }
    for (way, entry) in entries(&Formed("a".repeat(1000), false)) {
        assert_eq!(take(entry), Ok(Formed("a".repeat(1000), way != "bincode")), "{way}");
    }
}

#[test]
fn a_nan_stays_one() {
    for (way, entry) in entries(&f64::NAN) {
        assert!(read::<f64>(&entry).unwrap().is_nan(), "{way}");
    }
}

#[test]
fn whole_numbers_of_every_width() {
    returns(i8::MIN);
    returns(u8::MAX);
    returns(i16::MIN);
    returns(u16::MAX);
    returns(i32::MIN);
    returns(u32::MAX);
    returns(i64::MIN);
    returns(i64::MAX);
    returns(i64::MAX as u64);
    returns(NonZeroU32::new(7).unwrap());
    returns(Wrapping(7_i16));
    returns(Id(7));
}

#[test]
fn options_in_options() {
    returns(None::<u8>);
    returns(Some(1_u8));
    returns(None::<Option<u8>>);
    returns(Some(None::<u8>));
    returns(Some(Some(1_u8)));
    returns(Some(Some(None::<u8>)));
    returns(Some(()));
    returns(Some(Nothing));
    returns(vec![Some(Some(1)), Some(None), None]);
    returns(Wrap { it: Some(None::<String>), stamp: PhantomData });
}

#[test]
fn collections() {
    returns(vec![1_u8, 200, 255]);
    returns(vec![1_u16, 300]);
    returns(Vec::<u8>::new());
    returns(vec![0_u8; 70_000]);
    returns(vec![1_u8, 2].into_boxed_slice());
    returns(VecDeque::from([1_u8, 2, 200]));
    returns(vec![Some(1_u8), None]);
    returns(BTreeSet::from([1_u8, 255]));
    returns(HashSet::from([1_u8, 255]));
    returns([1_u8, 2, 255]);
    returns([[1_u16; 3]; 2]);
    returns([0_u8; 0]);
    returns(HashMap::from([((1_u8, "a".to_owned()), 1.5), ((2, "b".to_owned()), 2.5)]));
    returns(BTreeMap::from([(3_u64, vec![user()])]));
    returns(HashMap::<String, u8>::new());
    returns((1_u8, "a".to_owned(), vec![(true, 'c')]));
}

#[test]
fn pointers_and_texts() {
    returns(Cow::Borrowed("text"));
    returns(Box::<str>::from("text"));
    returns(Box::new(user()));
    returns(PathBuf::from("/a/b"));
    returns(OsString::from("name"));
}

#[test]
fn structs_and_enums() {
    returns(user());
    returns(User { tags: vec![], score: None, ..user() });
    returns(Nothing);
    returns(Empty {});
    returns(Pair(1, "b".into()));
    returns(Wrap { it: user(), stamp: PhantomData });
    returns(Clear { inner: vec![0, 255] });
    returns(vec![
        Event::Start,
        Event::Key('k'),
        Event::Move(-1, 1),
        Event::Resize { width: 3, height: 4 },
        Event::Nested(Box::new(Event::Nested(Box::new(Event::Start)))),
    ]);
    returns(Event::Start);
    returns(Ok::<User, String>(user()));
    returns(Err::<User, String>("no".into()));
}

#[test]
fn types_that_contain_themselves() {
    let leaf = |value| Some(Box::new(Tree { left: None, right: None, value }));
    returns(Tree { left: leaf(1), right: Some(Box::new(Tree { left: leaf(2), right: None, value: 3 })), value: 4 });
    let call = Expr::Call {
        f: "f".into(),
        args: vec![Expr::Lit(1), Expr::Add(Box::new(Expr::Lit(2)), Box::new(Expr::Lit(3)))],
    };
    returns(Expr::Add(Box::new(call.clone()), Box::new(call)));
    returns(Nest(vec![Nest(vec![Nest(vec![Nest(vec![Nest(vec![Nest(vec![])])])])]), Nest(vec![])]));
}

#[test]
fn a_deep_value() {
    let deep = (0..150).fold(None, |right, value| Some(Box::new(Tree { left: None, right, value })));
    returns(Tree { left: None, right: deep, value: 0 });
}

#[test]
fn times_addresses_and_identifiers() {
    returns(Duration::from_nanos(1_500_000_001));
    returns(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    returns("127.0.0.1".parse::<IpAddr>().unwrap());
    returns("[::1]:80".parse::<SocketAddr>().unwrap());
    returns(uuid::Uuid::from_u128(0x1234_5678));
    returns(vec![(uuid::Uuid::nil(), chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(), 3_u8)]);
    returns(chrono::DateTime::from_timestamp(1_700_000_000, 5).unwrap());
    returns("2024-02-29T12:00:00.5Z".parse::<jiff::Timestamp>().unwrap());
    returns("2024-02-29".parse::<jiff::civil::Date>().unwrap());
    returns(Range { start: 1_u8, end: 5 });
    returns((Bound::Included(1_u8), Bound::<u8>::Unbounded));
}

data! {
    struct Sparse {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        a: Option<u8>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        b: Option<u8>,
        c: u8,
    }
    struct Skips { a: u8, #[serde(skip)] b: u8, c: u8 }
    enum SkipsVariant { A, #[serde(skip)] #[allow(dead_code)] B(u8), C(u8) }
    struct Aliased { #[serde(alias = "old", alias = "older")] a: u8, b: String }
    #[serde(deny_unknown_fields)]
    struct StrictlyAliased { a: u8, #[serde(alias = "old")] b: String }
    enum AliasedVariant { #[serde(alias = "Old")] A, B { #[serde(alias = "old")] x: u8 } }
    #[serde(rename_all = "camelCase", rename = "Other")]
    struct Renamed { long_name: u8, #[serde(rename = "kind")] r#type: u8 }
    struct With { #[serde(with = "as_text")] a: u8 }
    #[serde(try_from = "u8", into = "u8")]
    struct Even(u8);
    struct Defaults { #[serde(default)] a: u8, b: u8 }
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl From<Even> for u8 {
    fn from(even: Even) -> u8 {
        even.0
    }
}

impl TryFrom<u8> for Even {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        if number.is_multiple_of(2) && number > 6 { Ok(Even(number)) } else { Err("odd".into()) }
    }
}

#[test]
fn attributes_of_serde() {
    returns(vec![
        Sparse { a: None, b: Some(2), c: 3 },
        Sparse { a: Some(1), b: None, c: 3 },
        Sparse { a: None, b: None, c: 3 },
        Sparse { a: Some(1), b: Some(2), c: 3 },
    ]);
    returns(Skips { a: 1, b: 0, c: 3 });
    returns(vec![SkipsVariant::A, SkipsVariant::C(3)]);
    returns(vec![Aliased { a: 1, b: "b".into() }]);
    returns(StrictlyAliased { a: 1, b: "b".into() });
    returns(vec![AliasedVariant::A, AliasedVariant::B { x: 1 }]);
    returns(Renamed { long_name: 1, r#type: 2 });
    returns(With { a: 200 });
    returns(Even(8));
    returns(vec![(Even(8), 1_u8)]);
    returns(Defaults { a: 1, b: 2 });
}

data! {
    struct Inner { b: u8, ip: IpAddr, bytes: Vec<u8> }
    struct Flat { a: u8, #[serde(flatten)] rest: Inner }
    struct Extra { a: u8, #[serde(flatten)] rest: BTreeMap<String, serde_json::Value> }
    #[serde(untagged)]
    enum Untagged { Number(u8), Text(String), Whole(Inner), Bytes(Vec<u8>) }
    #[serde(tag = "t")]
    enum Tagged { A { x: u8, ip: IpAddr }, B, C(Inner) }
    #[serde(tag = "t", content = "c")]
    enum Adjacent { A { x: u8 }, B(u8), C }
    struct Holds { a: u8, untagged: Untagged, adjacent: Vec<Adjacent>, value: serde_json::Value, z: u32 }
}

fn inner() -> Inner {
    Inner { b: 2, ip: "::1".parse().unwrap(), bytes: vec![1, 200] }
}

#[test]
fn types_that_must_see_names() {
    returns(Flat { a: 1, rest: inner() });
    returns(Extra { a: 1, rest: BTreeMap::from([("x".into(), json!([1, "2", null]))]) });
    returns(vec![
        Untagged::Number(1),
        Untagged::Text("a".into()),
        Untagged::Whole(inner()),
        Untagged::Bytes(vec![1, 2, 255]),
    ]);
    returns(Untagged::Number(1));
    returns(Untagged::Bytes(vec![1, 2, 255]));
    returns(vec![Tagged::A { x: 1, ip: "10.0.0.1".parse().unwrap() }, Tagged::B, Tagged::C(inner())]);
    returns(vec![Adjacent::A { x: 1 }, Adjacent::B(2), Adjacent::C]);
    returns(Adjacent::C);
    let adjacent = vec![Adjacent::C, Adjacent::B(1)];
    returns(Holds { a: 1, untagged: Untagged::Text("t".into()), adjacent, value: json!({"k": [1.5]}), z: 9 });
}

#[test]
fn json_values() {
    returns(json!(null));
    returns(json!(5));
    returns(json!(-5));
    returns(json!(u64::MAX));
    returns(json!(1.5));
    returns(json!("text"));
    returns(json!({"a": [1, -1, null, true], "b": {"c": "d"}}));
}

/// Reads another width than it writes, as hand-written code may.
#[derive(Debug, PartialEq)]
struct Widens(u64);

impl Serialize for Widens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Some(self.0 as u16).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Widens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Widens(Option::<u64>::deserialize(deserializer)?.unwrap_or_default()))
    }
}

/// Writes a sequence without announcing its length.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(transparent)]
struct Unsized(Vec<u32>);

impl Serialize for Unsized {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter(|_| true))
    }
}

data! {
    struct NotWritten { a: u8, #[serde(skip_serializing, default)] b: u8, d: u8 }
    struct NotRead { a: u8, #[serde(skip_deserializing)] c: u8, d: u8 }
}

/// The reader's type is known when the value is written, so names can be used where positions would mislead.
#[test]
fn fields_that_go_one_way_only() {
    for codec in [Codec::Bincode, Codec::MessagePack] {
        let entry = write(&NotWritten { a: 1, b: 2, d: 4 }, codec, &EXPIRATION).unwrap();
        assert_eq!(read(&entry), Ok(NotWritten { a: 1, b: 0, d: 4 }));
        let entry = write(&NotRead { a: 1, c: 3, d: 4 }, codec, &EXPIRATION).unwrap();
        assert_eq!(read(&entry), Ok(NotRead { a: 1, c: 0, d: 4 }));
    }
}

data! {
    struct Asymmetric { #[serde(rename(deserialize = "userId"))] user_id: u8, b: u8 }
}

#[test]
fn types_that_are_read_in_another_way_than_written() {
    for codec in [Codec::Bincode, Codec::MessagePack] {
        let entry = write(&Widens(300), codec, &EXPIRATION).unwrap();
        assert_eq!(read(&entry), Ok(Widens(300)));
    }
    returns(Unsized(vec![1, 2, 300]));
    let refused = write(&Asymmetric { user_id: 1, b: 2 }, Codec::Bincode, &EXPIRATION).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Value);
}

#[test]
fn borrowed_values_are_read_as_owned_ones() {
    let entry = write_untyped("text", &EXPIRATION).unwrap();
    assert_eq!(read::<String>(&entry).as_deref(), Ok("text"));
    assert_eq!(read::<Cow<'static, str>>(&entry).as_deref(), Ok("text"));
    assert_eq!(read::<Box<str>>(&entry).as_deref(), Ok("text"));
    let entry = write_untyped(&[user()][..], &EXPIRATION).unwrap();
    assert_eq!(read::<Vec<User>>(&entry), Ok(vec![user()]));
    let entry = write_untyped(&&user(), &EXPIRATION).unwrap();
    assert_eq!(read::<User>(&entry), Ok(user()));
    let entry = write_untyped(&b"bytes"[..], &EXPIRATION).unwrap();
    assert_eq!(read::<Vec<u8>>(&entry).as_deref(), Ok(&b"bytes"[..]));
    let entry = write_untyped(&HashMap::from([("a", 1)]), &EXPIRATION).unwrap();
    assert_eq!(read(&entry), Ok(BTreeMap::from([("a".to_owned(), 1)])));
}
