//! `expires_in = |value| …`: a value says how long it lives.

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::{Cache, Expiry, Ttl, cached, testing};
use serde::{Deserialize, Serialize};

use crate::common::{empty, ran, runs};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Token {
    name: String,
    ttl: Duration,
}

fn token(seconds: u64) -> Token {
    Token { name: format!("of {seconds}"), ttl: Duration::from_secs(seconds) }
}

#[cached(key = "token:{seconds}", expires_in = |token| token.ttl)]
fn issue(seconds: u64) -> Token {
    ran();
    token(seconds)
}

#[cached(key = "waited:{seconds}", expires_in = |token| token.ttl, race_ttl = 5)]
async fn waited(seconds: u64) -> Result<Token, String> {
    ran();
    smol::future::yield_now().await;
    if seconds == 9 { Err("none".to_owned()) } else { Ok(token(seconds)) }
}

/// An absent user may be registered soon.
#[cached(key = "user:{id}", expires_in = |user| match user {
    Some(_) => Ttl::Never,
    None => Ttl::from(10),
})]
fn user(id: u64) -> Option<String> {
    ran();
    (id > 1).then(|| format!("user {id}"))
}

fn stored(cache: &Cache, key: &str) -> bool {
    cache.exists(key).unwrap()
}

#[test]
fn each_value_lives_as_long_as_it_says() {
    let (cache, _scope) = empty();
    assert_eq!((issue(10).name, issue(20).name), ("of 10".to_owned(), "of 20".to_owned()));
    testing::advance(Duration::from_secs(11));
    assert_eq!((stored(&cache, "token:10"), stored(&cache, "token:20")), (false, true));
    let _ = (issue(10), issue(20));
    assert_eq!(runs(), 3);
}

#[test]
fn a_value_whose_lifetime_is_over_is_returned_and_not_stored() {
    let (cache, _scope) = empty();
    assert_eq!(issue(0), token(0));
    assert!(!stored(&cache, "token:0"));
}

thread_local! {
    static SECONDS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cached(key = "changing:{n}", expires_in = |(_, seconds)| Duration::from_secs(*seconds), race_ttl = 100)]
fn changing(n: u8) -> (u32, u64) {
    ran();
    (runs(), SECONDS.get())
}

#[cached(each = ids, key = "changing:{id}", expires_in = |(_, seconds)| Duration::from_secs(*seconds))]
fn changing_each(ids: &[u8]) -> Vec<(u32, u64)> {
    ran();
    ids.iter().map(|_| (runs(), SECONDS.get())).collect()
}

#[test]
fn a_lifetime_of_zero_forgets_what_was_there() {
    let (cache, _scope) = empty();
    let set = |seconds| {
        SECONDS.set(seconds);
        changing(1);
        changing(2);
    };
    set(10);
    SECONDS.set(0);
    assert_eq!(changing::refresh(1), (3, 0));
    assert!(!stored(&cache, "changing:1"), "a refresh");
    changing_each::refresh(&[2]);
    assert!(!stored(&cache, "changing:2"), "a refresh of a batch");
    set(10);
    testing::advance(Duration::from_secs(11));
    SECONDS.set(0);
    assert_eq!(changing(1).1, 0, "this caller recomputes");
    assert_eq!(changing(1).1, 0, "and the next is not served the stale value");
    assert!(!stored(&cache, "changing:1"));
}

#[cached(key = "own:{n}", expires_in = |_| Duration::from_secs(60))]
fn own(n: u8) -> u8 {
    ran();
    n
}

#[test]
fn the_value_decides_also_where_the_cache_stores_nothing() {
    let _scope = testing::scope(Cache::memory().expires_in(0));
    assert_eq!((own(1), own(1), runs()), (1, 1, 1));
}

#[test]
fn an_absent_value_has_a_lifetime_of_its_own() {
    let (cache, _scope) = empty();
    assert_eq!((user(1), user(2)), (None, Some("user 2".to_owned())));
    assert_eq!(cache.expiry("user:2").unwrap(), Some(Expiry::Never));
    testing::advance(Duration::from_secs(11));
    assert_eq!((user(1), user(2), runs()), (None, Some("user 2".to_owned()), 3));
}

#[test]
fn of_a_result_the_ok_says_how_long() {
    let (cache, _scope) = empty();
    smol::block_on(async {
        assert!(waited(9).await.is_err());
        assert_eq!(waited(10).await, Ok(token(10)));
        testing::advance(Duration::from_secs(9));
        assert!(stored(&cache, "waited:10"));
        testing::advance(Duration::from_secs(2));
        assert!(!stored(&cache, "waited:10"));
    });
}

