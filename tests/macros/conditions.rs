//! `store_if`: which values are stored.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{Cache, cached, testing};

use crate::common::{empty, ran, runs};

#[cached(key = "found:{words}", store_if = |found| !found.is_empty())]
fn found(words: &str) -> Vec<u8> {
    ran();
    words.bytes().collect()
}

#[test]
fn a_refused_value_is_returned_and_not_stored() {
    let (_cache, _scope) = empty();
    for _ in 0..2 {
        assert_eq!((found("a"), found("")), (vec![97], vec![]));
    }
    assert_eq!(runs(), 3);
    assert_eq!((found::peek("a").unwrap(), found::peek("").unwrap()), (Some(vec![97]), None));
}

fn is_even(n: &u8) -> bool {
    n.is_multiple_of(2)
}

#[cached(key = "half:{n}", store_if = is_even)]
fn half(n: u8) -> Result<u8, String> {
    ran();
    if n.is_multiple_of(2) { Ok(n / 2) } else { Err("odd".to_owned()) }
}

#[cached(key = "waited:{n}:{text}", store_if = |length| *length > least, skip(least))]
async fn waited(n: u8, text: String, least: usize) -> std::io::Result<usize> {
    ran();
    smol::future::yield_now().await;
    let length = text.len();
    drop(text);
    if n == 0 {
        return Err(std::io::Error::other("none"));
    }
    Ok(length)
}

#[test]
fn for_a_result_the_condition_gets_the_ok_value() {
    let (_cache, _scope) = empty();
    for _ in 0..2 {
        assert_eq!((half(4), half(2)), (Ok(2), Ok(1)));
        assert!(half(1).is_err());
    }
    assert_eq!(runs(), 5);
    let text = || "abc".to_owned();
    smol::block_on(async {
        for _ in 0..2 {
            assert_eq!((waited(1, text(), 2).await.unwrap(), waited(2, text(), 3).await.unwrap()), (3, 3));
            assert!(waited(0, text(), 2).await.is_err());
        }
        assert_eq!(waited::peek(1, text()).await.unwrap(), Some(3));
    });
    assert_eq!(runs(), 10);
}

#[test]
fn the_condition_applies_to_refresh_and_not_to_prime() {
    let (_cache, _scope) = empty();
    assert_eq!(half::refresh(2), Ok(1));
    assert_eq!(half::peek(2).unwrap(), None);
    half::prime(2, &1).unwrap();
    assert_eq!((half(2), runs()), (Ok(1), 1));
}

struct Shop {
    open: bool,
}

impl Shop {
    #[cached(key = "stock", skip(self), store_if = |_| self.open, companions = false)]
    fn stock(&self) -> u32 {
        ran();
        runs()
    }

    #[cached(key = "waited", skip(self), store_if = |stock: &u32| *stock > 1, companions = false)]
    async fn waited(&mut self) -> u32 {
        ran();
        self.open = true;
        runs()
    }
}

#[test]
fn the_condition_applies_without_companions_too() {
    let (_cache, _scope) = empty();
    assert_eq!((Shop { open: false }.stock(), Shop { open: true }.stock(), Shop { open: true }.stock()), (1, 2, 2));
    let mut shop = Shop { open: false };
    assert_eq!(smol::block_on(async { (shop.waited().await, shop.waited().await) }), (3, 3));
}

#[cached(key = "raced", expires_in = 60, race_ttl = 60, stale_if_error = 60, store_if = |n| *n != 2)]
fn raced() -> Result<u32, String> {
    ran();
    if runs() == 3 { Err("third".to_owned()) } else { Ok(runs()) }
}

#[test]
fn a_stale_value_does_not_replace_one_that_is_not_stored() {
    let (_cache, _scope) = empty();
    assert_eq!(raced(), Ok(1));
    testing::advance(Duration::from_secs(60));
    assert_eq!(raced(), Ok(2), "it is no failure");
    assert_eq!(raced(), Ok(1), "others go on with the old value for a while, as after a failure");
}

static BODIES: AtomicU32 = AtomicU32::new(0);

#[cached(key = "shared", skip(running), store_if = |_| false)]
fn never_stored(running: &Barrier) -> u32 {
    running.wait();
    thread::sleep(Duration::from_millis(100)); // Real time is the subject: another caller is to wait meanwhile.
    BODIES.fetch_add(1, Ordering::Relaxed)
}

#[test]
fn waiting_callers_get_the_value_that_is_not_stored() {
    let cache = Cache::memory();
    let running = Barrier::new(2);
    let first = thread::scope(|scope| {
        let leader = scope.spawn(|| {
            let _scope = testing::scope(cache.clone());
            never_stored(&running)
        });
        let _scope = testing::scope(cache.clone());
        running.wait();
        let waiter = never_stored(&Barrier::new(1));
        (leader.join().unwrap(), waiter)
    });
    assert_eq!(first, (0, 0));
    assert!(!cache.exists("shared").unwrap());
}

#[cached(key = "old:{id}", expires_in = 60, race_ttl = 600, background, store_if = |n| *n != 2)]
fn in_the_background(id: &str) -> u32 {
    BACKGROUND.fetch_add(1, Ordering::Relaxed) + 1
}

static BACKGROUND: AtomicU32 = AtomicU32::new(0);

#[test]
fn the_condition_applies_in_the_background_too() {
    let chaos = testing::Chaos::over(&Cache::memory());
    let _scope = testing::scope(Cache::new(chaos.clone()));
    assert_eq!(in_the_background("a"), 1);
    testing::advance(Duration::from_secs(60));
    assert_eq!(in_the_background("a"), 1);
    let begun = Instant::now();
    while chaos.count("release") == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the task ends its claim without a value");
        thread::yield_now();
    }
    assert_eq!((BACKGROUND.load(Ordering::Relaxed), chaos.count("complete")), (2, 1));
}
