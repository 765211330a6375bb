//! Counters: integers with atomic increments.

use std::collections::BTreeSet;

use cache_runtime::ErrorKind;

use crate::TestCache;

/// A missing counter starts from 0.
pub fn a_counter_starts_from_zero(cache: &TestCache) {
    assert_eq!(cache.increment("one", 1).unwrap(), 1);
    assert_eq!(cache.increment("hundred", 100).unwrap(), 100);
    assert_eq!(cache.decrement("below", 1).unwrap(), -1);
    assert_eq!(cache.decrement("far_below", 100).unwrap(), -100);
}

/// Each increment returns the sum so far, and reading returns the same.
pub fn each_increment_returns_the_sum_so_far(cache: &TestCache) {
    assert_eq!(cache.increment("n", 5).unwrap(), 5);
    assert_eq!(cache.increment("n", 5).unwrap(), 10);
    assert_eq!(cache.decrement("n", 4).unwrap(), 6);
    assert_eq!(cache.increment("n", -7).unwrap(), -1);
    assert_eq!(cache.decrement("n", -2).unwrap(), 1);
    assert_eq!(cache.increment("n", 0).unwrap(), 1);
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(1));
}

/// A counter that was never incremented is a miss, not 0.
pub fn reading_does_not_start_a_counter(cache: &TestCache) {
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
    assert!(!cache.exists("n").unwrap());
}

/// A written integer can be incremented, and a counter can be read as an integer.
pub fn written_integers_and_counters_are_interchangeable(cache: &TestCache) {
    cache.set("quota", &100).unwrap();
    assert_eq!(cache.decrement("quota", 5).unwrap(), 95);
    assert_eq!(cache.get::<u8>("quota").unwrap(), Some(95));
    assert_eq!(cache.get_or_set("quota", || 0_u32), 95);
    cache.write_multi([("small", 1_u8)]).unwrap();
    assert_eq!(cache.increment("small", 300).unwrap(), 301);
    assert_eq!(cache.get::<u8>("small").unwrap(), None, "301 is no `u8`");
    assert_eq!(cache.read_multi::<i64>(["quota", "small"]).unwrap().len(), 2);
    cache.set("quota", &7).unwrap();
    assert_eq!(cache.increment("quota", 1).unwrap(), 8);
    assert_eq!(cache.get_or_set("computed", || 5_i64), 5);
    assert_eq!(cache.increment("computed", 1).unwrap(), 6);
}

/// With a lifetime of zero each increment returns the amount itself, and deletes a stored counter.
pub fn a_counter_with_a_lifetime_of_zero_is_not_stored(cache: &TestCache) {
    let zero = cache.view(|cache| cache.expires_in(0));
    cache.increment("n", 100).unwrap();
    for _ in 0..2 {
        assert_eq!(zero.increment("n", 5).unwrap(), 5);
        assert_eq!(zero.decrement("n", 3).unwrap(), -3);
        assert_eq!(cache.get::<i64>("n").unwrap(), None);
        assert!(!cache.exists("n").unwrap());
    }
    assert_eq!(cache.increment("n", 1).unwrap(), 1);
}

/// A counter starts at a key whose text has expired.
pub fn a_counter_can_start_where_a_text_has_expired(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(1)).set("k", "text").unwrap();
    cache.pass(1);
    assert_eq!(cache.increment("k", 4).unwrap(), 4);
}

/// A value that is not an integer cannot be incremented, and does not change.
pub fn incrementing_a_value_that_is_no_integer_is_an_error_and_changes_nothing(cache: &TestCache) {
    cache.set("text", "12").unwrap();
    cache.set("fraction", &1.5).unwrap();
    cache.set("truth", &true).unwrap();
    cache.set("none", &None::<i64>).unwrap();
    cache.set("large", &u64::MAX).unwrap();
    for key in ["text", "fraction", "truth", "none", "large"] {
        assert_eq!(cache.increment(key, 1).unwrap_err().kind(), ErrorKind::NotANumber, "{key}");
        assert_eq!(cache.decrement(key, 1).unwrap_err().kind(), ErrorKind::NotANumber, "{key}");
    }
    assert_eq!(cache.get::<String>("text").unwrap().as_deref(), Some("12"));
    assert_eq!(cache.get::<f64>("fraction").unwrap(), Some(1.5));
    assert_eq!(cache.get::<u64>("large").unwrap(), Some(u64::MAX));
}

/// A sum outside of `i64` is an error, and the counter does not change.
pub fn overflow_is_an_error_and_changes_nothing(cache: &TestCache) {
    let overflows = |key: &str, by: i64| {
        let kept = cache.get::<i64>(key).unwrap();
        assert_eq!(cache.increment(key, by).unwrap_err().kind(), ErrorKind::Overflow, "{key} and {by}");
        assert_eq!(cache.get::<i64>(key).unwrap(), kept);
    };
    assert_eq!(cache.increment("top", i64::MAX).unwrap(), i64::MAX);
    overflows("top", 1);
    overflows("top", i64::MAX);
    assert_eq!(cache.increment("bottom", i64::MIN).unwrap(), i64::MIN);
    overflows("bottom", -1);
    overflows("bottom", i64::MIN);
    assert_eq!(cache.increment("top", i64::MIN).unwrap(), -1, "both ends are ordinary numbers");
}

/// `i64::MIN` cannot be negated, so decrementing by it is an overflow.
pub fn decrementing_by_the_lowest_number_is_an_overflow(cache: &TestCache) {
    cache.set("n", &-5).unwrap();
    assert_eq!(cache.decrement("n", i64::MIN).unwrap_err().kind(), ErrorKind::Overflow);
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(-5));
}

/// Simultaneous first increments each return a different sum.
pub fn simultaneous_first_increments_return_distinct_sums(cache: &TestCache) {
    let sums: BTreeSet<i64> = cache.on_threads(8, |cache, _| cache.increment("n", 1).unwrap()).into_iter().collect();
    assert_eq!(sums, (1..=8).collect());
}

/// All increments and decrements of many threads count, even if both APIs are used at once.
pub fn concurrent_increments_all_count(cache: &TestCache) {
    const ROUNDS: i64 = 100;
    let other = cache.other_api();
    cache.on_threads(8, |cache, number| {
        let cache = if number % 2 == 0 { cache.view(Clone::clone) } else { cache.other_api() };
        for round in 0..ROUNDS {
            if round % 4 == 3 { cache.decrement("n", 2) } else { cache.increment("n", 3) }.unwrap();
        }
    });
    assert_eq!(other.get::<i64>("n").unwrap(), Some(8 * ROUNDS / 4 * 7));
}
