//! The companion `stats`, and what statistics tell of a function.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};

#[cached(key = "square:{n}")]
fn square(n: u64) -> u64 {
    n * n
}

#[cached]
async fn fetch(url: &str) -> Result<String, String> {
    Ok(url.to_uppercase())
}

#[cached(key = "first:{n}")]
fn first<T: cache_runtime::macro_support::Storable + Default>(n: u64) -> Vec<T> {
    (0..n).map(|_| T::default()).collect()
}

#[cached(key = "name:{id}", each = ids)]
fn names(ids: &[u64]) -> HashMap<u64, String> {
    ids.iter().map(|id| (*id, id.to_string())).collect()
}

struct Shop {
    id: u64,
}

impl Shop {
    #[cached(key = "shop:{self.id}:price:{sku}")]
    fn price(&self, sku: u64) -> u64 {
        self.id * sku
    }

    #[cached(key = "tax:{sku}")]
    fn tax(sku: u64) -> u64 {
        sku / 5
    }
}

trait Priced {
    fn base(&self) -> u64;

    #[cached(key = "total:{sku}", skip(self))]
    fn total(&self, sku: u64) -> u64 {
        self.base() + sku
    }
}

impl Priced for Shop {
    fn base(&self) -> u64 {
        self.id
    }
}

#[test]
fn every_kind_of_function_has_statistics_of_its_own() {
    let _scope = testing::scope(Cache::memory());
    let shop = Shop { id: 3 };
    for _ in 0..3 {
        square(7);
        assert_eq!(smol::block_on(fetch("url")).as_deref(), Ok("URL"));
        first::<u64>(2);
        first::<String>(2);
        names(&[1, 2]);
        shop.price(5);
        Shop::tax(5);
        shop.total(5);
    }
    let all = [
        square::stats(),
        fetch::stats(),
        first::stats(),
        names::stats(),
        shop.price_stats(),
        Shop::tax_stats(),
        shop.total_stats(),
    ];
    let told = all.map(|counts| (counts.calls, counts.hits(), counts.misses()));
    assert_eq!(told, [(3, 2, 1), (3, 2, 1), (6, 4, 2), (6, 4, 2), (3, 2, 1), (3, 2, 1), (3, 2, 1)]);
    let stats = cache_runtime::stats();
    assert_eq!(stats.total().calls, told.iter().map(|(calls, ..)| calls).sum::<u64>());
    let square = stats.functions().iter().find(|function| function.name == "square").expect("it was called");
    let place = square.place.as_deref().expect("an annotated function has a place");
    assert!(place.contains("functions.rs:"), "{place}");
}

#[test]
fn a_function_that_was_not_called_has_zeros_and_no_line() {
    let _scope = testing::scope(Cache::memory());
    assert_eq!((square::stats().calls, square::stats().hit_rate()), (0, None));
    assert!(cache_runtime::stats().functions().is_empty());
}

#[test]
fn a_scope_has_statistics_of_its_own() {
    let outer = testing::scope(Cache::memory());
    (0..5).for_each(|_| assert_eq!(square(1), 1));
    {
        let _inner = testing::scope(Cache::memory());
        assert_eq!((square(1), square::stats().calls, square::stats().misses()), (1, 1, 1));
    }
    assert_eq!(square::stats().calls, 5);
    drop(outer);
}

#[test]
fn a_refresh_is_no_call_and_counts_what_it_computes() {
    let _scope = testing::scope(Cache::memory());
    square::refresh(2);
    names::refresh(&[1, 2, 3]);
    square(2);
    let (square, names) = (square::stats(), names::stats());
    assert_eq!((square.calls, square.hits(), square.refreshes, square.computed), (1, 1, 1, 1));
    assert_eq!((names.calls, names.refreshes, names.computed), (0, 3, 3));
}

/// Bodies take real time, which is what is measured.
#[test]
fn the_time_saved_is_that_of_the_bodies_that_did_not_run() {
    #[cached(key = "slow:{n}", near = false)]
    fn slow(n: u64) -> u64 {
        thread::sleep(Duration::from_millis(20));
        n
    }
    let _scope = testing::scope(Cache::memory());
    (0..11).for_each(|_| assert_eq!(slow(1), 1));
    let counts = slow::stats();
    assert_eq!((counts.hit_latency.count(), counts.compute_latency.count()), (10, 1));
    let body = counts.mean_compute_time().expect("one has run");
    assert!(body >= Duration::from_millis(20) && counts.compute_time == body, "{counts:?}");
    assert!(counts.time_saved() > body * 9 && counts.time_saved() < body * 10, "{counts:?}");
    assert!(counts.hit_latency.quantile(0.5) < counts.compute_latency.quantile(0.5), "{counts:?}");
    assert_eq!(cache_runtime::stats().time_saved(), counts.time_saved());
}

#[test]
fn statistics_can_be_printed_in_80_columns_and_serialized() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    (0..3).for_each(|n| assert_eq!(square(n % 2), (n % 2).pow(2)));
    cache.get_or_set(&format!("a-pattern-of-thirty-two-letters:{}", 7), || 7);
    let _: Result<u64, _> = cache.try_get_or_set("a:1", || Err("no"));
    let text = cache.stats().to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let square = text.lines().position(|line| line.starts_with("square ")).expect("it has a line");
    let words: Vec<&str> = text.lines().nth(square).unwrap().split_whitespace().collect();
    assert_eq!((words[1], words[2], *words.last().unwrap()), ("3", "33.3%", "2"), "{text}");
    assert_eq!(text.lines().nth(square + 1), Some("  2 cold"), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.starts_with("total ")), "{text}");

    let json = serde_json::to_value(cache.stats()).expect("it can be written");
    let functions = json["functions"].as_array().expect("a list");
    let square = functions.iter().find(|function| function["name"] == "square").expect("it is in it");
    assert_eq!((&square["counts"]["calls"], &square["counts"]["misses"]["cold"]), (&3.into(), &2.into()), "{json}");
}
