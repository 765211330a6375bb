//! A store that gives back something else than was written: that is a miss, never an error and never a wrong value.

use cache_runtime::store::Value;

use crate::scripted_store::ScriptedStore;

type Words = Vec<String>;

fn words() -> Words {
    vec!["one".to_owned(), "two".to_owned()]
}

/// A store with an entry under `k`, and the entry's bytes.
fn filled() -> (ScriptedStore, Vec<u8>) {
    let store = ScriptedStore::default();
    store.cache().set("k", &words()).unwrap();
    let Some(Value::Bytes(bytes)) = store.written("k") else { panic!("a list is no number") };
    (store, bytes)
}

fn is_a_miss(store: &ScriptedStore, nonsense: Value, what: &str) {
    store.set_nonsense(Some(nonsense));
    let cache = store.cache();
    assert_eq!(cache.get::<Words>("k").unwrap(), None, "{what}");
    assert!(cache.read_multi::<Words>(["k"]).unwrap().is_empty(), "{what}");
    assert_eq!(cache.get_or_set("k", || vec!["new".to_owned()]), ["new"], "{what}");
    store.set_nonsense(None);
    assert_eq!(cache.get::<Words>("k").unwrap(), Some(vec!["new".to_owned()]), "{what}: the new value is kept");
    cache.set("k", &words()).unwrap();
}

#[test]
fn what_is_no_entry_is_a_miss() {
    let (store, _) = filled();
    for bytes in [&b""[..], b"\0", b"text of another program", b"{\"json\": 1}", &[0xff; 5000]] {
        is_a_miss(&store, Value::Bytes(bytes.to_vec()), &format!("{} bytes", bytes.len()));
    }
    is_a_miss(&store, Value::Number(5), "a number");
}

#[test]
fn an_entry_cut_short_or_with_more_behind_it_is_a_miss() {
    let (store, bytes) = filled();
    for length in 0..bytes.len() {
        is_a_miss(&store, Value::Bytes(bytes[..length].to_vec()), &format!("{length} of {} bytes", bytes.len()));
    }
    is_a_miss(&store, Value::Bytes([&bytes[..], b"more"].concat()), "more behind it");
}

#[test]
fn an_entry_with_any_bit_turned_is_a_miss() {
    let (store, bytes) = filled();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut turned = bytes.clone();
            turned[at] ^= 1 << bit;
            is_a_miss(&store, Value::Bytes(turned), &format!("bit {bit} of byte {at}"));
        }
    }
}
