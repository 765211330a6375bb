//! Distinct arguments give distinct keys, whatever their types and whatever characters are in them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::ser::{SerializeMap, SerializeStruct, SerializeTuple, Serializer};

use super::*;

/// A value of many types, as serde sees them. Floats are compared by their bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Any {
    Bool(bool),
    U8(u8),
    U64(u64),
    I64(i64),
    I128(i128),
    F64(u64),
    Char(char),
    Text(String),
    Bytes(Vec<u8>),
    Unit,
    Nothing,
    Something(Box<Any>),
    List(Vec<Any>),
    Tuple(Vec<Any>),
    Map(std::collections::BTreeMap<Any, Any>),
    Struct(Vec<Any>),
    UnitVariant,
    NewVariant(Box<Any>),
    Wrapped(Box<Any>),
}

/// The names of fields, by their position.
const FIELDS: [&str; 3] = ["a", "b", "c"];

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Any::Bool(value) => value.serialize(serializer),
            Any::U8(value) => value.serialize(serializer),
            Any::U64(value) => value.serialize(serializer),
            Any::I64(value) => value.serialize(serializer),
            Any::I128(value) => value.serialize(serializer),
            Any::F64(bits) => f64::from_bits(*bits).serialize(serializer),
            Any::Char(value) => value.serialize(serializer),
            Any::Text(value) => value.serialize(serializer),
            Any::Bytes(value) => serializer.serialize_bytes(value),
            Any::Unit => ().serialize(serializer),
            Any::Nothing => serializer.serialize_none(),
            Any::Something(value) => serializer.serialize_some(&**value),
            Any::List(values) => values.serialize(serializer),
            Any::Tuple(values) => {
                let mut tuple = serializer.serialize_tuple(values.len())?;
                values.iter().try_for_each(|value| tuple.serialize_element(value))?;
                tuple.end()
            }
            Any::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
            Any::Struct(values) => {
                let mut fields = serializer.serialize_struct("S", values.len())?;
                FIELDS.iter().zip(values).try_for_each(|(name, value)| fields.serialize_field(name, value))?;
                fields.end()
            }
            Any::UnitVariant => serializer.serialize_unit_variant("E", 0, "A"),
            Any::NewVariant(value) => serializer.serialize_newtype_variant("E", 1, "B", &**value),
            Any::Wrapped(value) => serializer.serialize_newtype_struct("N", &**value),
        }
    }
}

/// Short texts of the characters that have a meaning in keys, so that equal and nearly equal texts are common.
fn meaningful_text() -> impl Strategy<Value = String> {
    "[a:%,\"\\\\'(){}\\[\\]#<|>@/~0é\\x00]{0,4}"
}

fn any_value() -> impl Strategy<Value = Any> {
    let floats = [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, 0.1, 1e300];
    let leaf = prop_oneof![
        any::<bool>().prop_map(Any::Bool),
        (0..3_u8).prop_map(Any::U8),
        (0..3_u64).prop_map(Any::U64),
        (-2..2_i64).prop_map(Any::I64),
        (-2..2_i128).prop_map(Any::I128),
        proptest::sample::select(floats.to_vec()).prop_map(|value| Any::F64(value.to_bits())),
        proptest::sample::select(vec!['a', '\'', '"', '1']).prop_map(Any::Char),
        meaningful_text().prop_map(Any::Text),
        vec(0..3_u8, 0..3).prop_map(Any::Bytes),
        Just(Any::Unit),
        Just(Any::Nothing),
        Just(Any::UnitVariant),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|value| Any::Something(value.into())),
            inner.clone().prop_map(|value| Any::NewVariant(value.into())),
            inner.clone().prop_map(|value| Any::Wrapped(value.into())),
            vec(inner.clone(), 0..3).prop_map(Any::List),
            vec(inner.clone(), 1..3).prop_map(Any::Tuple),
            vec(inner.clone(), 0..=FIELDS.len()).prop_map(Any::Struct),
            btree_map(inner.clone(), inner, 0..3).prop_map(Any::Map),
        ]
    })
}

