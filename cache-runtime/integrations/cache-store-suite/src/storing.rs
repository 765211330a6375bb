//! One value under one key: written, read and deleted.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::TestCache;

/// A key that was never written is a miss, and reading it creates no entry.
pub fn reading_an_absent_key_is_a_miss_and_creates_no_entry(cache: &TestCache) {
    for _ in 0..2 {
        assert_eq!(cache.get::<String>("k").unwrap(), None);
        assert!(!cache.exists("k").unwrap());
        assert_eq!(cache.expiry("k").unwrap(), None);
        assert!(!cache.touch("k").unwrap());
        assert!(!cache.delete("k").unwrap());
    }
}

/// A later write replaces the value and its lifetime, shorter or longer.
pub fn a_later_write_replaces_value_and_expiry(cache: &TestCache) {
    let (short, long) = (cache.view(|cache| cache.expires_in(10)), cache.view(|cache| cache.expires_in(100)));
    short.set("longer", "old").unwrap();
    long.set("longer", "new").unwrap();
    long.set("shorter", "old").unwrap();
    short.set("shorter", "new").unwrap();
    assert_eq!(cache.get::<String>("shorter").unwrap().as_deref(), Some("new"));
    cache.pass(11);
    assert_eq!(cache.get::<String>("longer").unwrap().as_deref(), Some("new"));
    assert_eq!(cache.get::<String>("shorter").unwrap(), None);
}

/// The first value's type does not restrict later values.
pub fn a_later_write_may_be_of_another_type(cache: &TestCache) {
    cache.set("k", "text").unwrap();
    cache.set("k", &7).unwrap();
    assert_eq!(cache.get::<i32>("k").unwrap(), Some(7));
    cache.set("k", &vec![1.5, 2.5]).unwrap();
    assert_eq!(cache.get::<Vec<f64>>("k").unwrap(), Some(vec![1.5, 2.5]));
    assert_eq!(cache.get::<i32>("k").unwrap(), None);
}

/// A struct with fields of many kinds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    id: u64,
    customer: Option<String>,
    lines: Vec<(String, u32)>,
    state: State,
    notes: BTreeMap<String, Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum State {
    Open,
    Paid(f64),
    Sent { carrier: String, to: Box<Option<State>> },
}

fn order() -> Order {
    Order {
        id: u64::MAX,
        customer: Some("Zoë".to_owned()),
        lines: vec![("cup".to_owned(), 2), (String::new(), 0)],
        state: State::Sent { carrier: "post".to_owned(), to: Box::new(Some(State::Paid(0.1))) },
        notes: BTreeMap::from([("bytes".to_owned(), vec![0, 255, 10])]),
    }
}

fn assert_read_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(cache: &TestCache, value: &T) {
    cache.set("k", value).unwrap();
    assert_eq!(cache.get::<T>("k").unwrap().as_ref(), Some(value));
    assert!(cache.exists("k").unwrap(), "{value:?}");
    assert!(cache.delete("k").unwrap(), "{value:?}");
}

/// Texts, numbers, booleans, lists, maps, structs and empty values are read back equal.
pub fn values_of_every_kind_are_read_back(cache: &TestCache) {
    for text in ["", "0", "false", "null", "Zoë 🦀", "a\0b", "'; DROP TABLE entries; --"] {
        assert_read_back(cache, &text.to_owned());
    }
    assert_read_back(cache, &());
    assert_read_back(cache, &false);
    assert_read_back(cache, &'🦀');
    assert_read_back(cache, &vec![(0.1, f32::MIN), (f64::INFINITY, 0.0)]);
    assert_read_back(cache, &u128::MAX);
    assert_read_back(cache, &Vec::<String>::new());
    assert_read_back(cache, &HashMap::from([((1, 2), "a".to_owned()), ((3, 4), "b".to_owned())]));
    assert_read_back(cache, &order());
    assert_read_back(cache, &vec![State::Open, State::Paid(-0.5)]);
    assert_read_back(cache, &Result::<u8, String>::Err("kept by hand".to_owned()));
}

/// Integers of every width are read back, up to both ends of their range.
pub fn integers_of_every_width_are_read_back(cache: &TestCache) {
    assert_read_back(cache, &u8::MAX);
    assert_read_back(cache, &i8::MIN);
    assert_read_back(cache, &u16::MAX);
    assert_read_back(cache, &i32::MIN);
    assert_read_back(cache, &0_usize);
    assert_read_back(cache, &i64::MIN);
    assert_read_back(cache, &i64::MAX);
    assert_read_back(cache, &u64::MAX);
}

/// Byte lists of any size are read back, even if they are larger than a page of the store.
pub fn bytes_of_every_size_are_read_back(cache: &TestCache) {
    for size in [0, 1, 255, 4096, 3 << 20] {
        let bytes: Vec<u8> = (0..size).map(|at: usize| at.to_le_bytes()[at % 3]).collect();
        cache.set("k", &bytes).unwrap();
        assert!(cache.get::<Vec<u8>>("k").unwrap() == Some(bytes), "{size} bytes");
    }
}

/// `None` is stored, and differs from a missing entry.
pub fn none_is_a_value(cache: &TestCache) {
    cache.set("k", &None::<u32>).unwrap();
    assert_eq!(cache.get::<Option<u32>>("k").unwrap(), Some(None));
    assert!(cache.exists("k").unwrap());
    assert!(cache.delete("k").unwrap());
    assert_eq!(cache.get::<Option<u32>>("k").unwrap(), None);
}

