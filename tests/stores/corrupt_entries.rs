//! A store that returns something other than was written: a miss, never an error and never a wrong value.

use cache_runtime::store::Value;

use crate::scripted_store::ScriptedStore;

type Words = Vec<String>;

fn words() -> Words {
    vec!["one".to_owned(), "two".to_owned()]
}

/// A store with an entry under `k`, and the bytes of the entry.
fn store_with_entry() -> (ScriptedStore, Vec<u8>) {
    let store = ScriptedStore::default();
    store.cache().set("k", &words()).unwrap();
    let Some(Value::Bytes(bytes)) = store.written("k") else { panic!("a list is not stored as a number") };
    (store, bytes)
}

fn assert_miss(store: &ScriptedStore, corrupt_value: Value, what: &str) {
    store.set_corrupt_value(Some(corrupt_value));
    let cache = store.cache();
    assert_eq!(cache.get::<Words>("k").unwrap(), None, "{what}");
    assert!(cache.read_multi::<Words>(["k"]).unwrap().is_empty(), "{what}");
    assert_eq!(cache.get_or_set("k", || vec!["new".to_owned()]), ["new"], "{what}");
    store.set_corrupt_value(None);
    assert_eq!(cache.get::<Words>("k").unwrap(), Some(vec!["new".to_owned()]), "{what}: the new value is stored");
    cache.set("k", &words()).unwrap();
}

#[test]
fn bytes_that_are_no_entry_are_a_miss() {
    let (store, _) = store_with_entry();
    for bytes in [&b""[..], b"\0", b"text of another program", b"{\"json\": 1}", &[0xff; 5000]] {
        assert_miss(&store, Value::Bytes(bytes.to_vec()), &format!("{} bytes", bytes.len()));
    }
    assert_miss(&store, Value::Number(5), "a number");
}

#[test]
fn a_truncated_or_extended_entry_is_a_miss() {
    let (store, bytes) = store_with_entry();
    for length in 0..bytes.len() {
        assert_miss(&store, Value::Bytes(bytes[..length].to_vec()), &format!("{length} of {} bytes", bytes.len()));
    }
    assert_miss(&store, Value::Bytes([&bytes[..], b"more"].concat()), "trailing bytes");
}

#[test]
fn an_entry_with_a_flipped_bit_is_a_miss() {
    let (store, bytes) = store_with_entry();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert_miss(&store, Value::Bytes(flipped), &format!("bit {bit} of byte {at}"));
        }
    }
}
