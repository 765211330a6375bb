//! Entries whose checksum is right, so that only the decoders can notice what is wrong with them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Codec, Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Target;
use crate::driver::asked;

/// The first byte of an input chooses a type, the second how the entry begins; the rest is the payload, or the whole entry.
pub const TARGET: Target = Target { name: "entries", seeds, longest: 2000, check };

macro_rules! data {
    ($($item:item)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        $item
    )*};
}

data! {
    struct Plain { id: u64, name: String, score: Option<f32>, tags: Vec<String>, pair: (i8, u16), bytes: Vec<u8> }
    enum Tree { Leaf(String, Vec<u8>, Option<i64>), Fork(Vec<Tree>), Only(Box<Tree>), Nothing }
    struct Nothing;
    struct Flat { number: u8, #[serde(flatten)] more: Plain, #[serde(flatten)] rest: BTreeMap<String, u32> }
    struct Maybe { number: u8, #[serde(flatten)] more: Option<Plain> }
    #[serde(tag = "t")]
    enum Tagged { A { x: u8, note: Option<String> }, B(Plain), C }
    #[serde(tag = "t", content = "c")]
    enum Adjacent { A { x: u8 }, B(i64, String), C }
    #[serde(untagged)]
    enum Untagged { Small(u8), Large(u64), Float(f64), Many(Vec<f32>), Named { x: u8, y: Option<char> }, Text(String) }
    enum Source { Single(f32), Double(f64), Large(u64), Small(i16), One(char), Text(String), Flag(bool), Nested(Vec<Source>) }
    #[serde(untagged)]
    enum Greedy { Single(f32), Double(f64), Large(u64), Small(i16), One(char), Text(String), Flag(bool), Nested(Vec<Greedy>) }
    struct Field<T> { field: T }
    struct Held<T> { number: u8, #[serde(flatten)] more: T }
    struct Sparse { #[serde(skip_serializing_if = "Option::is_none", default)] a: Option<u8>, b: Option<Option<u8>> }
    struct Wide { i: i128, u: u128, c: char, map: BTreeMap<(u8, bool), [u16; 3]>, unit: (), many: Vec<(Nothing, ())> }
}

impl From<Source> for Greedy {
    fn from(source: Source) -> Self {
        match source {
            Source::Single(it) => Greedy::Single(it),
            Source::Double(it) => Greedy::Double(it),
            Source::Large(it) => Greedy::Large(it),
            Source::Small(it) => Greedy::Small(it),
            Source::One(it) => Greedy::One(it),
            Source::Text(it) => Greedy::Text(it),
            Source::Flag(it) => Greedy::Flag(it),
            Source::Nested(it) => Greedy::Nested(it.into_iter().map(Greedy::from).collect()),
        }
    }
}

fn plain() -> Plain {
    Plain { id: 300, name: "Ada".into(), score: Some(0.5), tags: vec!["a".into()], pair: (-1, 2), bytes: vec![1, 255] }
}

fn tree() -> Tree {
    let leaf = Tree::Leaf("text".into(), vec![1, 2, 255], Some(-5));
    Tree::Fork(vec![leaf.clone(), Tree::Only(Box::new(Tree::Fork(vec![leaf, Tree::Nothing])))])
}

fn flat() -> Flat {
    Flat { number: 1, more: plain(), rest: BTreeMap::from([("k".into(), 7)]) }
}

fn tagged() -> Vec<Tagged> {
    vec![Tagged::A { x: 1, note: Some("n".into()) }, Tagged::B(plain()), Tagged::C]
}

fn untagged() -> Vec<Untagged> {
    let named = Untagged::Named { x: 1, y: Some('c') };
    vec![Untagged::Small(1), Untagged::Large(300), Untagged::Float(0.5), named, Untagged::Text("text".into())]
}

fn wide() -> Wide {
    let map = BTreeMap::from([((1, true), [1, 2, 3])]);
    Wide { i: -1, u: u128::MAX, c: 'é', map, unit: (), many: vec![(Nothing, ()); 3] }
}

fn sources() -> Vec<Source> {
    let nested = Source::Nested(vec![Source::Double(0.1), Source::Single(0.5), Source::Large(7)]);
    vec![Source::One('a'), Source::Text("b".into()), Source::Small(-1), Source::Flag(true), nested]
}

fn json() -> serde_json::Value {
    serde_json::json!({"a": [1, -1, 2.5, null, true], "b": {"c": "text"}})
}

/// The types, each with a value to begin with.
const KINDS: [fn() -> Kind; 12] = [
    || Kind::of(plain()),
    || Kind::of(tree()),
    || Kind::of(flat()),
    || Kind::of(vec![Maybe { number: 1, more: Some(plain()) }, Maybe { number: 1, more: None }]),
    || Kind::of(tagged()),
    || Kind::of(vec![Adjacent::A { x: 1 }, Adjacent::B(1, "b".into()), Adjacent::C]),
    || Kind::of(untagged()),
    || Kind::of(Sparse { a: None, b: Some(Some(3)) }),
    || Kind::of(wide()),
    || Kind::of(json()),
    || Kind { check: check_sources, ..Kind::of(sources()) },
    || Kind::of("a text of some length".repeat(20)),
];

/// A type, and entries of its values to begin with.
struct Kind {
    entries: Vec<Vec<u8>>,
    /// The entry that is signed.
    signed: Vec<u8>,
    check: fn(&[u8], bool) -> String,
}

impl Kind {
    fn of<T: Serialize + DeserializeOwned + Clone + Debug>(value: T) -> Self {
        let caches = caches();
        let typed = |cache: &Cache| {
            // A store that a busy machine makes slow is left out for a while.
            let stored = || {
                cache.get_or_set(KEY, || value.clone());
                caches.store.taken().ok_or_else(|| Error::new(ErrorKind::Unavailable, "not stored"))
            };
            asked(stored).expect("it is stored in the end")
        };
        let untyped = |cache: &Cache| {
            asked(|| cache.set(KEY, &value)).expect("values to begin with can be written");
            caches.store.taken().expect("it is no number")
        };
        let signed = typed(&caches.secret);
        let entries = vec![
            signed.clone(),
            typed(&caches.bincode),
            typed(&caches.messagepack),
            typed(&caches.bincode.tags(["tag"])),
            untyped(&caches.bincode),
        ];
        Kind { entries, signed, check: check_as::<T> }
    }
}

const KEY: &str = "key";

/// A store of one entry for each key.
#[derive(Clone, Default)]
struct Single(Arc<Mutex<HashMap<String, Value>>>);

impl Single {
    fn entries(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes under [`KEY`], which are removed.
    fn taken(&self) -> Option<Vec<u8>> {
        let taken = self.entries().remove(KEY);
        if let Some(Value::Bytes(bytes)) = taken { Some(bytes) } else { None }
    }
}

impl Store for Single {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        Ok(self.entries().get(key).cloned().map(|value| Record::new(value).expires_at(Timestamp::NEVER)))
    }

    fn set(&self, key: &str, value: &Value, _: &Expiration) -> Result<()> {
        self.entries().insert(key.to_owned(), value.clone());
        Ok(())
    }

    fn delete(&self, key: &str, _: Timestamp) -> Result<bool> {
        Ok(self.entries().remove(key).is_some())
    }

    fn increment(&self, _: &str, by: i64, _: &Expiration) -> Result<i64> {
        Ok(by)
    }

    fn clear(&self, _: &str) -> Result<u64> {
        let cleared = self.entries().drain().count();
        Ok(cleared as u64)
    }
}

/// Caches of one store.
struct Caches {
    store: Single,
    bincode: Cache,
    messagepack: Cache,
    secret: Cache,
}

fn caches() -> Caches {
    let store = Single::default();
    let builder = || Cache::builder(store.clone()).near(0);
    Caches {
        bincode: builder().build(),
        messagepack: builder().codec(Codec::MessagePack).build(),
        secret: builder().secret("correct horse battery staple").expect("it is long enough").build(),
        store,
    }
}

static KINDS_MADE: LazyLock<Vec<Kind>> = LazyLock::new(|| KINDS.iter().map(|kind| kind()).collect());

/// The bit of the second byte that says that the rest is the whole entry.
const WHOLE: u8 = 0x80;

const HEADER: usize = 32;

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (kind, number) in KINDS_MADE.iter().zip(0..) {
        for (entry, way) in kind.entries.iter().zip(0..) {
            seeds.push([&[number, way][..], &entry[HEADER..]].concat());
            seeds.push([&[number, way | WHOLE][..], entry].concat());
        }
    }
    // What once came back as another value: a text of one letter among characters.
    seeds.push(b"\n\x01\x05\x04\x04\x04\x04\x04\x04\x04a\x05\x01b".to_vec());
    // What once was too much: lists that are longer than they can be, and a type in itself without an end.
    seeds.push(b"\x01\x00\x01\xfd\xff\xff\xff\xff\xff\xff\xff\x7f".to_vec());
    seeds.push([&[8, 0][..], &[0xfd, 255, 255, 255, 255, 255, 255, 255, 127]].concat());
    seeds.push([&[1, 0][..], &[2; 2000]].concat());
    seeds.push([&[1, 1][..], &b"\x81\xa4Fork\xdd\xff\xff\xff\xff".repeat(100)].concat());
    seeds
}

fn check(input: &[u8]) -> String {
    let [kind, way, rest @ ..] = input else { return String::new() };
    let kind = &KINDS_MADE[usize::from(*kind) % KINDS.len()];
    let template = &kind.entries[usize::from(way & !WHOLE) % kind.entries.len()];
    let mut entry = if way & WHOLE == 0 { [&template[..HEADER], rest].concat() } else { rest.to_vec() };
    seal(&mut entry);
    (kind.check)(&entry, covered_by_a_signature(&entry) == covered_by_a_signature(&kind.signed))
}

/// All but the checksum and the expiry, which whoever writes into a store may change.
fn covered_by_a_signature(entry: &[u8]) -> Option<[&[u8]; 3]> {
    Some([entry.get(..4)?, entry.get(8..24)?, entry.get(HEADER..)?])
}

/// Makes the checksum right: the CRC-32 of the key and of all bytes but the checksum itself.
fn seal(entry: &mut [u8]) {
    if entry.len() >= 8 {
        let mut hasher = crc32fast::Hasher::new();
        [KEY.as_bytes(), &entry[..4], &entry[8..]].into_iter().for_each(|part| hasher.update(part));
        entry[4..8].copy_from_slice(&hasher.finalize().to_le_bytes());
    }
}

thread_local! {
    static CACHES: Caches = caches();
}

/// Reads an entry as a type. A value that comes out is then stored in every way.
fn check_as<T: Serialize + DeserializeOwned + Clone + Debug>(entry: &[u8], is_genuine: bool) -> String {
    CACHES.with(|caches| match read::<T>(caches, entry, is_genuine) {
        Some(value) => format!("a hit of {:?} {:?}", format!("{value:?}").len().ilog2(), stored(caches, &value)),
        None => "a miss".to_owned(),
    })
}

/// The same, and stores the values as a type whose variants accept those of others.
fn check_sources(entry: &[u8], is_genuine: bool) -> String {
    CACHES.with(|caches| {
        let Some(sources) = read::<Vec<Source>>(caches, entry, is_genuine) else { return "a miss".to_owned() };
        let greedy: Vec<_> = sources.into_iter().map(Greedy::from).collect();
        let held = Held { number: 1, more: Field { field: greedy.clone() } };
        format!(
            "{:?} {:?} {:?}",
            stored(caches, &greedy),
            stored(caches, &held),
            greedy.first().map(|one| stored(caches, one))
        )
    })
}

fn read<T: DeserializeOwned + Debug>(caches: &Caches, entry: &[u8], is_genuine: bool) -> Option<T> {
    let read = || {
        caches.store.entries().clear();
        caches.store.entries().insert(KEY.to_owned(), Value::Bytes(entry.to_vec()));
        asked(|| caches.bincode.get::<T>(KEY)).expect("a damaged entry is a miss and no error")
    };
    let (value, again) = (read(), read());
    assert_eq!(format!("{value:?}"), format!("{again:?}"), "another value the second time");
    assert!(is_genuine || asked(|| caches.secret.get::<T>(KEY)).expect("an answer").is_none(), "it was not signed");
    value
}

/// Stores a value in every way. It comes back as it is or not at all.
fn stored<T: Serialize + DeserializeOwned + Clone + Debug>(caches: &Caches, value: &T) -> [bool; 4] {
    let shown = format!("{value:?}");
    let is_same = |cache: &Cache, way: &str| {
        let again = asked(|| cache.get::<T>(KEY)).expect("an answer").map(|again| format!("{again:?}"));
        assert!(again.is_none() || again.as_ref() == Some(&shown), "{way}: {shown} came back as {again:?}");
        again.is_some()
    };
    let computed = [&caches.bincode, &caches.messagepack, &caches.secret].map(|cache| {
        caches.store.entries().clear();
        cache.get_or_set(KEY, || value.clone());
        is_same(cache, "computed")
    });
    caches.store.entries().clear();
    let set = match asked(|| caches.bincode.set(KEY, value)) {
        Ok(()) => is_same(&caches.bincode, "set"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Value, "{error}");
            false
        }
    };
    let [bincode, messagepack, secret] = computed;
    [bincode, messagepack, secret, set]
}
