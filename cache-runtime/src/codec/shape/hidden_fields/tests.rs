//! Remembered layouts save time, and a changed type still cannot read a value.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use proptest::prelude::*;
use rmp_serde::config::BytesMode;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::*;
use crate::codec::data_model::Form;
use crate::codec::shape::Shape;
use crate::codec::{Codec, Payload, messagepack, typed};

macro_rules! data {
    ($($item:item)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        $item
    )*};
}

data! {
    struct Address { street: String, zip: Option<u32> }
    struct User { id: u64, #[serde(flatten)] address: Address, tags: Vec<String>, #[serde(flatten)] more: BTreeMap<String, f64> }
    #[serde(tag = "type")]
    enum Event { Paid { amount: u32, at: Option<String> }, Free, Moved(Address) }
    #[serde(tag = "t", content = "c")]
    enum Adjacent { A { x: u8 }, B(u8), C }
    #[serde(untagged)]
    enum Any { Point { x: u32, y: u32 }, Line { x: u32, z: Option<u8> }, Text(String) }
    struct All {
        events: Vec<Event>,
        any: HashMap<u8, Any>,
        adjacent: Vec<Adjacent>,
        value: serde_json::Value,
        wide: Option<Box<All>>,
    }
}

fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    messagepack::write(value, BytesMode::Normal, &mut bytes).unwrap();
    bytes
}

fn usage<T: DeserializeOwned>(bytes: &[u8]) -> FieldUsage {
    read::<T>(bytes, &KnownLayouts::default(), |_| true).unwrap().1
}

fn fingerprint<T: Serialize + DeserializeOwned>(value: &T) -> u64 {
    usage::<T>(&bytes(value)).fingerprint
}

fn address(street: &str) -> Address {
    Address { street: street.into(), zip: None }
}

fn user(street: &str, tags: &[&str]) -> User {
    let tags = tags.iter().map(ToString::to_string).collect();
    User { id: 1, address: address(street), tags, more: BTreeMap::from([("k".into(), 1.5)]) }
}

/// With other numbers an update would lose all entries of such types.
#[test]
fn fingerprints_never_change() {
    assert_eq!(fingerprint(&user("s", &["a"])), 0x9589_389f_e33f_bce1);
    assert_eq!(fingerprint(&Event::Paid { amount: 1, at: Some("x".into()) }), 0xf0d3_9bb4_c818_45ed);
    assert_eq!(fingerprint(&Event::Free), 0x494c_6b8a_54eb_5666);
    assert_eq!(fingerprint(&Adjacent::A { x: 1 }), 0xe6fc_5ee7_c952_a7bc);
    assert_eq!(fingerprint(&Any::Point { x: 1, y: 2 }), 0x7341_1117_4867_cc65);
    assert_eq!(fingerprint(&Any::Line { x: 1, z: Some(3) }), 0x77dc_dac6_4030_8bf3);
    let late = [Event::Moved(address("s")), Event::Free, Event::Paid { amount: 1, at: None }];
    let events = std::iter::repeat_n(Event::Free, 100).chain(late).collect();
    let all = |events, wide| All {
        events,
        any: HashMap::from([(1, Any::Text("t".into()))]),
        adjacent: vec![Adjacent::C, Adjacent::B(1)],
        value: serde_json::json!({"k": [1.5, {"b": null}]}),
        wide,
    };
    assert_eq!(fingerprint(&all(vec![], Some(Box::new(all(events, None))))), 0x7fdc_d46b_e509_9397);
}

#[test]
fn a_dropped_name_is_noticed() {
    let known = bytes(&BTreeMap::from([("type", "Free")]));
    assert!(!usage::<Event>(&known).ignores_names);
    let unknown = bytes(&BTreeMap::from([("type", "Free"), ("note", "x")]));
    assert!(usage::<Event>(&unknown).ignores_names);
}

/// The layout of a value whose type knows these tags.
fn layout<T: Serialize + DeserializeOwned>(value: &T, tags: &[&str]) -> u64 {
    let known = KnownLayouts::default();
    let names: Vec<_> = tags.iter().map(|name| layouts::name_hash(name.as_bytes())).collect();
    known.remember(0, FieldUsage { fingerprint: 0, ignores_names: false }, &names);
    reader::read::<T>(&Node::parse(&bytes(value)).unwrap(), known.tags()).unwrap().1
}

#[test]
fn texts_numbers_and_lengths_of_lists_do_not_change_the_layout() {
    let plain = layout(&user("s", &["a"]), &[]);
    assert_eq!(plain, layout(&user("another", &["b", "c", "d"]), &[]));
    assert_eq!(plain, layout(&User { id: 1 << 40, ..user("s", &["a"]) }, &[]));
    let zip = Address { zip: Some(1), ..address("s") };
    assert_eq!(plain, layout(&User { address: zip, ..user("s", &["a"]) }, &[]));
}

