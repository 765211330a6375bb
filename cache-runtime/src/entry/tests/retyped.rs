//! A field that changed its type where serde converts silently is a miss, also if the writer's type is not known.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::*;

data! {
    struct Flat<T> { id: u8, #[serde(flatten)] more: T }
    struct Maybe<T> { id: u8, #[serde(flatten)] more: Option<T> }
    struct Beside<T> { #[serde(flatten)] rest: BTreeMap<String, u8>, field: T }
    struct Field<T> { field: T }
    #[serde(tag = "t")]
    enum Tagged<T> { A { field: T }, B(Field<T>) }
    #[serde(tag = "t", content = "c")]
    enum Adjacent<T> { A { field: T } }
    #[serde(untagged)]
    enum Untagged<T> { A { field: T }, B }
}

/// Asserts that a field of type `A` is read as one, and not as a `B`, in places where serde hides it.
#[track_caller]
fn is_another<A, B>(value: A)
where
    A: Serialize + DeserializeOwned + Clone + Debug + PartialEq,
    B: Serialize + DeserializeOwned + Clone + Debug + PartialEq,
{
    is_no::<_, Maybe<Field<B>>>(Maybe { id: 1, more: Some(Field { field: value.clone() }) });
    is_no::<_, Tagged<B>>(Tagged::A { field: value });
}

/// The same in all such places.
#[track_caller]
fn is_another_everywhere<A, B>(value: A)
where
    A: Serialize + DeserializeOwned + Clone + Debug + PartialEq,
    B: Serialize + DeserializeOwned + Clone + Debug + PartialEq,
{
    let field = || Field { field: value.clone() };
    is_no::<_, Flat<Field<B>>>(Flat { id: 1, more: field() });
    is_no::<_, Maybe<Field<B>>>(Maybe { id: 1, more: Some(field()) });
    is_no::<_, Flat<BTreeMap<String, B>>>(Flat { id: 1, more: BTreeMap::from([("field".to_owned(), value.clone())]) });
    is_no::<_, Beside<B>>(Beside { rest: BTreeMap::new(), field: value.clone() });
    is_no::<_, Tagged<B>>(Tagged::A { field: value.clone() });
    is_no::<_, Tagged<B>>(Tagged::B(field()));
    is_no::<_, Adjacent<B>>(Adjacent::A { field: value.clone() });
    is_no::<_, Untagged<B>>(Untagged::A { field: value.clone() });
    is_another::<Option<A>, Option<B>>(Some(value.clone()));
    is_another::<Vec<A>, Vec<B>>(vec![value.clone(); 2]);
    is_another::<(bool, A), (bool, B)>((true, value.clone()));
    is_another::<Vec<HashMap<String, A>>, Vec<HashMap<String, B>>>(vec![HashMap::from([("k".to_owned(), value)])]);
}

#[track_caller]
fn is_no<A, B>(value: A)
where
    A: Serialize + DeserializeOwned + Debug + PartialEq,
    B: DeserializeOwned + Debug,
{
    // Twice, because a layout that was read is known.
    for _ in 0..2 {
        let entry = write_untyped(&value, &EXPIRATION).unwrap();
        let (own, other) = (std::any::type_name::<A>(), std::any::type_name::<B>());
        assert!(read::<B>(&entry).is_err(), "{own} is read as {other}: {:?}", read::<B>(&entry));
        assert_eq!(read::<A>(&entry).as_ref(), Ok(&value), "{own}");
    }
}

#[test]
fn a_float_of_another_width_is_a_miss() {
    is_another_everywhere::<f64, f32>(0.1);
    is_another::<f32, f64>(0.1);
}

#[test]
fn a_whole_number_is_no_float() {
    is_another::<u64, f64>(3);
    is_another::<i16, f32>(-300);
    is_another::<f64, u64>(3.0);
}

#[test]
fn a_whole_number_of_another_width_is_a_miss() {
    is_another::<u32, u64>(3);
    is_another::<i64, u32>(3);
}

/// Bytes for serde, and not a list of numbers.
#[derive(Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("byte array")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Bytes, E> {
                Ok(Bytes(text.as_bytes().to_vec()))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}

#[test]
fn a_text_is_neither_bytes_nor_a_character() {
    is_another::<String, Bytes>("text".into());
    is_another::<Bytes, String>(Bytes(b"text".to_vec()));
    is_another::<String, char>("t".into());
    is_another::<bool, String>(true);
}

/// `flatten` reads an `Option` as `None` if anything in it is refused.
#[test]
fn a_retyped_field_in_an_option_is_not_dropped() {
    is_another::<String, u8>("text".into());
    is_another::<u16, u8>(300);
    is_another::<u8, Vec<u8>>(3);
    is_another::<Vec<u8>, u8>(vec![3]);
    is_another::<Field<u8>, String>(Field { field: 3 });
}

/// An earlier variant would take the value.
#[test]
fn a_variant_that_converts_is_no_hit() {
    data! {
        #[serde(untagged)]
        enum Narrow { Single(f32), Double(f64) }
        #[serde(untagged)]
        enum Letters { One(char), Many(String) }
        #[serde(untagged)]
        enum Numbers { Small(u8), Float(f64), Large(u64) }
        #[serde(untagged)]
        enum Sound { Whole(u64), Float(f64), Many(Vec<f64>), Text(String) }
    }
    let refuses = |entry: Value| assert!(read::<Vec<Narrow>>(&entry).is_err());
    refuses(write_untyped(&vec![Narrow::Double(0.1)], &EXPIRATION).unwrap());
    assert!(read::<Narrow>(&write_untyped(&Narrow::Double(0.1), &EXPIRATION).unwrap()).is_err());
    assert!(read::<Letters>(&write_untyped(&Letters::Many("a".into()), &EXPIRATION).unwrap()).is_err());
    assert!(read::<Vec<Numbers>>(&write_untyped(&vec![Numbers::Large(300)], &EXPIRATION).unwrap()).is_err());
    returns(Narrow::Single(0.1));
    returns(vec![Numbers::Small(1), Numbers::Float(0.5)]);
    let mixed: Vec<_> = (0..100).map(Sound::Whole).chain([Sound::Float(0.5), Sound::Text("a".into())]).collect();
    returns(Flat { id: 1, more: BTreeMap::from([("mixed".to_owned(), mixed)]) });
    returns(vec![Sound::Many(vec![0.5]), Sound::Whole(3)]);
}

/// A late item of a long list is looked at, too.
#[test]
fn a_late_item_of_another_type_is_a_miss() {
    data! {
        #[serde(untagged)]
        enum Old { Text(String), Whole(u64) }
        #[serde(untagged)]
        enum New { Text(String), Float(f64) }
    }
    let texts = (0..100).map(|number| Old::Text(number.to_string()));
    is_no::<_, Flat<Field<Vec<New>>>>(Flat {
        id: 1,
        more: Field { field: texts.chain([Old::Whole(3)]).collect::<Vec<_>>() },
    });
}

#[test]
fn values_of_hand_written_types_stay_hits() {
    returns(Flat { id: 1, more: Field { field: json!({"a": [1, 2.5, "x", null, true]}) } });
    returns(Flat { id: 1, more: Field { field: uuid::Uuid::from_u128(7) } });
    returns(Flat { id: 1, more: Field { field: chrono::DateTime::from_timestamp(1_700_000_000, 5).unwrap() } });
    returns(Flat { id: 1, more: Field { field: std::num::NonZeroU16::new(7).unwrap() } });
    returns(Flat { id: 1, more: Field { field: ("127.0.0.1".parse::<std::net::IpAddr>().unwrap(), 'c', 7_usize) } });
    returns(Flat { id: 1, more: Field { field: std::path::PathBuf::from("/a") } });
    returns(Tagged::A { field: vec![Some(std::time::Duration::from_millis(1_500)), None] });
    returns(Maybe { id: 1, more: Some(Field { field: Some("a".to_owned()) }) });
    returns(Maybe::<Field<u8>> { id: 1, more: None });
    returns(Flat { id: 1, more: Field { field: [1_i8; 40].map(i64::from).to_vec() } });
}
