//! Types whose `Serialize` and `Deserialize` differ: a value is read back as it was, or it is an error to write it.

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::*;

data! {
    struct SkipsWriting { x: u8, #[serde(skip_serializing, default)] y: u8 }
    struct SkipsReading { x: u8, #[serde(skip_deserializing)] y: u8 }
    struct Renamed { #[serde(rename(serialize = "userId"))] user_id: u8, b: u8 }
    struct RenamedOptional { #[serde(rename(serialize = "userId"))] user_id: Option<u8>, b: u8 }
    #[serde(rename_all(serialize = "camelCase", deserialize = "snake_case"))]
    struct RenamedAll { user_id: u8, user_name: Option<String> }
    enum Holds { Account { #[serde(rename(serialize = "userId"))] user_id: u8 } }
    struct WrongDefault { #[serde(skip_serializing_if = "is_zero", default = "five")] x: u8 }
    struct Beside { inner: Option<Option<u8>>, more: serde_json::Value }
}

fn is_zero(x: &u8) -> bool {
    *x == 0
}

fn five() -> u8 {
    5
}

/// Generated code for an API leaves out fields without telling serde.
#[derive(Debug, Clone, PartialEq, Default)]
struct Pod {
    name: String,
    spec: Option<u8>,
    status: Option<String>,
}

impl Serialize for Pod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(self.spec.is_some()) + usize::from(self.status.is_some());
        let mut pod = serializer.serialize_struct("Pod", fields)?;
        pod.serialize_field("kind", "Pod")?;
        pod.serialize_field("name", &self.name)?;
        if let Some(spec) = &self.spec {
            pod.serialize_field("spec", spec)?;
        }
        if let Some(status) = &self.status {
            pod.serialize_field("status", status)?;
        }
        pod.end()
    }
}

impl<'de> Deserialize<'de> for Pod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Pod")]
        struct Fields {
            kind: String,
            name: String,
            spec: Option<u8>,
            status: Option<String>,
        }
        let Fields { kind, name, spec, status } = Fields::deserialize(deserializer)?;
        if kind == "Pod" { Ok(Pod { name, spec, status }) } else { Err(D::Error::custom("no pod")) }
    }
}

fn pods() -> Vec<Pod> {
    let pod = Pod { name: "p".into(), ..Pod::default() };
    let specified = Pod { spec: Some(1), ..pod.clone() };
    vec![Pod { status: Some("up".into()), ..specified.clone() }, specified, pod]
}

/// A number that is not zero, but checks that only when it is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Checked(u8);

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Checked")]
        struct Raw(u8);
        let Raw(number) = Raw::deserialize(deserializer)?;
        if number == 1 { Err(D::Error::custom("one is no number")) } else { Ok(Checked(number)) }
    }
}

/// Asserts that a typed value is refused by both codecs, and that the error holds these words.
#[track_caller]
fn is_refused<T: Serialize + DeserializeOwned>(value: &T, words: &[&str]) {
    for codec in [Codec::Bincode, Codec::MessagePack] {
        let error = write(value, codec, &EXPIRATION).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value);
        words.iter().for_each(|word| assert!(error.to_string().contains(word), "{word:?} in {error}"));
    }
}

#[test]
fn a_typed_value_with_other_names_is_an_error_that_says_which() {
    let words = ["`userId`", "`user_id`", "rename"];
    is_refused(&Renamed { user_id: 1, b: 2 }, &[&words[..], &["asymmetric::Renamed"]].concat());
    is_refused(&RenamedAll { user_id: 1, user_name: Some("a".into()) }, &["`userId`", "`userName`", "`user_name`"]);
    is_refused(&vec![Holds::Account { user_id: 1 }], &words);
}

/// `None` would be a wrong value.
#[test]
fn a_typed_value_that_would_lose_a_field_is_an_error() {
    is_refused(&RenamedOptional { user_id: Some(1), b: 2 }, &["`userId`", "`user_id`"]);
    is_refused(&WrongDefault { x: 0 }, &["another value"]);
    returns(WrongDefault { x: 1 });
}