/// A value that cannot be read as the given type is a miss, and stays for callers of the right type.
pub fn a_value_of_another_type_is_a_miss_and_is_not_deleted(cache: &TestCache) {
    cache.set("k", &order()).unwrap();
    assert_eq!(cache.get::<State>("k").unwrap(), None);
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    assert_eq!(cache.get::<u64>("k").unwrap(), None);
    assert!(cache.exists("k").unwrap());
    assert_eq!(cache.get::<Order>("k").unwrap(), Some(order()));
}

/// A value of a struct whose fields have changed is a miss: no field is invented or takes another one's value.
pub fn a_struct_whose_fields_changed_is_a_miss(cache: &TestCache) {
    mod before {
        #[derive(serde::Serialize)]
        pub(super) struct Price {
            pub(super) net: u32,
            pub(super) gross: u32,
        }
    }
    mod after {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        pub(super) struct Price {
            pub(super) gross: u32,
            pub(super) net: u32,
            pub(super) currency: Option<String>,
        }
    }
    let before = before::Price { net: 100, gross: 119 };
    cache.set("k", &before).unwrap();
    assert_eq!(cache.get::<after::Price>("k").unwrap(), None);
}

/// `delete` returns whether there was a value; a second call is no error.
pub fn deleting_returns_whether_there_was_a_value(cache: &TestCache) {
    cache.set("k", "v").unwrap();
    cache.set("other", "v").unwrap();
    assert!(cache.delete("k").unwrap());
    assert!(!cache.delete("k").unwrap());
    assert!(!cache.exists("k").unwrap());
    assert!(cache.exists("other").unwrap(), "only the given key is deleted");
}

/// Deleting an expired value returns `false`, but removes it: it is never served stale.
pub fn a_deleted_expired_value_is_never_served_stale(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).stale_if_error(100));
    cache.set("k", "old").unwrap();
    cache.pass(11);
    assert!(!cache.delete("k").unwrap());
    let result = cache.try_get_or_set("k", || Err::<String, _>("down"));
    assert_eq!(result, Err("down"), "the old value must not replace the error");
}

/// `clear` removes every entry, and the cache still works.
pub fn clearing_removes_every_entry(cache: &TestCache) {
    cache.set("a", "1").unwrap();
    cache.set("b", &2).unwrap();
    cache.increment("c", 1).unwrap();
    let gone = cache.clear().unwrap();
    assert!(gone == 3 || gone == 0, "the number of entries, or 0 from a store that cannot count: {gone}");
    assert!(["a", "b", "c"].iter().all(|key| !cache.exists(key).unwrap()));
    assert_eq!(cache.clear().unwrap(), 0);
    cache.set("a", "again").unwrap();
    assert_eq!(cache.get::<String>("a").unwrap().as_deref(), Some("again"));
}

/// The blocking and the async API use the same entries.
pub fn blocking_and_async_callers_see_the_same_entries(cache: &TestCache) {
    let other = cache.other_api();
    cache.set("k", "v").unwrap();
    assert_eq!(other.get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(other.increment("n", 2).unwrap(), 2);
    assert_eq!(cache.increment("n", 3).unwrap(), 5);
    assert!(other.delete("k").unwrap());
    assert!(!cache.exists("k").unwrap());
}

/// Views and clones use the same entries.
pub fn views_and_clones_share_entries(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(60).race_ttl(5)).set("k", "v").unwrap();
    assert_eq!(cache.view(Clone::clone).get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
}

/// A thread reads what another thread wrote.
pub fn threads_read_what_other_threads_wrote(cache: &TestCache) {
    cache.on_threads(4, |cache, number| cache.set(&format!("k{number}"), &number).unwrap());
    for seen in cache.on_threads(4, |cache, _| cache.read_multi::<usize>(["k0", "k1", "k2", "k3"]).unwrap()) {
        assert_eq!(seen.len(), 4);
        assert!(seen.iter().all(|(key, number)| *key == format!("k{number}")));
    }
}

/// A reader among concurrent writers gets a whole value of its own key, or none.
pub fn a_reader_among_writers_gets_whole_values_of_its_own_key(cache: &TestCache) {
    let key = |round: usize| format!("k{}", round % 3);
    cache.on_threads(4, |cache, number| {
        for round in 0..60 {
            let key = key(round + number);
            match number {
                0 => drop(cache.delete(&key).unwrap()),
                1 => cache.set(&key, &vec![key.clone(); 500]).unwrap(),
                2 => cache.write_multi([(&key, vec![key.clone(); 3])]).unwrap(),
                _ => {
                    let values = cache.get::<Vec<String>>(&key).unwrap().unwrap_or_default();
                    assert!(matches!(values.len(), 0 | 3 | 500), "{} of {key}", values.len());
                    assert!(values.iter().all(|value| *value == key), "a value of another key under {key}");
                }
            }
        }
    });
}

/// A store that works answers a ping, in every namespace, and its entries stay.
pub fn a_ping_is_answered_and_changes_nothing(cache: &TestCache) {
    cache.set("k", "v").unwrap();
    for cache in [cache.view(Clone::clone), cache.view(|cache| cache.namespace("a"))] {
        assert!(cache.ping().unwrap() < Duration::from_secs(60));
    }
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
}
