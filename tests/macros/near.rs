//! What an annotated function has returned is kept in the process, decoded, and a hit as long as nothing has changed it.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{self, Debug, Display};
use std::rc::Rc;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::common::{empty, ran, runs};

thread_local! {
    static DECODED: Cell<u32> = const { Cell::new(0) };
}

/// A number that counts how often it is decoded.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Traced(u64);

impl<'de> Deserialize<'de> for Traced {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Traced")]
        struct Plain(u64);

        let Plain(number) = Plain::deserialize(deserializer)?;
        DECODED.set(DECODED.get() + 1);
        Ok(Traced(number))
    }
}

/// How often a call decodes, when bodies and earlier calls have done what they do once.
fn decodings_of(call: impl Fn() -> u64) -> u32 {
    let expected = call();
    call();
    let before = DECODED.get();
    for _ in 0..5 {
        assert_eq!(call(), expected);
    }
    assert_eq!(runs(), 1, "one body");
    DECODED.get() - before
}

#[cached(key = "traced:{id}")]
fn traced(id: u64) -> Traced {
    ran();
    Traced(id)
}

#[cached(key = "of-ok:{id}")]
fn of_ok(id: u64) -> Result<Traced, Rc<str>> {
    ran();
    Ok(Traced(id))
}

#[cached]
fn by_default(id: u64, name: &str, tags: &[Option<i8>]) -> Traced {
    ran();
    Traced(id + name.len() as u64 + tags.len() as u64)
}

#[cached(key = "waited:{id}", tags = ["traced"])]
async fn waited(id: u64) -> Traced {
    ran();
    Traced(id)
}

#[cached(key = "late:{id}", race_ttl = 60, expires_in = 60, background)]
fn in_the_background(id: u64) -> Traced {
    ran();
    Traced(id)
}

#[cached(key = "judged:{id}", store_if = |value| value.0 > 0, companions = false)]
fn judged(id: u64) -> Traced {
    ran();
    Traced(id)
}

#[cached(key = "pair:{a}:{b}")]
fn of_a_pattern((a, b): (u64, u64)) -> Traced {
    ran();
    Traced(a + b)
}

#[cached(key = "generic:{id}")]
fn generic<T: Clone + Send + Sync + Serialize + DeserializeOwned + From<u8> + 'static>(id: u64) -> (T, Traced) {
    ran();
    (T::from(7), Traced(id))
}

struct Shop {
    id: u64,
}

impl Shop {
    #[cached(key = "shop:{self.id}")]
    fn traced(&self) -> Traced {
        ran();
        Traced(self.id)
    }
}

