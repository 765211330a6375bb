//! Numbers, the choice of the codec, the header, and values that cannot be written.

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: u8,
    y: u8,
}

fn encoding<T: Serialize + DeserializeOwned>(value: &T, codec: Codec) -> Encoding {
    Header::parse(&bytes(write(value, codec, &EXPIRATION).unwrap())).unwrap().encoding
}

#[test]
fn a_whole_number_is_kept_as_one() {
    for (way, entry) in entries(&100_u8) {
        assert_eq!(entry, Value::Number(100), "{way}");
    }
    assert_eq!(write_untyped(&i64::MIN, &EXPIRATION).unwrap(), Value::Number(i64::MIN));
    assert_eq!(write(&json!(5), Codec::Bincode, &EXPIRATION).unwrap(), Value::Number(5));
    for (way, entry) in entries(&u64::MAX) {
        assert!(matches!(entry, Value::Bytes(_)), "{way}");
    }
    for (way, entry) in entries(&Some(1)) {
        assert!(matches!(entry, Value::Bytes(_)), "{way}");
    }
}

#[test]
fn a_number_is_read_in_any_width_that_holds_it() {
    let number = Value::Number(300);
    assert_eq!(read::<i64>(&number), Ok(300));
    assert_eq!(read::<u16>(&number), Ok(300));
    assert_eq!(read::<i128>(&number), Ok(300));
    assert_eq!(read::<serde_json::Value>(&number), Ok(json!(300)));
    assert!(read::<u8>(&number).is_err());
    assert!(read::<u64>(&Value::Number(-1)).is_err());
    assert!(read::<std::num::NonZeroU8>(&Value::Number(0)).is_err());
}

#[test]
fn a_number_is_not_read_as_another_type() {
    let number = Value::Number(1);
    assert!(read::<f64>(&number).is_err());
    assert!(read::<bool>(&number).is_err());
    assert!(read::<String>(&number).is_err());
    assert!(read::<Option<i64>>(&number).is_err());
    assert!(read::<()>(&number).is_err());
}

/// A number in binary codecs, a text in readable ones.
#[derive(Debug, PartialEq)]
struct Flags(u8);

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.serialize_str("A | B") } else { serializer.serialize_u8(self.0) }
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer).map(|text| Flags(if text == "A | B" { 3 } else { 0 }))
        } else {
            u8::deserialize(deserializer).map(Flags)
        }
    }
}

#[test]
fn a_type_with_two_forms_is_read_in_the_form_in_which_it_was_written() {
    returns(Flags(3));
    returns(vec![Flags(3)]);
}

#[test]
fn the_codec_is_the_one_asked_for() {
    let point = Point { x: 1, y: 2 };
    assert_eq!(encoding(&point, Codec::Bincode), Encoding::Typed(Codec::Bincode));
    assert_eq!(encoding(&point, Codec::MessagePack), Encoding::Typed(Codec::MessagePack));
}

#[test]
fn a_codec_that_cannot_read_the_value_back_is_not_used() {
    assert_eq!(encoding(&json!("text"), Codec::Bincode), Encoding::Typed(Codec::MessagePack));
    assert_eq!(encoding(&Some(None::<u8>), Codec::MessagePack), Encoding::Typed(Codec::Bincode));
    let refused = write(&Some(json!(null)), Codec::Bincode, &EXPIRATION).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Value);
}

#[test]
fn bytes_are_kept_as_bytes() {
    let payload = vec![255_u8; 1000];
    for codec in [Codec::Bincode, Codec::MessagePack] {
        assert!(write(&payload, codec, &EXPIRATION).unwrap().size() < 1000 + HEADER + 8);
    }
    let entry = write_untyped(&payload, &EXPIRATION).unwrap();
    assert!(entry.size() < 1000 + HEADER + 32);
    assert_eq!(read::<serde_json::Value>(&entry), Ok(json!(payload)));
}

#[derive(Debug, Deserialize)]
struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("the lock is poisoned"))
    }
}

