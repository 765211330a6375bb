//! A flood of entries into a store at its size limit: 40,000, or as many as the variable `FLOOD` says.

use std::env;

use cache_runtime::limit::RateLimiter;
use cache_runtime::testing;

use crate::stores::{ALGORITHMS, open};

/// The entries are small, are read again, and expire later than the windows end: they would be kept before the counts if counts
/// were evicted like entries.
#[test]
fn a_flood_of_other_keys_frees_no_limited_client() {
    let cache = open("sqlite::memory:?max_size=1 MiB");
    let _scope = testing::scope(cache.clone());
    let limiters = ALGORITHMS
        .map(|algorithm| RateLimiter::new(&cache, "flooded").to(1).within(600).algorithm(algorithm).expect("it can"));
    assert!(limiters.iter().all(|limiter| limiter.check("client").unwrap().allowed));
    let batches = env::var("FLOOD").map_or(400, |entries| entries.parse::<usize>().expect("a number") / 100);
    for batch in 0..batches {
        let keys: Vec<String> = (0..100).map(|number| format!("{batch}:{number}")).collect();
        cache.write_multi(keys.iter().map(|key| (key.as_str(), "x".repeat(20)))).unwrap();
        for _ in 0..3 {
            cache.read_multi::<String>(&keys).unwrap();
        }
    }
    let kept = (0..batches).filter(|batch| cache.exists(&format!("{batch}:0")).unwrap()).count();
    assert!(kept < batches / 2, "the store evicts: {kept}");
    for limiter in limiters {
        assert!(!limiter.check("client").unwrap().allowed, "{limiter:?}");
    }
}