#[test]
fn a_hit_decodes_nothing() {
    type Case = (&'static str, fn() -> u64);
    let cases: [Case; 9] = [
        ("a template", || traced(1).0),
        ("the `Ok` of a `Result`", || of_ok(1).unwrap().0),
        ("a default key", || by_default(1, "Ada", &[None, Some(3)]).0),
        ("an async function with tags", || smol::block_on(waited(1)).0),
        ("background", || in_the_background(1).0),
        ("a condition", || judged(1).0),
        ("a pattern", || of_a_pattern((1, 2)).0),
        ("a generic function", || generic::<u64>(1).1.0),
        ("a method", || Shop { id: 1 }.traced().0),
    ];
    for (form, call) in cases {
        let decodings = std::thread::spawn(move || {
            let _cache = empty();
            decodings_of(call)
        });
        assert_eq!(decodings.join().unwrap(), 0, "{form}");
    }
}

#[test]
fn whatever_changes_an_entry_is_seen_by_the_next_call() {
    type Change = (&'static str, fn(&Cache));
    let changes: [Change; 7] = [
        ("invalidate", |_| assert!(traced::invalidate(1).unwrap())),
        ("refresh", |_| assert_eq!(traced::refresh(1), Traced(1))),
        ("prime", |_| traced::prime(1, &Traced(1)).unwrap()),
        ("delete", |cache| assert!(cache.delete(&traced::key(1)).unwrap())),
        ("set", |cache| cache.set(&traced::key(1), &Traced(1)).unwrap()),
        ("clear", |cache| assert_eq!(cache.clear().unwrap(), 1)),
        ("the clock", |_| testing::advance(Duration::from_secs(301))),
    ];
    for (name, change) in changes {
        let (cache, _scope) = empty();
        let cache = cache.expires_in(300);
        let _scope = testing::scope(cache.clone());
        for _ in 0..3 {
            traced(1);
        }
        let (bodies, decoded) = (runs(), DECODED.get());
        change(&cache);
        traced(1);
        assert!(runs() > bodies || DECODED.get() > decoded, "{name}");
    }
}

#[test]
fn a_deleted_tag_ends_what_is_kept() {
    let (cache, _scope) = empty();
    smol::block_on(async {
        for _ in 0..3 {
            waited(1).await;
        }
        cache.delete_tag("traced").unwrap();
        waited(1).await;
    });
    assert_eq!(runs(), 2);
}

#[cached(key = "word:{word}")]
fn worded(word: impl Display) -> String {
    ran();
    format!("<{word}>")
}

/// Its text may be any other's.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cached(key = "two:{first}:{second}")]
fn two(first: &str, second: Text<'_>) -> String {
    format!("{first}|{second}")
}

#[cached]
fn listed(first: &[&str], second: Option<u8>, third: Option<u8>) -> String {
    format!("{first:?}{second:?}{third:?}")
}

#[test]
fn calls_with_different_arguments_do_not_share() {
    let _cache = empty();
    for _ in 0..3 {
        let texts = ["", "a", "a:b", "b", "aa", "\u{1}", "\0\0\0\0\0\0\0\0", "a\0"];
        for first in texts {
            for second in texts {
                assert_eq!(two(first, Text(second)), format!("{first}|{second}"));
            }
        }
        for lists in [&["a", "b"][..], &["ab"], &["", "ab"], &[]] {
            for (second, third) in [(None, None), (Some(0), None), (None, Some(0)), (Some(1), Some(0))] {
                assert_eq!(listed(lists, second, third), format!("{lists:?}{second:?}{third:?}"));
            }
        }
        assert_eq!([worded(1_u8), worded("1"), worded('1'), worded(-1_i64)], ["<1>", "<1>", "<1>", "<-1>"]);
    }
    assert_eq!(runs(), 4, "each type has its own values");
}

#[test]
fn a_long_argument_is_cached_too() {
    let _cache = empty();
    let long = "long ".repeat(1_000);
    for _ in 0..4 {
        assert_eq!(worded(&*long), format!("<{long}>"));
    }
    assert_eq!(runs(), 1);
}

#[cached(key = "exact:{id}", near = false)]
fn exact(id: u64) -> Traced {
    ran();
    Traced(id)
}

#[cached(key = "short:{id}", near = "5s")]
fn short(id: u64) -> Traced {
    ran();
    Traced(id)
}

#[test]
fn a_function_with_near_false_asks_the_store() {
    let _cache = empty();
    assert_eq!(decodings_of(|| exact(1).0), 5);
}

#[test]
fn a_function_with_a_limit_asks_the_store_when_it_is_over() {
    let _cache = empty();
    testing::advance(Duration::ZERO);
    assert_eq!(decodings_of(|| short(1).0), 0);
    let before = DECODED.get();
    testing::advance(Duration::from_millis(4_999));
    short(1);
    assert_eq!(DECODED.get(), before);
    testing::advance(Duration::from_millis(1));
    short(1);
    assert_eq!(DECODED.get(), before + 1);
}

#[test]
fn a_cache_without_near_asks_the_store() {
    let cache = Cache::memory().near(0);
    let _scope = testing::scope(cache);
    assert_eq!(decodings_of(|| traced(1).0), 5);
}

#[test]
fn scopes_and_namespaces_have_their_own_values() {
    #[cached(key = "told")]
    fn told() -> u32 {
        ran();
        runs()
    }
    let cache = Cache::memory();
    let caches = [cache.clone(), cache.namespace("a"), cache.namespace("b"), Cache::memory()];
    for _ in 0..3 {
        for (number, cache) in (1..).zip(&caches) {
            let _scope = testing::scope(cache.clone());
            assert_eq!(told(), number);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Page<'a> {
    title: Cow<'a, str>,
}

#[cached(key = "borrowed:{id}")]
fn with_a_lifetime<'a>(id: &'a str) -> Cow<'a, str> {
    ran();
    Cow::Borrowed(id)
}

#[cached(key = "elided:{id}")]
fn with_an_elided_lifetime(id: &str) -> Page<'_> {
    ran();
    Page { title: id.into() }
}

#[cached(key = "hidden:{id}", companions = false)]
#[expect(mismatched_lifetime_syntaxes, reason = "such functions exist")]
fn with_a_hidden_lifetime(id: &str) -> Page {
    ran();
    Page { title: id.into() }
}

#[cached(key = "unbounded:{id}")]
fn of_an_unbounded_type<T: Clone + Send + Sync + Serialize + DeserializeOwned + Default>(id: u8) -> T {
    ran();
    T::default()
}

#[derive(Serialize, Deserialize)]
struct NotClone(u8);

#[cached(key = "not-clone")]
fn of_a_type_without_clone() -> NotClone {
    ran();
    NotClone(7)
}

#[test]
fn what_cannot_be_kept_or_borrows_is_cached_all_the_same() {
    let _cache = empty();
    for _ in 0..4 {
        assert_eq!(with_a_lifetime("a"), "a");
        assert_eq!(with_an_elided_lifetime("b").title, "b");
        assert_eq!(with_a_hidden_lifetime("c").title, "c");
        assert_eq!(of_an_unbounded_type::<u16>(1), 0);
        assert_eq!(of_a_type_without_clone().0, 7);
    }
    assert_eq!(runs(), 5);
}

#[test]
fn an_error_is_not_kept() {
    #[cached(key = "failing:{id}")]
    fn failing(id: u8) -> Result<u8, String> {
        ran();
        Err(format!("no {id}"))
    }
    let _cache = empty();
    for _ in 0..3 {
        assert_eq!(failing(1), Err("no 1".to_owned()));
    }
    assert_eq!(runs(), 3);
}

#[test]
fn a_result_under_the_name_of_another_type_is_kept_if_it_is_ok() {
    type Option<T> = Result<T, String>;

    #[cached(key = "under-another-name:{id}")]
    fn odd(id: u8) -> Option<Traced> {
        ran();
        if id % 2 == 1 { Ok(Traced(id.into())) } else { Err(format!("{id} is even")) }
    }
    let _cache = empty();
    for _ in 0..3 {
        assert_eq!(odd(1), Ok(Traced(1)));
    }
    assert_eq!(runs(), 1);
    for _ in 0..3 {
        assert!(odd(2).is_err());
    }
    assert_eq!(runs(), 4);
}

mod small {
    use std::fmt;

    use serde::Serialize;

    /// A type with the name of another one.
    #[derive(Clone, Serialize)]
    pub(super) struct String(pub(super) &'static str);

    impl fmt::Display for String {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }
}

#[test]
fn an_argument_may_be_of_a_type_with_the_name_of_another_one() {
    use small::String;

    #[cached(key = "named-alike:{name}")]
    fn by_template(name: String) -> u64 {
        ran();
        name.0.len() as u64
    }

    #[cached]
    fn by_default(name: String) -> u64 {
        ran();
        name.0.len() as u64
    }
    let _cache = empty();
    for _ in 0..3 {
        assert_eq!((by_template(String("a")), by_template(String("bc"))), (1, 2));
        assert_eq!((by_default(String("a")), by_default(String("bc"))), (1, 2));
    }
    assert_eq!(runs(), 4);
}

#[test]
fn a_function_of_nine_arguments_is_cached() {
    #[expect(clippy::too_many_arguments, reason = "that is what is tested")]
    #[cached]
    fn nine(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8) -> u64 {
        ran();
        [a, b, c, d, e, f, g, h, i].into_iter().map(u64::from).sum()
    }
    let _cache = empty();
    for _ in 0..3 {
        assert_eq!(nine(1, 2, 3, 4, 5, 6, 7, 8, 9), 45);
        assert_eq!(nine(1, 2, 3, 4, 5, 6, 7, 8, 10), 46);
    }
    assert_eq!(runs(), 2);
}
