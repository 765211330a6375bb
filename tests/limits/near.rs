//! A refused client that keeps knocking costs the store nothing, and is freed at once nevertheless.

use std::sync::Arc;

use cache_runtime::limit::RateLimiter;
use cache_runtime::store::{Expiration, Limits, Record, Store, Stripes, Timestamp, Value};
use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, Result, testing};

use crate::old_stripes::make_stripes_old;
use crate::stores::{ALGORITHMS, open};

/// A store whose calls are counted, and on which changes are announced.
struct Counting {
    store: Chaos,
    stripes: Arc<Stripes>,
}

impl Store for Counting {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.store.get(key)
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.store.set(key, value, expiration)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.store.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        self.store.increment(key, by, expiration)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.store.clear(prefix)
    }

    fn limits(&self) -> Option<&dyn Limits> {
        self.store.limits()
    }

    fn stripes(&self) -> Option<Arc<Stripes>> {
        Some(Arc::clone(&self.stripes))
    }
}

fn allowed(limiter: &RateLimiter) -> bool {
    limiter.check("client").expect("the store answers").allowed
}

#[test]
fn a_refused_client_is_refused_without_the_store() {
    for algorithm in ALGORITHMS {
        let calls = Chaos::over(&Cache::memory());
        let cache = Cache::new(Counting { store: calls.clone(), stripes: Stripes::new() });
        let limiter = || RateLimiter::new(&cache, "api").to(1).within(3600).algorithm(algorithm).unwrap();
        assert!(allowed(&limiter()) && !allowed(&limiter()));
        let before = calls.total();
        assert!((0..100).all(|_| !allowed(&limiter())), "{algorithm:?}");
        assert_eq!(calls.total(), before, "nobody asked the store: {algorithm:?}");
    }
}

#[test]
fn a_store_that_announces_nothing_is_asked_each_time() {
    let cache = Cache::memory();
    let limiter = RateLimiter::new(&cache, "api").to(1).within(3600);
    assert!(allowed(&limiter) && !allowed(&limiter));
    let chaos = Chaos::over(&cache);
    let behind = RateLimiter::new(&Cache::new(chaos.clone()), "api").to(1).within(3600);
    assert!((0..10).all(|_| !allowed(&behind)));
    assert_eq!(chaos.count("count_within"), 10);
}

#[test]
fn what_is_known_near_ends_with_the_refusal() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "api").to(1).within(60).algorithm(algorithm).unwrap();
        assert!(allowed(&limiter) && !allowed(&limiter));
        let refused = limiter.check("client").unwrap();
        assert!(!refused.allowed && refused.limit == 1 && refused.limits().len() == 1);
        testing::advance(refused.retry_after);
        assert!(allowed(&limiter), "{algorithm:?}");
    }
}

#[test]
fn a_reset_by_another_process_frees_the_client_here() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("cache.sqlite3");
    let address = format!("sqlite://{}", database.display());
    open(&address).clear().unwrap();
    make_stripes_old(&database);
    let (cache, other) = (open(&address), open(&address));
    let here = RateLimiter::new(&cache, "api").to(1).within(3600).ban(7200);
    assert!(allowed(&here) && !allowed(&here) && !allowed(&here));
    let there = RateLimiter::new(&other, "api").to(1).within(3600).ban(7200);
    assert!(there.reset("client").unwrap());
    assert!(allowed(&here));
}

#[test]
fn a_cleared_cache_frees_everybody() {
    let cache = Cache::memory();
    let limiter = RateLimiter::new(&cache, "api").to(1).within(3600);
    assert!(allowed(&limiter) && !allowed(&limiter));
    cache.clear().unwrap();
    assert!(allowed(&limiter));
}

#[test]
fn a_larger_limit_is_not_refused_near_by_a_smaller_one() {
    let cache = Cache::memory();
    let limiter = RateLimiter::new(&cache, "api").within(3600);
    let (free, paying) = (limiter.clone().to(1), limiter.to(3));
    assert!(allowed(&free) && !allowed(&free) && !allowed(&free));
    assert!(allowed(&paying) && allowed(&paying) && !allowed(&paying));
}