#[test]
fn names_and_tags_and_the_variant_of_an_untagged_enum_change_the_layout() {
    let more = BTreeMap::from([("l".into(), 1.5)]);
    assert_ne!(layout(&user("s", &[]), &[]), layout(&User { more, ..user("s", &[]) }, &[]));
    let paid = |at: Option<&str>| Event::Paid { amount: 1, at: at.map(Into::into) };
    assert_eq!(layout(&paid(None), &["type"]), layout(&paid(Some("now")), &["type"]));
    assert_ne!(layout(&vec![Event::Free], &["type"]), layout(&vec![Event::Free, paid(None)], &["type"]));
    let tagged = |variant: &str| bytes(&BTreeMap::from([("type", variant)]));
    let known = KnownLayouts::default();
    known.remember(0, usage::<Event>(&tagged("Free")), &[layouts::name_hash(b"type")]);
    type Texts = HashMap<String, String>;
    let of = |variant| reader::read::<Texts>(&Node::parse(&tagged(variant)).unwrap(), known.tags()).unwrap().1;
    assert_ne!(of("Free"), of("Paid"));
    assert_eq!(of("Free"), of("Free"));
    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Narrow {
        Small { x: u8 },
        Large { x: u64 },
    }
    assert_ne!(layout(&Narrow::Small { x: 1 }, &[]), layout(&Narrow::Large { x: 1000 }, &[]));
}

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// Counts how often it is read.
#[derive(Serialize)]
struct Counted(u8);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        READ.set(READ.get() + 1);
        u8::deserialize(deserializer).map(Counted)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Kinds {
    One { first: Counted, note: String },
    Two { first: Counted, other: String },
}

#[test]
fn a_value_of_a_known_layout_is_read_once() {
    let reads = |value: &Kinds| {
        let mut bytes = Vec::new();
        let written = typed::write(value, Codec::MessagePack, &mut bytes).unwrap();
        let before = READ.get();
        let payload = Payload { entry: bytes.into(), start: 0 };
        typed::read::<Kinds>(written.codec, written.fingerprint, payload).unwrap();
        READ.get() - before
    };
    let one = |note: &str| Kinds::One { first: Counted(1), note: note.into() };
    let two = |other: &str| Kinds::Two { first: Counted(200), other: other.into() };
    // The tag is found by the first, and a part of the layouts from the second on.
    for value in [one("a"), one("b"), two("c")] {
        reads(&value);
    }
    assert_eq!([reads(&one("d")), reads(&two("e")), reads(&one("f"))], [1, 1, 1]);
}

/// An entry of an older release of a type.
///
/// The two types of a test have the same path, so the fingerprints of their shapes are equal: they differ only in how they
/// use their fields.
struct Old {
    shape: u64,
    fingerprint: u64,
    bytes: Vec<u8>,
}

