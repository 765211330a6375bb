//! A value whose type changed between two releases is a miss.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

/// A module for each release of the same types.
macro_rules! releases {
    ($($release:ident { $($item:item)* })*) => {$(
        mod $release {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[derive(Debug, Serialize, Deserialize)]
                #[allow(dead_code)]
                $item
            )*
        }
    )*};
}

releases! {
    first {
        pub(super) struct User { pub(super) a: u32, pub(super) b: String, pub(super) kind: Kind }
        pub(super) enum Kind { A, B(u8), C { x: i8 } }
    }
    same {
        pub(super) struct User { a: u32, b: String, kind: Kind }
        pub(super) enum Kind { A, B(u8), C { x: i8 } }
    }
    added { pub(super) struct User { a: u32, b: String, kind: first::Kind, d: u8 } }
    added_optional { pub(super) struct User { a: u32, b: String, kind: first::Kind, d: Option<u8> } }
    added_default { pub(super) struct User { a: u32, b: String, kind: first::Kind, #[serde(default)] d: u8 } }
    removed { pub(super) struct User { a: u32, kind: first::Kind } }
    renamed { pub(super) struct User { a: u32, bb: String, kind: first::Kind } }
    reordered { pub(super) struct User { b: String, a: u32, kind: first::Kind } }
    retyped { pub(super) struct User { a: i32, b: String, kind: first::Kind } }
    optional { pub(super) struct User { a: Option<u32>, b: String, kind: first::Kind } }
    other_name { pub(super) struct Account { a: u32, b: String, kind: first::Kind } }
    inserted {
        pub(super) struct User { a: u32, b: String, kind: Kind }
        pub(super) enum Kind { A, N, B(u8), C { x: i8 } }
    }
    variant_renamed {
        pub(super) struct User { a: u32, b: String, kind: Kind }
        pub(super) enum Kind { A, Bee(u8), C { x: i8 } }
    }
    variant_retyped {
        pub(super) struct User { a: u32, b: String, kind: Kind }
        pub(super) enum Kind { A, B(u16), C { x: i8 } }
    }
    variant_reshaped {
        pub(super) struct User { a: u32, b: String, kind: Kind }
        pub(super) enum Kind { A, B(u8, u8), C { x: i8 } }
    }
    variant_field {
        pub(super) struct User { a: u32, b: String, kind: Kind }
        pub(super) enum Kind { A, B(u8), C { x: i8, y: Option<i8> } }
    }
}

fn user(kind: first::Kind) -> first::User {
    first::User { a: 1, b: "b".into(), kind }
}

#[test]
fn a_type_is_known_by_its_shape_and_not_by_its_path() {
    for (_, entry) in entries(&user(first::Kind::B(1))) {
        assert!(read::<same::User>(&entry).is_ok());
    }
}

#[test]
fn a_changed_struct_is_a_miss() {
    let user = user(first::Kind::B(1));
    misses::<_, added::User>(&user);
    misses::<_, added_optional::User>(&user);
    misses::<_, added_default::User>(&user);
    misses::<_, removed::User>(&user);
    misses::<_, renamed::User>(&user);
    misses::<_, reordered::User>(&user);
    misses::<_, retyped::User>(&user);
    misses::<_, optional::User>(&user);
    misses::<_, other_name::Account>(&user);
}

#[test]
fn a_change_inside_a_container_is_a_miss() {
    let users = vec![HashMap::from([(1_u8, Some(user(first::Kind::A)))])];
    misses::<_, Vec<HashMap<u8, Option<retyped::User>>>>(&users);
    misses::<_, Vec<HashMap<u16, Option<first::User>>>>(&users);
    misses::<_, Vec<Option<first::User>>>(&users);
}

#[test]
fn a_changed_enum_is_a_miss() {
    let user_b = user(first::Kind::B(1));
    misses::<_, inserted::User>(&user_b);
    misses::<_, variant_renamed::User>(&user_b);
    misses::<_, variant_retyped::User>(&user_b);
    misses::<_, variant_reshaped::User>(&user_b);
    misses::<_, variant_field::User>(&user(first::Kind::C { x: 1 }));
}

#[test]
fn another_plain_type_is_a_miss() {
    misses::<_, Vec<u16>>(&vec![1_u8]);
    misses::<_, Vec<u8>>(&vec![1_u16]);
    misses::<_, f32>(&1.0_f64);
    misses::<_, bool>(&"true".to_owned());
    misses::<_, String>(&true);
    misses::<_, u64>(&"1".to_owned());
    misses::<_, String>(&1_u64);
    misses::<_, f64>(&1_u64);
    misses::<_, bool>(&1_u64);
    misses::<_, char>(&1_u64);
    misses::<_, Option<u8>>(&1_u8);
    misses::<_, String>(&'a');
    misses::<_, String>(&Some("a".to_owned()));
    misses::<_, ()>(&None::<u8>);
    misses::<_, (u8, u8)>(&[1_u8, 2, 3]);
    misses::<_, [u8; 3]>(&vec![1_u8, 2, 3]);
    misses::<_, u128>(&Some(1_u128));
}

/// Two fields change places: their types are the same, in another order.
#[test]
fn fields_that_change_places_are_a_miss() {
    releases! {
        old { pub(super) struct Both { pub(super) a: Vec<u8>, pub(super) b: Vec<u16> } }
        new { pub(super) struct Both { a: Vec<u16>, b: Vec<u8> } }
    }
    misses::<_, new::Both>(&old::Both { a: vec![1], b: vec![2] });
    misses::<_, Vec<(Option<u16>, Option<u8>)>>(&vec![(Some(1_u8), Some(2_u16))]);
}

#[test]
fn a_changed_struct_with_an_opaque_field_is_a_miss() {
    releases! {
        old { pub(super) struct Card { pub(super) id: u8, pub(super) more: serde_json::Value, pub(super) by: String } }
        wider { pub(super) struct Card { id: u16, more: serde_json::Value, by: String } }
        longer { pub(super) struct Card { id: u8, more: serde_json::Value, by: String, new: Option<u8> } }
        shorter { pub(super) struct Card { id: u8, more: serde_json::Value } }
    }
    let card = old::Card { id: 1, more: json!({"user": [1]}), by: "me".into() };
    misses::<_, wider::Card>(&card);
    misses::<_, longer::Card>(&card);
    misses::<_, shorter::Card>(&card);
    for (_, entry) in entries(&card) {
        assert_eq!(read::<old::Card>(&entry).unwrap().by, "me");
    }
}

/// Asserts that a value, alone and in a list, is read as its own type and not as another, however it was written.
#[track_caller]
fn is_no<A, B>(value: impl Fn() -> A)
where
    A: Serialize + DeserializeOwned,
    B: DeserializeOwned,
{
    for (way, entry) in entries(&value()) {
        assert!(read::<A>(&entry).is_ok(), "{way}: its own type");
        assert!(read::<B>(&entry).is_err(), "{way}: another type");
    }
    for (way, entry) in entries(&vec![value(), value()]) {
        assert!(read::<Vec<A>>(&entry).is_ok(), "{way}: its own type, in a list");
        assert!(read::<Vec<B>>(&entry).is_err(), "{way}: another type, in a list");
    }
}

#[test]
fn a_changed_name_that_serde_does_not_announce_is_a_miss() {
    releases! {
        old {
            pub(super) struct Extra { pub(super) a: u8, pub(super) note: Option<u8> }
            pub(super) struct User { pub(super) id: u32, #[serde(flatten)] pub(super) extra: Extra, pub(super) nick: Option<String> }
            #[serde(tag = "t")]
            pub(super) enum Event { Paid { amount: u32, discount: Option<u32> }, Free }
            #[serde(untagged)]
            pub(super) enum Any { Point { x: u32, y: u32 }, Text(String) }
            #[serde(tag = "t", content = "c")]
            pub(super) enum Adjacent { Paid { amount: u32, discount: Option<u32> }, Free }
        }
        new {
            pub(super) struct Extra { a: u8, note: Option<u8> }
            pub(super) struct User { id: u32, #[serde(flatten)] extra: Extra, nickname: Option<String> }
            #[serde(tag = "t")]
            pub(super) enum Event { Paid { amount: u32, rebate: Option<u32> }, Free }
            #[serde(untagged)]
            pub(super) enum Any { Point { y: u32 }, Text(String) }
            #[serde(tag = "t", content = "c")]
            pub(super) enum Adjacent { Paid { amount: u32, rebate: Option<u32> }, Free }
        }
        inside {
            pub(super) struct Extra { a: u8, remark: Option<u8> }
            pub(super) struct User { id: u32, #[serde(flatten)] extra: Extra, nick: Option<String> }
        }
    }
    let user =
        |nick: Option<&str>| old::User { id: 1, extra: old::Extra { a: 1, note: Some(2) }, nick: nick.map(Into::into) };
    is_no::<_, new::User>(|| user(Some("ada")));
    is_no::<_, new::User>(|| user(None));
    is_no::<_, inside::User>(|| user(Some("ada")));
    is_no::<_, new::Event>(|| old::Event::Paid { amount: 10, discount: Some(5) });
    let late = || (0..200).map(|_| old::Event::Free).chain([old::Event::Paid { amount: 1, discount: Some(5) }]);
    is_no::<_, Vec<new::Event>>(|| late().collect::<Vec<_>>());
    is_no::<_, new::Any>(|| old::Any::Point { x: 1, y: 2 });
    is_no::<_, new::Adjacent>(|| old::Adjacent::Paid { amount: 10, discount: Some(5) });
}

/// A field that one variant refuses may be ignored by the next one.
#[test]
fn a_field_that_one_variant_knows_is_accepted() {
    releases! {
        only { #[serde(untagged)] pub(super) enum Any { Both { x: u8, y: u8 }, One { x: u8 } } }
    }
    for (way, entry) in entries(&only::Any::Both { x: 1, y: 2 }) {
        assert!(matches!(read(&entry), Ok(only::Any::Both { x: 1, y: 2 })), "{way}");
    }
}

/// A type that serde would convert silently.
#[test]
fn a_retyped_field_beside_a_flattened_one_is_a_miss() {
    releases! {
        old { pub(super) struct Span { #[serde(flatten)] pub(super) more: HashMap<String, u8>, pub(super) seconds: u64 } }
        new { pub(super) struct Span { #[serde(flatten)] more: HashMap<String, u8>, seconds: f64 } }
    }
    let span = old::Span { more: HashMap::from([("a".into(), 1)]), seconds: 3 };
    for codec in [Codec::Bincode, Codec::MessagePack] {
        assert_eq!(read::<new::Span>(&write(&span, codec, &EXPIRATION).unwrap()).err(), Some(Unreadable::Shape));
    }
}