#[test]
fn refresh_and_prime_ask_the_value_too() {
    let (cache, _scope) = empty();
    let expires = |cache: &Cache, key: &str| match cache.expiry(key).unwrap() {
        Some(Expiry::At(moment)) => moment,
        other => panic!("{other:?}"),
    };
    issue::prime(1, &token(100)).unwrap();
    issue::refresh(200);
    smol::block_on(async {
        waited::prime(1, &token(100)).await.unwrap();
        waited::prime(2, &Ok(token(200))).await.unwrap();
        waited::refresh(300).await.unwrap();
    });
    let start = expires(&cache, "token:1");
    let seconds = |key: &str| expires(&cache, key).duration_since(start).unwrap().as_secs();
    assert_eq!(seconds("token:200"), 100);
    assert_eq!((seconds("waited:1"), seconds("waited:2"), seconds("waited:300")), (0, 100, 200));
    issue::prime(1, &token(0)).unwrap();
    assert!(!stored(&cache, "token:1"), "a lifetime of zero forgets what was there");
}

#[cached(key = "jittered:{n}", expires_in = |_| Duration::from_secs(1000), jitter = 0.5)]
fn jittered(n: u8) -> u8 {
    n
}

#[test]
fn jitter_varies_a_lifetime_of_the_value() {
    let (cache, _scope) = empty();
    let expiries = (0..20).map(|n| {
        jittered(n);
        format!("{:?}", cache.expiry(&jittered::key(n)).unwrap())
    });
    assert!(expiries.collect::<std::collections::HashSet<_>>().len() > 10);
}

#[cached(each = ids, key = "element:{id}", expires_in = |token| token.ttl, store_if = |token| token.ttl.as_secs() != 3)]
fn elements(ids: &[u64]) -> HashMap<u64, Token> {
    ran();
    ids.iter().map(|id| (*id, token(*id))).collect()
}

#[cached(each = ids, key = "absent:{id}", expires_in = |found| Duration::from_secs(if found.is_some() { 20 } else { 10 }))]
async fn absent(ids: Vec<u64>) -> Vec<Option<u64>> {
    ran();
    ids.into_iter().map(|id| (id > 1).then_some(id)).collect()
}

#[test]
fn each_element_lives_as_long_as_it_says() {
    let (cache, _scope) = empty();
    assert_eq!(elements(&[0, 3, 10, 20, 30, 10]).len(), 5);
    elements::prime(40, &token(5)).unwrap();
    let present = || [0, 3, 10, 20, 30, 40].map(|id| stored(&cache, &format!("element:{id}")));
    assert_eq!(present(), [false, false, true, true, true, true]);
    testing::advance(Duration::from_secs(11));
    assert_eq!(present(), [false, false, false, true, true, false]);
    assert_eq!(elements(&[20, 30]).len(), 2);
    assert_eq!(runs(), 1);
    smol::block_on(async {
        assert_eq!(absent(vec![1, 2]).await, [None, Some(2)]);
        testing::advance(Duration::from_secs(11));
        assert_eq!(absent(vec![1, 2]).await, [None, Some(2)]);
    });
    assert_eq!(runs(), 3);
    assert!(stored(&cache, "absent:2"));
}

/// Asks for the key that its batch computes: that is no wait for itself.
#[cached(each = ids, key = "asking:{id}", expires_in = |_| { asked(1); Duration::from_secs(60) })]
fn asking(ids: &[u8]) -> Vec<u8> {
    ids.to_vec()
}

#[cached(key = "asking:{id}")]
fn asked(id: u8) -> u8 {
    id
}

#[test]
fn the_closure_of_a_batch_may_ask_for_a_key_of_the_batch() {
    let (_cache, _scope) = empty();
    assert_eq!(asking(&[1, 2]), [1, 2]);
}

#[cached(key = "bounded:{id}", expires_in = |token| token.ttl.min(most), skip(most))]
fn bounded(id: u64, most: Duration) -> Token {
    token(id)
}

#[cached(key = "waiting:{id}", expires_in = |token| token.ttl.min(most), skip(most))]
async fn bounded_async(id: u64, most: Duration) -> Token {
    smol::future::yield_now().await;
    token(id)
}

#[test]
fn the_closure_may_use_arguments() {
    let (cache, _scope) = empty();
    bounded(100, Duration::from_secs(10));
    bounded::prime(200, Duration::from_secs(10), &token(200)).unwrap();
    smol::block_on(async {
        bounded_async(100, Duration::from_secs(10)).await;
        bounded_async::prime(200, Duration::from_secs(10), &token(200)).await.unwrap();
    });
    assert!(stored(&cache, "waiting:100") && stored(&cache, "waiting:200"));
    testing::advance(Duration::from_secs(11));
    assert!(!stored(&cache, "bounded:100") && !stored(&cache, "bounded:200"));
    assert!(!stored(&cache, "waiting:100") && !stored(&cache, "waiting:200"));
}

#[cached(key = "background:{n}", expires_in = |n| Duration::from_secs((*n).into()), race_ttl = 100, background)]
fn in_the_background(n: u8) -> u8 {
    ran();
    n
}

#[test]
fn the_closure_also_decides_in_the_background() {
    let (cache, _scope) = empty();
    assert_eq!(in_the_background(5), 5);
    testing::advance(Duration::from_secs(6));
    assert!(!stored(&cache, "background:5"));
    assert_eq!(in_the_background(5), 5);
    crate::wait_until::wait_until("the background run is stored", || stored(&cache, "background:5"));
    testing::advance(Duration::from_secs(6));
    assert!(!stored(&cache, "background:5"));
}
