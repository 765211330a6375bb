//! What statistics find out is said once in the log.

use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};
use tracing::Level;

use crate::logged::logged;

#[cached(key = "tick:{moment}", expires_in = 60)]
fn tick(moment: u64) -> u64 {
    moment
}

#[cached(key = "add:{a}:{b}", near = false)]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

#[cached(key = "slow:{n}", near = false)]
fn slow(n: u64) -> u64 {
    thread::sleep(Duration::from_millis(1));
    n
}

fn warnings_of(cache: Cache, work: impl FnOnce()) -> Vec<String> {
    let _scope = testing::scope(cache);
    logged(Level::WARN, work).1
}

#[test]
fn a_function_that_is_never_hit_is_reported_once() {
    let warnings = warnings_of(Cache::memory(), || (0..5_000).for_each(|n| assert_eq!(tick(n), n)));
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(
        warnings[0].contains("`tick` (") && warnings[0].contains("called 1000 times and never hit"),
        "{warnings:#?}"
    );
}

#[test]
fn a_function_with_a_hit_is_not_reported() {
    let warnings = warnings_of(Cache::memory(), || (0..3_000).for_each(|n| assert_eq!(tick(n / 2), n / 2)));
    assert!(!warnings.iter().any(|warning| warning.contains("never hit")), "{warnings:#?}");
}

#[test]
fn without_a_store_nothing_can_be_hit_and_nothing_is_reported() {
    let warnings = warnings_of(Cache::none(), || (0..3_000).for_each(|n| assert_eq!(tick(n), n)));
    assert!(warnings.is_empty(), "{warnings:#?}");
}

#[test]
fn a_body_that_is_quicker_than_its_hit_is_reported_once() {
    let warnings = warnings_of(Cache::memory(), || {
        (0..5_000).for_each(|n| assert_eq!(add(n % 50, 1), n % 50 + 1));
    });
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(warnings[0].contains("`add` (") && warnings[0].contains("remove the attribute"), "{warnings:#?}");
}

#[test]
fn a_body_that_is_slower_than_its_hit_is_not_reported() {
    let warnings = warnings_of(Cache::memory(), || {
        (0..5_000).for_each(|n| assert_eq!(slow(n % 50), n % 50));
    });
    assert!(warnings.is_empty(), "{warnings:#?}");
}
