//! A value that its type reads back as another value is not written.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

data! {
    #[serde(untagged)]
    enum Overlap { Flat { x: u8 }, Full { x: u8, y: u8 } }
    #[serde(untagged)]
    enum FloatFirst { Float(f64), Whole(u64) }
    #[serde(untagged)]
    enum WholeFirst { Whole(u64), Negative(i64), Float(f64) }
    #[serde(untagged)]
    enum Letters { One(char), Many(String) }
    #[serde(untagged)]
    enum Points { Named { x: u8, y: u8 }, Bare(u8, u8) }
    #[serde(untagged)]
    enum Narrow { Single(f32), Double(f64) }
    #[serde(untagged)]
    enum Empty { Maybe(Option<u8>), Unit }
    #[serde(tag = "t")]
    enum Kinds { A { x: u8 }, B, #[serde(other)] Other }
    #[serde(tag = "t")]
    enum Shadowed { A { #[serde(flatten)] more: BTreeMap<String, f64> } }
    struct Lettered { letter: char, text: String, #[serde(flatten)] more: BTreeMap<String, u8> }
    struct Greedy { #[serde(flatten)] first: BTreeMap<String, u8>, #[serde(flatten)] second: BTreeMap<String, u8> }
    struct Holds<T> { id: u8, #[serde(flatten)] more: HashMap<String, T>, set: HashSet<String> }
}

/// Asserts that a value is refused, alone and inside another one.
#[track_caller]
fn is_refused<T: Serialize + DeserializeOwned + Clone>(value: &T) {
    let held = Holds { id: 1, more: HashMap::from([("k".to_owned(), value.clone())]), set: HashSet::new() };
    for codec in [Codec::Bincode, Codec::MessagePack] {
        assert_eq!(write(value, codec, &EXPIRATION).unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(write(&vec![value.clone()], codec, &EXPIRATION).unwrap_err().kind(), ErrorKind::Value);
        assert_eq!(write(&held, codec, &EXPIRATION).unwrap_err().kind(), ErrorKind::Value);
    }
}

#[test]
fn a_value_that_an_earlier_variant_accepts_is_refused() {
    is_refused(&Overlap::Full { x: 1, y: 2 });
    returns(Overlap::Flat { x: 1 });
    is_refused(&Letters::Many("a".into()));
    returns(Letters::Many("ab".into()));
    returns(Points::Bare(1, 2));
    returns(Points::Named { x: 1, y: 2 });
    is_refused(&Empty::Unit);
    is_refused(&Narrow::Double(0.1));
}

#[test]
fn a_whole_number_that_would_be_read_as_a_float_is_refused() {
    is_refused(&FloatFirst::Whole(7));
    is_refused(&FloatFirst::Whole(u64::MAX));
    returns(FloatFirst::Float(1.5));
    for number in [0, 7, u64::MAX] {
        returns(WholeFirst::Whole(number));
    }
    returns(WholeFirst::Negative(i64::MIN));
    returns(WholeFirst::Float(7.0));
}

/// The type of the reader is not known when such an entry is written.
#[test]
fn an_entry_of_an_unknown_type_is_no_hit_if_another_variant_would_read_it() {
    for number in [7, u64::MAX] {
        let entry = write_untyped(&number, &EXPIRATION).unwrap();
        assert_eq!(read::<FloatFirst>(&entry), Err(Unreadable::Shape));
    }
    let full = Overlap::Full { x: 1, y: 2 };
    assert_eq!(read::<Overlap>(&write_untyped(&full, &EXPIRATION).unwrap()), Err(Unreadable::Shape));
    // From then on that is known when a value is written.
    assert_eq!(write_untyped(&full, &EXPIRATION).unwrap_err().kind(), ErrorKind::Value);
}

/// A text of one letter is stored like a character.
#[test]
fn an_entry_of_an_unknown_type_is_no_hit_if_a_text_in_it_may_be_read_as_a_character() {
    let mixed = vec![Letters::One('a'), Letters::Many("b".into())];
    assert_eq!(read::<Vec<Letters>>(&write_untyped(&mixed, &EXPIRATION).unwrap()), Err(Unreadable::Shape));
    let nested = vec![vec![Letters::One('a')], vec![Letters::Many("long".into()), Letters::Many("b".into())]];
    assert_eq!(read::<Vec<Vec<Letters>>>(&write_untyped(&nested, &EXPIRATION).unwrap()), Err(Unreadable::Shape));
    let letters = vec![Letters::One('a'), Letters::One('b')];
    assert_eq!(read::<Vec<Letters>>(&write_untyped(&letters, &EXPIRATION).unwrap()), Ok(letters));
    let apart = Lettered { letter: 'a', text: "b".into(), more: BTreeMap::from([("n".to_owned(), 1)]) };
    assert_eq!(read::<Lettered>(&write_untyped(&apart, &EXPIRATION).unwrap()), Ok(apart));
}

#[test]
fn a_map_that_swallows_fields_of_another_is_refused() {
    let (first, second) = (BTreeMap::from([("a".to_owned(), 1)]), BTreeMap::from([("b".to_owned(), 2)]));
    assert!(write(&Greedy { first, second }, Codec::Bincode, &EXPIRATION).is_err());
    returns(Greedy { first: BTreeMap::new(), second: BTreeMap::new() });
    returns(Shadowed::A { more: BTreeMap::from([("x".into(), 1.0)]) });
}

#[test]
fn values_in_any_order_are_the_same() {
    let names = || (0..100).map(|number| number.to_string());
    let more: HashMap<_, _> =
        names().map(|name| (name.clone(), json!({ name: [1, 2.5, -3, u64::MAX, null] }))).collect();
    returns(Holds { id: 1, more, set: names().collect() });
    returns(vec![Kinds::A { x: 1 }, Kinds::B, Kinds::Other]);
}