fn default_key(arguments: &[Any]) -> String {
    let key = DefaultKey::new(place!(), None, 1, 2);
    let key = FIELDS.iter().zip(arguments).fold(key, |key, (name, value)| key.arg(name, value));
    key.finish().unwrap()
}

/// A part of a text, often one that escaping also produces.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![meaningful_text(), "[a%\\\\\"]{0,2}", Just("25".to_owned()), Just("\\".to_owned()), Just(String::new())]
}

/// Two values made of one text: the parts before a position, and those after it.
fn cut(parts: &[String], between: &str, at: usize) -> [String; 2] {
    let at = 1 + at % (parts.len() - 1);
    [parts[..at].join(between), parts[at..].join(between)]
}

/// A separator of placeholders: any text that is not empty.
fn separator() -> impl Strategy<Value = String> {
    "[a:%0é!]{1,3}"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn default_keys_are_equal_only_if_the_arguments_are(
        one in vec(any_value(), 0..3), other in vec(any_value(), 0..3),
    ) {
        prop_assert_eq!(default_key(&one) == default_key(&other), one == other, "{}", default_key(&one));
    }

    #[test]
    fn another_argument_gives_another_key(arguments in vec(any_value(), 1..3), instead in any_value(), at in 0..3_usize) {
        let mut changed = arguments.clone();
        let at = at % changed.len();
        changed[at] = instead;
        prop_assert_eq!(default_key(&arguments) == default_key(&changed), arguments == changed);
    }

    #[test]
    fn values_in_a_template_key_have_a_clear_end(
        start in separator(), between in separator(), parts in vec(part(), 3..6), cuts in (0..6_usize, 0..6_usize),
        escaped in (0..3_usize, 0..3_usize),
    ) {
        // The separator may also be inside a value, as it is or as if it were escaped.
        let percent: String = between.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let inside = [&*between, &*percent, "%"];
        let key = |[one, other]: &[String; 2]| template(&[&start, &between, ""], &[one, other]);
        let (one, other) = (cut(&parts, inside[escaped.0], cuts.0), cut(&parts, inside[escaped.1], cuts.1));
        prop_assert_eq!(key(&one) == key(&other), one == other, "{:?} {:?}", one, other);
    }

    #[test]
    fn arguments_in_a_default_key_have_a_clear_end(
        parts in vec(part(), 3..6), cuts in (0..6_usize, 0..6_usize), inside in part(), quotes in 0..4_usize,
    ) {
        let inside = ["\",b=\"", "\\\",b=\"", "\",b=\\\"", &*inside][quotes];
        let key = |[one, other]: &[String; 2]| default_key(&[Any::Text(one.clone()), Any::Text(other.clone())]);
        let list = |values: &[String; 2]| default_key(&[Any::List(values.iter().cloned().map(Any::Text).collect())]);
        let (one, other) = (cut(&parts, inside, cuts.0), cut(&parts, inside, cuts.1));
        prop_assert_eq!(key(&one) == key(&other), one == other, "{:?} {:?}", one, other);
        let (one, other) = (cut(&parts, "\",\"", cuts.0), cut(&parts, "\",\"", cuts.1));
        prop_assert_eq!(list(&one) == list(&other), one == other, "{:?} {:?}", one, other);
    }

    #[test]
    fn keys_in_the_store_are_equal_only_if_namespace_and_key_are(
        one in (meaningful_text(), 1..260_usize, meaningful_text()), other in (meaningful_text(), 1..260_usize, meaningful_text()),
    ) {
        let key = |(name, length, end): &(String, usize, String)| {
            let namespace = if name.is_empty() { String::new() } else { namespace("", name) };
            stored(&namespace, &("k".repeat(*length) + end)).unwrap().into_owned()
        };
        let same = one.0 == other.0 && one.1 == other.1 && one.2 == other.2;
        prop_assert_eq!(key(&one) == key(&other), same);
        prop_assert!(key(&one).len() <= MAX_LEN);
    }
}
