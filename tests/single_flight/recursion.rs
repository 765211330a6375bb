//! Functions that call themselves: each level needs little stack.

use std::thread;

use cache_runtime::{Cache, cached, testing};

/// The stack of a spawned thread, unless the program says otherwise.
const STACK: usize = 2 << 20;

/// Debug builds need more for each level.
const DEPTH: u64 = if cfg!(debug_assertions) { 1_000 } else { 2_000 };

#[cached(key = "sum:{n}")]
fn sum(n: u64) -> u64 {
    if n == 0 { 0 } else { n + sum(n - 1) }
}

#[cached(key = "checked:{n}")]
fn checked_sum(n: u64) -> Result<u64, String> {
    if n == 0 { Ok(0) } else { checked_sum(n - 1)?.checked_add(n).ok_or_else(|| "too large".to_owned()) }
}

fn by_hand(cache: &Cache, n: u64) -> u64 {
    cache.get_or_set(&format!("by hand:{n}"), || if n == 0 { 0 } else { n + by_hand(cache, n - 1) })
}

#[test]
fn a_recursion_of_a_thousand_levels_fits_into_the_stack_of_a_thread() {
    let levels = thread::Builder::new().stack_size(STACK).spawn(|| {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let expected = DEPTH * (DEPTH + 1) / 2;
        assert_eq!(sum(DEPTH), expected);
        assert_eq!(checked_sum(DEPTH), Ok(expected));
        assert_eq!(by_hand(&cache, DEPTH), expected);
        assert_eq!(cache.get::<u64>("sum:500").unwrap(), Some(500 * 501 / 2));
    });
    levels.unwrap().join().unwrap();
}