impl Old {
    fn of<T: Serialize + DeserializeOwned>(value: &T) -> Self {
        let mut bytes = Vec::new();
        let written = typed::write(value, Codec::Bincode, &mut bytes).unwrap();
        assert_eq!(written.codec, Codec::MessagePack);
        Old { shape: Shape::of::<T>(Form::Readable).fingerprint, fingerprint: written.fingerprint, bytes }
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, Unfit> {
        let payload = Payload { entry: (&self.bytes).into(), start: 0 };
        typed::read(Codec::MessagePack, self.fingerprint, payload)
    }

    /// Asserts that a new release reads its own values and not this one, however often it has read its own.
    #[track_caller]
    fn is_refused_by<T: Serialize + DeserializeOwned + PartialEq + Debug>(&self, own: &[T]) {
        assert_eq!(self.shape, Shape::of::<T>(Form::Readable).fingerprint);
        for _ in 0..3 {
            own.iter().for_each(|own| assert_eq!(Old::of(own).read().as_ref(), Ok(own)));
            assert_eq!(self.read::<T>(), Err(Unfit::Type));
        }
    }
}

data! {
    struct Flat<T> { id: u8, #[serde(flatten)] event: T }
    struct Maybe<T> { id: u8, #[serde(flatten)] event: Option<T> }
}

/// A value alone, in a list, and flattened.
fn everywhere<T: Clone>(event: &T) -> (T, Vec<T>, Flat<T>, Maybe<T>) {
    let (flat, maybe) = (Flat { id: 1, event: event.clone() }, Maybe { id: 1, event: Some(event.clone()) });
    (event.clone(), vec![event.clone()], flat, maybe)
}

/// Declares a type twice, and asserts that the new type refuses a value of the old one at every place, after it has read
/// values of its own.
macro_rules! refuses {
    ({ $($old:tt)* } $value:expr, { $($new:tt)* } $own:expr) => {{
        let old = {
            data! { $($old)* }
            let (alone, list, flat, maybe) = everywhere(&$value);
            (Old::of(&alone), Old::of(&list), Old::of(&flat), Old::of(&maybe))
        };
        data! { $($new)* }
        let own = $own.map(|own| everywhere(&own));
        old.0.is_refused_by(&own.clone().map(|own| own.0));
        old.1.is_refused_by(&own.clone().map(|own| own.1));
        old.2.is_refused_by(&own.clone().map(|own| own.2));
        old.3.is_refused_by(&own.clone().map(|own| own.3));
    }};
}

#[test]
fn a_renamed_field_is_noticed_in_each_variant_by_itself() {
    refuses!(
        {
            #[serde(tag = "t")]
            enum Event { A { amount: u8, note: Option<u8> }, B { amount: u8, note: Option<u8> } }
        }
        Event::B { amount: 1, note: Some(2) },
        {
            #[serde(tag = "t")]
            enum Event { A { amount: u8, note: Option<u8> }, B { amount: u8, remark: Option<u8> } }
        }
        [Event::A { amount: 1, note: Some(2) }, Event::B { amount: 1, remark: Some(2) }]
    );
}

#[test]
fn a_renamed_field_is_noticed_where_tag_and_content_are_apart() {
    refuses!(
        {
            #[serde(tag = "t", content = "c")]
            enum Event { A { amount: u8, note: Option<u8> }, B { amount: u8, note: Option<u8> } }
        }
        Event::B { amount: 1, note: Some(2) },
        {
            #[serde(tag = "t", content = "c")]
            enum Event { A { amount: u8, note: Option<u8> }, B { amount: u8, remark: Option<u8> } }
        }
        [Event::A { amount: 1, note: Some(2) }, Event::B { amount: 1, remark: Some(2) }]
    );
}

#[test]
fn a_renamed_field_is_noticed_where_a_date_chooses_the_variant() {
    use chrono::NaiveDate;
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    refuses!(
        {
            #[serde(untagged)]
            enum Event { A { at: NaiveDate, note: Option<u8> }, B { at: String, note: Option<u8> } }
        }
        Event::B { at: "soon".into(), note: Some(2) },
        {
            #[serde(untagged)]
            enum Event { A { at: NaiveDate, note: Option<u8> }, B { at: String, remark: Option<u8> } }
        }
        [Event::A { at: day, note: Some(2) }, Event::B { at: "later".into(), remark: Some(2) }]
    );
}

#[test]
fn a_renamed_field_is_noticed_where_a_number_chooses_the_variant() {
    refuses!(
        {
            #[serde(untagged)]
            enum Event { A { size: u8, note: Option<u8> }, B { size: u64, note: Option<u8> } }
        }
        Event::B { size: 1000, note: Some(2) },
        {
            #[serde(untagged)]
            enum Event { A { size: u8, note: Option<u8> }, B { size: u64, remark: Option<u8> } }
        }
        [Event::A { size: 1, note: Some(2) }, Event::B { size: 1000, remark: Some(2) }]
    );
}

#[test]
fn a_renamed_field_is_noticed_where_unknown_tags_are_one_variant() {
    refuses!(
        {
            #[serde(tag = "t")]
            enum Event { A { note: Option<u8> }, B { note: Option<u8> }, #[serde(other)] Other }
        }
        Event::B { note: Some(2) },
        {
            #[serde(tag = "t")]
            enum Event { A { note: Option<u8> }, B { remark: Option<u8> }, #[serde(other)] Other }
        }
        [Event::A { note: Some(2) }, Event::B { remark: Some(2) }, Event::Other]
    );
}

#[test]
fn a_retyped_field_is_noticed() {
    refuses!(
        { #[serde(tag = "t")] enum Event { A { size: u64 } } }
        Event::A { size: 3 },
        { #[serde(tag = "t")] enum Event { A { size: f64 } } }
        [Event::A { size: 3.0 }]
    );
}

/// A hand-written type that uses other fields for another word, and does not call it a variant.
#[derive(Clone, Debug, PartialEq)]
struct ByHand {
    word: String,
    amount: u8,
    more: Option<u8>,
}

thread_local! {
    /// What the field `more` is called for the word "second".
    static SECOND: Cell<&'static str> = const { Cell::new("note") };
}

impl ByHand {
    fn name_of_more(word: &str) -> &'static str {
        if word == "second" { SECOND.get() } else { "note" }
    }
}

impl Serialize for ByHand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ByHand", 3)?;
        fields.serialize_field("word", &self.word)?;
        fields.serialize_field("amount", &self.amount)?;
        fields.serialize_field(Self::name_of_more(&self.word), &self.more)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for ByHand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByHandVisitor)
    }
}

struct ByHandVisitor;

impl<'de> Visitor<'de> for ByHandVisitor {
    type Value = ByHand;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByHand, A::Error> {
        let mut value = ByHand { word: String::new(), amount: 0, more: None };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "word" => value.word = map.next_value()?,
                "amount" => value.amount = map.next_value()?,
                name if name == ByHand::name_of_more(&value.word) => value.more = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let is_known = ["first", "second"].contains(&value.word.as_str());
        is_known.then_some(value).ok_or(de::Error::custom("there is no such word"))
    }
}

#[test]
fn a_renamed_field_is_noticed_where_a_hand_written_type_chooses_by_a_word() {
    let by_hand = |word: &str| Flat { id: 1, event: ByHand { word: word.into(), amount: 1, more: Some(2) } };
    SECOND.set("note");
    let old = Old::of(&by_hand("second"));
    SECOND.set("remark");
    old.is_refused_by(&[by_hand("first"), by_hand("second")]);
}

data! {
    struct Unit;
    struct Pair(u8, String);
    struct Inner<T>(T);
    enum Choice { Unit, One(i64), Two(i8, f32), ByHandVisitor { bytes: Vec<u8>, c: char } }
    struct Everything {
        numbers: (u8, i8, u16, i16, u32, i32, u64, i64),
        wide: (i128, u128),
        floats: (f32, f64),
        texts: (String, char, bool),
        unit: (Unit, ()),
        nested: Option<Box<Everything>>,
        pair: Inner<Pair>,
        choices: Vec<Choice>,
        map: BTreeMap<i16, Option<String>>,
        array: [u8; 3],
        long: Vec<u32>,
    }
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(Choice::Unit),
        any::<i64>().prop_map(Choice::One),
        (any::<i8>(), any::<f32>()).prop_map(|(a, b)| Choice::Two(a, b)),
        (any::<Vec<u8>>(), any::<char>()).prop_map(|(bytes, c)| Choice::ByHandVisitor { bytes, c }),
    ]
}

prop_compose! {
    fn everything()(
        numbers in any::<(u8, i8, u16, i16, u32, i32, u64, i64)>(),
        wide in any::<(i128, u128)>(),
        floats in any::<(f32, f64)>(),
        texts in any::<(String, char, bool)>(),
        pair in any::<(u8, String)>(),
        choices in prop::collection::vec(choice(), 0..20),
        map in any::<BTreeMap<i16, Option<String>>>(),
        long in any::<Vec<u32>>(),
        array in any::<[u8; 3]>(),
    ) -> Everything {
        let (pair, unit, nested) = (Inner(Pair(pair.0, pair.1)), (Unit, ()), None);
        Everything { numbers, wide, floats, texts, unit, nested, pair, choices, map, array, long }
    }
}

proptest! {
    /// The two readers of MessagePack must agree.
    #[test]
    fn our_reader_reads_what_rmp_serde_writes(value in everything(), nests in any::<bool>(), as_bytes in any::<bool>()) {
        let value = if nests { Everything { nested: Some(Box::new(value.clone())), ..value } } else { value };
        let mode = if as_bytes { BytesMode::ForceIterables } else { BytesMode::Normal };
        let mut bytes = Vec::new();
        messagepack::write(&value, mode, &mut bytes).unwrap();
        let tags = KnownLayouts::default().tags();
        let read = reader::read::<Everything>(&Node::parse(&bytes).unwrap(), tags).map(|(value, _)| value);
        prop_assert_eq!(read.as_ref(), Some(&value));
        let json = reader::read::<serde_json::Value>(&Node::parse(&bytes).unwrap(), tags).map(|(value, _)| value);
        prop_assert_eq!(json, messagepack::read(&bytes));
        if !as_bytes {
            let mut sample = Node::parse(&bytes).unwrap();
            sample.prune();
            prop_assert!(reader::try_read::<Everything>(&sample).0);
        }
    }

    #[test]
    fn no_bytes_stop_the_program(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = read::<All>(&bytes, &KnownLayouts::default(), |_| true);
        let _ = read::<Everything>(&bytes, &KnownLayouts::default(), |_| true);
        let _ = read::<serde_json::Value>(&bytes, &KnownLayouts::default(), |_| true);
    }
}
