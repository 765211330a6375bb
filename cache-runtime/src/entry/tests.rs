//! A value is read back as it was, or not at all.

/// Types that tests store.
macro_rules! data {
    ($($item:item)*) => {$(
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        $item
    )*};
}

mod ambiguous;
mod asymmetric;
mod changes;
mod damage;
mod golden;
mod retyped;
mod roundtrip;
mod rules;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;

const SEAL: Seal<'_> = Seal { key: "key", secret: None };

fn write<T: Serialize + DeserializeOwned>(value: &T, codec: Codec, expiration: &Expiration) -> crate::Result<Value> {
    super::write(value, codec, SEAL, expiration)
}

fn write_untyped<T: Serialize + ?Sized>(value: &T, expiration: &Expiration) -> crate::Result<Value> {
    super::write_untyped(value, SEAL, expiration)
}

fn tagged(value: Value, stamps: &[TagStamp], expiration: &Expiration) -> Value {
    super::tagged(value, stamps, SEAL, expiration)
}

fn tag_stamps(bytes: &[u8]) -> Option<Vec<TagStamp>> {
    super::tag_stamps(bytes, SEAL)
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Unreadable> {
    super::read(value, SEAL)
}

fn take<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    take_marked(value, 0, SEAL)
}

fn set_expiry(bytes: &mut [u8], expires_at: Timestamp) {
    super::set_expiry(bytes, SEAL.key, expires_at);
}

/// Makes the checksum of changed bytes right.
fn reseal(bytes: &mut [u8]) {
    header::write_checksum(bytes, SEAL.key);
}

pub(super) const EXPIRATION: Expiration = Expiration {
    now: Timestamp::from_millis(1_700_000_000_000),
    expires_at: Timestamp::from_millis(1_700_000_300_000),
    stale_until: Timestamp::from_millis(1_700_000_300_000),
    is_explicit: true,
};

/// The entries of a value, written in every way.
fn entries<T: Serialize + DeserializeOwned>(value: &T) -> [(&'static str, Value); 3] {
    [
        ("bincode", write(value, Codec::Bincode, &EXPIRATION).unwrap()),
        ("MessagePack", write(value, Codec::MessagePack, &EXPIRATION).unwrap()),
        ("untyped", write_untyped(value, &EXPIRATION).unwrap()),
    ]
}

/// Asserts that a value is read back, however it was written.
#[track_caller]
fn returns<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
    for (way, entry) in entries(&value) {
        assert_eq!(read::<T>(&entry).as_ref(), Ok(&value), "{way}");
        assert_eq!(take::<T>(entry).as_ref(), Ok(&value), "{way}, by `take`");
    }
}

/// Asserts that a value is not read as another type, however it was written.
#[track_caller]
fn misses<A: Serialize + DeserializeOwned, B: DeserializeOwned + Debug>(value: &A) {
    for (way, entry) in entries(value) {
        let (read, taken) = (read::<B>(&entry), take::<B>(entry));
        assert_eq!(read.err(), Some(Unreadable::Shape), "{way} of {}", std::any::type_name::<B>());
        assert_eq!(taken.err(), Some(Unreadable::Shape), "{way} of {}", std::any::type_name::<B>());
    }
}

fn bytes(value: Value) -> Vec<u8> {
    match value {
        Value::Bytes(bytes) => bytes,
        Value::Number(number) => panic!("{number} is a number"),
    }
}

#[test]
fn an_entry_with_a_digest_is_read_with_that_digest_alone() {
    for codec in [Codec::Bincode, Codec::MessagePack] {
        let entry = marked(write(&"text".to_owned(), codec, &EXPIRATION).unwrap(), 7, SEAL);
        assert_eq!(read_marked::<String>(&entry, 7, SEAL).as_deref(), Ok("text"));
        assert_eq!(read_marked::<String>(&entry, 8, SEAL), Err(Unreadable::Digest));
        assert_eq!(read::<String>(&entry), Err(Unreadable::Shape));
    }
}
