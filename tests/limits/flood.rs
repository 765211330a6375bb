//! A flood of entries into a store at its size limit.

use cache_runtime::limit::RateLimiter;
use cache_runtime::testing;

use crate::stores::{ALGORITHMS, open};

/// A window that outlasts the entries, which SQLite evicts by their expiry.
#[test]
fn a_flood_of_other_keys_frees_no_limited_client() {
    let cache = open("sqlite::memory:?max_size=1 MiB");
    let _scope = testing::scope(cache.clone());
    let limiters = ALGORITHMS.map(|algorithm| {
        RateLimiter::new(&cache, "flooded").to(1).within(30 * 86_400).algorithm(algorithm).expect("it can")
    });
    assert!(limiters.iter().all(|limiter| limiter.check("client").unwrap().allowed));
    let value = "x".repeat(200);
    for batch in 0..100 {
        cache.write_multi((0..100).map(|number| (format!("other:{batch}:{number}"), &value))).unwrap();
    }
    let kept = (0..100).filter(|batch| cache.exists(&format!("other:{batch}:0")).unwrap()).count();
    assert!(kept < 80, "the store evicts: {kept}");
    for limiter in limiters {
        assert!(!limiter.check("client").unwrap().allowed, "{limiter:?}");
    }
}
