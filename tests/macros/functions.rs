//! Which functions may be annotated, and that their behaviour stays the same.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use cache_runtime::{cached, testing};

use crate::common::{empty, ran, runs};

#[cached(key = "joined:{text}", skip(parts))]
async fn joined<'a>(text: &'a str, parts: &[u8]) -> Cow<'a, str> {
    ran();
    smol::future::yield_now().await;
    Cow::Owned(format!("{text}{}", parts.len()))
}

#[test]
fn async_functions_may_borrow_and_await() {
    let (_cache, _scope) = empty();
    let text = String::from("a");
    let twice = async { (joined(&text, &[1, 2]).await.into_owned(), joined(&text, &[]).await.into_owned()) };
    assert_eq!(smol::block_on(twice), ("a2".to_owned(), "a2".to_owned()));
    assert_eq!(runs(), 1);
}

#[test]
fn the_future_of_an_async_function_is_send() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let (_cache, _scope) = empty();
    assert_eq!(smol::block_on(send(joined("b", &[]))), "b0");
}

#[cached(key = "rc", skip(rc))]
async fn keeps_an_rc(rc: Rc<u8>) -> u8 {
    smol::future::yield_now().await;
    *rc
}

#[test]
fn a_body_that_is_not_send_may_be_awaited() {
    let (_cache, _scope) = empty();
    assert_eq!(smol::block_on(keeps_an_rc(Rc::new(7))), 7);
}

#[cached(key = "moved:{n}", skip(log, text, then))]
fn moves(n: u8, log: &mut Vec<u8>, text: String, then: impl FnOnce(String) -> usize) -> usize {
    log.push(n);
    then(text)
}

#[test]
fn arguments_may_be_moved_called_and_borrowed_mutably() {
    let (_cache, _scope) = empty();
    let mut log = Vec::new();
    let then = |text: String| text.len();
    assert_eq!(moves(1, &mut log, "abc".to_owned(), then), 3);
    assert_eq!(moves(1, &mut log, "abcd".to_owned(), then), 3);
    assert_eq!(log, [1]);
}

#[cached]
fn largest<T>(values: &[T], but: Option<&T>) -> Option<T>
where
    T: Ord + Clone + serde::Serialize + serde::de::DeserializeOwned,
{
    ran();
    values.iter().filter(|value| Some(*value) != but).max().cloned()
}

#[test]
fn generic_functions_keep_their_bounds() {
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        assert_eq!(largest(&[1u8, 3, 2], Some(&3)), Some(2));
        assert_eq!(largest(&["b".to_owned(), "a".to_owned()], None), Some("b".to_owned()));
    }
    assert_eq!(runs(), 2);
}

trait Catalogue {
    fn title(&self, id: u32) -> String;
}

struct Books {
    shelf: u8,
}

impl Catalogue for Books {
    #[cached(key = "books:{self.shelf}:{id}", companions = false)]
    fn title(&self, id: u32) -> String {
        ran();
        format!("{}/{id}", self.shelf)
    }
}

impl Books {
    #[cached(key = "shelf:{shelf}")]
    fn open(shelf: u8) -> Self {
        ran();
        Self { shelf }
    }

    #[cached(key = "emptied:{self.shelf}")]
    fn emptied(mut self) -> u8 {
        self.shelf += 1;
        self.shelf
    }
}

impl serde::Serialize for Books {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.shelf.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Books {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer).map(|shelf| Books { shelf })
    }
}

#[test]
fn functions_of_impls_and_trait_impls_may_be_annotated() {
    let (cache, _scope) = empty();
    assert_eq!((Books::open(3).title(1), Books::open(3).title(1)), ("3/1".into(), "3/1".into()));
    assert_eq!(runs(), 2);
    assert_eq!(Books::open(3).emptied(), 4);
    assert!(cache.exists("emptied:3").unwrap());
}

/// A function with many attributes.
#[cached(
    key = "all:{n}", // trailing comma and comment
)]
#[inline]
#[must_use = "its value is all it has"]
#[allow(clippy::mixed_attributes_style, reason = "both are to survive")]
pub(crate) fn attributes_survive(#[allow(unused_mut)] mut n: u8) -> u8 {
    #![allow(unused_variables)]
    let unused = ();
    n
}

#[test]
fn outer_and_inner_attributes_are_kept() {
    let (_cache, _scope) = empty();
    assert_eq!(attributes_survive(1), 1);
    let as_a_value: fn(u8) -> u8 = attributes_survive;
    assert_eq!(as_a_value(1), 1);
}

fn lifetime_of(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[cached(key = "seconds", expires_in = 300)]
fn for_seconds() {
    ran();
}

#[cached(key = "text", expires_in = "5m")]
fn for_a_text() {
    ran();
}

#[cached(key = "computed:{minutes}", expires_in = lifetime_of(minutes))]
fn for_a_computed_time(minutes: u64) {
    ran();
    let _ = minutes;
}

#[cached(key = "never", expires_in = never)]
fn for_ever() {
    ran();
}

#[test]
fn a_value_has_the_lifetime_of_the_attribute() {
    let (_cache, _scope) = empty();
    let all = || {
        for_seconds();
        for_a_text();
        for_a_computed_time(5);
        for_ever();
        runs()
    };
    assert_eq!(all(), 4);
    testing::advance(Duration::from_secs(299));
    assert_eq!(all(), 4);
    testing::advance(Duration::from_secs(1));
    assert_eq!(all(), 7);
    testing::advance(Duration::from_secs(365 * 24 * 60 * 60));
    assert_eq!(all(), 10);
}

#[cached(key = "raced:{id}", expires_in = 60, race_ttl = "10s")]
fn raced(id: u8) -> u32 {
    ran();
    if runs() == 2 {
        // While this caller computes anew, another one gets the old value at once.
        assert_eq!(raced(id), 1);
    }
    runs()
}

#[test]
fn in_the_race_window_one_caller_computes_and_the_others_get_the_stale_value() {
    let (_cache, _scope) = empty();
    assert_eq!(raced(1), 1);
    testing::advance(Duration::from_secs(69));
    assert_eq!(raced(1), 2);
    assert_eq!(raced(1), 2);
}