#[test]
fn a_value_that_cannot_be_written_is_an_error_that_says_which_and_why() {
    let typed = |codec| write(&vec![Refuses], codec, &EXPIRATION).unwrap_err();
    let errors =
        [typed(Codec::Bincode), typed(Codec::MessagePack), write_untyped(&vec![Refuses], &EXPIRATION).unwrap_err()];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.to_string().contains("Refuses"), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("the lock is poisoned"), "{cause}");
    }
}

#[test]
fn the_header_has_the_times() {
    let entry = bytes(write(&Point { x: 1, y: 2 }, Codec::Bincode, &EXPIRATION).unwrap());
    assert_eq!(Header::parse(&entry).unwrap().written_at, EXPIRATION.now);
    assert_eq!(header::expires_at(&entry), Some(EXPIRATION.expires_at));
    assert_eq!(header::expires_at(b"-42"), None);
    assert_eq!(header::expires_at(&entry[..HEADER - 1]), None);
}

#[test]
fn a_new_expiry_changes_nothing_else() {
    for (way, entry) in entries(&Point { x: 1, y: 2 }) {
        let mut entry = bytes(entry);
        set_expiry(&mut entry, Timestamp::NEVER);
        assert_eq!(header::expires_at(&entry), Some(Timestamp::NEVER), "{way}");
        assert_eq!(read(&Value::Bytes(entry)), Ok(Point { x: 1, y: 2 }), "{way}");
    }
}

#[test]
fn a_new_expiry_leaves_damaged_and_foreign_bytes_as_they_are() {
    let mut damaged = bytes(write_untyped("text", &EXPIRATION).unwrap());
    *damaged.last_mut().unwrap() ^= 1;
    for bytes in [damaged, b"42".to_vec(), vec![], vec![0; 64]] {
        let mut renewed = bytes.clone();
        set_expiry(&mut renewed, Timestamp::NEVER);
        assert_eq!(renewed, bytes);
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Chain {
    value: u32,
    next: Option<Box<Chain>>,
}

fn chain(length: u32) -> Chain {
    (1..length).fold(Chain::default(), |next, value| Chain { value, next: Some(Box::new(next)) })
}

fn length(mut chain: &Chain) -> usize {
    let mut length = 1;
    while let Some(next) = &chain.next {
        (chain, length) = (next, length + 1);
    }
    length
}

/// Runs a test on a stack of the default size of a thread.
fn on_a_thread(test: fn()) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
}

#[test]
fn a_value_that_is_too_deep_is_an_error_without_a_stack_overflow() {
    on_a_thread(|| {
        let chain = chain(2_000);
        let typed = |codec| write(&chain, codec, &EXPIRATION);
        for entry in [typed(Codec::Bincode), typed(Codec::MessagePack), write_untyped(&chain, &EXPIRATION)] {
            let error = entry.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
            assert!(error.to_string().contains("nested deeper"), "{error}");
        }
    });
}

#[test]
fn the_deepest_value_that_is_written_is_read() {
    on_a_thread(|| {
        let chain = chain(160);
        for (way, entry) in entries(&chain) {
            assert_eq!(read::<Chain>(&entry).map(|chain| length(&chain)), Ok(160), "{way}");
        }
    });
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "t")]
enum Tagged {
    End,
    Link { next: Option<Box<Tagged>> },
}

#[test]
fn the_deepest_value_that_serde_buffers_is_read() {
    on_a_thread(|| {
        let link = |next, _| Tagged::Link { next: Some(Box::new(next)) };
        for (way, entry) in entries(&(0..100).fold(Tagged::End, link)) {
            assert!(read::<Tagged>(&entry).is_ok(), "{way}");
        }
        let deepest = (0..159).fold(Tagged::End, link);
        assert!(write_untyped(&deepest, &EXPIRATION).is_ok_and(|entry| read::<Tagged>(&entry).is_ok()));
    });
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t")]
enum Unreadably {
    Wide { number: u128 },
    Nothing { nothing: Option<()> },
}

#[test]
fn a_value_that_serde_cannot_read_back_is_an_error_when_written() {
    for codec in [Codec::Bincode, Codec::MessagePack] {
        let refused = write(&Unreadably::Wide { number: 1 << 100 }, codec, &EXPIRATION).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Value);
        let refused = write(&Unreadably::Nothing { nothing: Some(()) }, codec, &EXPIRATION).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Value);
    }
}