#[test]
fn a_type_that_refuses_its_own_values_is_an_error_once_that_is_known() {
    let entry = write(&vec![Checked(1)], Codec::Bincode, &EXPIRATION).unwrap();
    assert_eq!(read::<Vec<Checked>>(&entry), Err(Unreadable::Decode));
    is_refused(&vec![Checked(1)], &["Checked", "refuses"]);
    returns(vec![Checked(2)]);
    // A number alone is kept as one.
    assert!(read::<Checked>(&write(&Checked(1), Codec::Bincode, &EXPIRATION).unwrap()).is_err());
    is_refused(&Checked(1), &["Checked", "refuses"]);
    returns(Checked(2));
}

/// Writes a value as `set` does, which does not know how it is read.
fn set<T: Serialize>(value: &T) -> crate::Result<Value> {
    write_untyped(value, &EXPIRATION)
}

/// Asserts that a value that was `set` is not read, and that the next `set` says why.
#[track_caller]
fn is_refused_once_read<T: Serialize + DeserializeOwned + Debug>(value: &T, words: &[&str]) {
    assert!(read::<T>(&set(value).unwrap()).is_err());
    let error = set(value).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    words.iter().for_each(|word| assert!(error.to_string().contains(word), "{word:?} in {error}"));
}

#[test]
fn what_this_process_has_set_is_read_by_the_names_that_it_wrote() {
    let entry = set(&SkipsWriting { x: 1, y: 0 }).unwrap();
    assert_eq!(read(&entry), Ok(SkipsWriting { x: 1, y: 0 }));
    for pod in pods() {
        assert_eq!(read(&set(&pod).unwrap()), Ok(pod.clone()));
        assert_eq!(read(&set(&vec![pod.clone()]).unwrap()), Ok(vec![pod]));
    }
    // As `write_multi` passes them on.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Behind(#[serde(deserialize_with = "widened")] u8);
    let entry = set(&&Behind(7)).unwrap();
    assert_eq!(read(&entry), Ok(Behind(7)));
}

fn widened<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    u64::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
}

/// An entry of another release has the same names as far as this process knows, because it never wrote such a value.
#[test]
fn what_another_program_has_set_is_no_hit_by_names() {
    #[derive(Serialize)]
    #[serde(rename = "Late")]
    struct Older {
        x: u8,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Late {
        x: u8,
        #[serde(skip_serializing, default)]
        y: u8,
    }
    let entry = set(&Older { x: 1 }).unwrap();
    assert_eq!(read::<Late>(&entry), Err(Unreadable::Shape));
    assert_eq!(read(&set(&Late { x: 1, y: 0 }).unwrap()), Ok(Late { x: 1, y: 0 }));
}

#[test]
fn a_set_value_that_was_not_read_is_an_error_the_next_time() {
    is_refused_once_read(&Renamed { user_id: 1, b: 2 }, &["asymmetric::Renamed", "`userId`", "`user_id`", "rename"]);
    is_refused_once_read(&RenamedOptional { user_id: Some(1), b: 2 }, &["`userId`", "`user_id`"]);
    is_refused_once_read(&vec![SkipsReading { x: 1, y: 2 }], &["`y`", "does not read"]);
    is_refused_once_read(&vec![Checked(1)], &["Checked"]);
    assert_eq!(read(&set(&vec![Checked(2)]).unwrap()), Ok(vec![Checked(2)]));
}

/// Reads a text where it writes a number.
#[derive(Debug, PartialEq, Serialize)]
struct NumberOneWay(u8);

impl<'de> Deserialize<'de> for NumberOneWay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(NumberOneWay).map_err(D::Error::custom)
    }
}

#[test]
fn a_set_number_that_its_type_does_not_read_is_an_error_the_next_time() {
    is_refused_once_read(&NumberOneWay(7), &["NumberOneWay", "a text"]);
}

#[test]
fn an_empty_value_in_some_beside_json_is_an_error_at_once() {
    let nested = Beside { inner: Some(None), more: json!([1]) };
    for refused in [set(&nested), set(&Some(json!(null))), set(&vec![Some(json!(null))])] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.to_string().contains("`Some`"), "{error}");
    }
    returns(Some(None::<u8>));
    returns(Beside { inner: None, more: json!({"a": null}) });
}
