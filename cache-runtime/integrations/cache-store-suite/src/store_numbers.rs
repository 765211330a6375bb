//! The contract of a [`Store`]: its lines about numbers.
//!
//! A store whose server keeps time itself reads a number without its expiry. With such a store these functions wait for
//! some seconds; with others they pass the time to the store.

use std::collections::BTreeSet;
use std::thread;

use cache_runtime::ErrorKind;
use cache_runtime::store::{Expiration, Store, Timestamp, Value};

use crate::fixtures::{NumberClock, entry, kept, ten_seconds};

/// `increment` adds to a number that was written.
pub fn increment_adds_to_a_written_number(store: &dyn Store) {
    let expiration = ten_seconds();
    store.set("n", &Value::Number(40), &expiration).unwrap();
    assert_eq!(store.increment("n", 2, &expiration).unwrap(), 42);
    assert_eq!(kept(store, "n"), Some(Value::Number(42)));
}

/// A number is live until its expiry, but not at that moment; a later write replaces it.
pub fn a_number_is_live_until_its_expiry(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    store.set("n", &Value::Number(1), &clock.expiration(100)).unwrap();
    store.set("n", &Value::Number(2), &clock.expiration(2)).unwrap();
    clock.pass(1);
    assert!(clock.is_live("n"));
    clock.pass(1);
    assert!(!clock.is_live("n"));
}

/// An absent or expired counter starts from 0 with the given expiration.
pub fn a_counter_starts_from_zero_with_the_given_expiration(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    for start in [-3, 5] {
        assert_eq!(store.increment("n", start, &clock.expiration(2)).unwrap(), start);
        clock.pass(1);
        assert!(clock.is_live("n"));
        clock.pass(1);
        assert!(!clock.is_live("n"));
    }
}

/// A live counter keeps its expiry.
pub fn a_live_counter_keeps_its_expiry(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    store.increment("n", 1, &clock.expiration(2)).unwrap();
    assert_eq!(store.increment("n", 1, &clock.expiration(100)).unwrap(), 2);
    assert_eq!(store.increment("n", 1, &clock.expiration(1)).unwrap(), 3);
    clock.pass(1);
    assert!(clock.is_live("n"));
    clock.pass(1);
    assert!(!clock.is_live("n"));
}

/// A counter without an expiry takes an explicit one, but not a default.
pub fn a_permanent_counter_takes_an_explicit_expiry(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    let given = clock.expiration(1);
    let endless = Expiration::new(given.now, Timestamp::NEVER);
    store.increment("n", 1, &endless).unwrap();
    let default = Expiration::new(given.now, given.expires_at);
    store.increment("n", 1, &default).unwrap();
    clock.pass(1);
    assert!(clock.is_live("n"));
    assert_eq!(store.increment("n", 1, &clock.expiration(1)).unwrap(), 3);
    clock.pass(1);
    assert!(!clock.is_live("n"));
}

/// `touch` gives a number a new expiry and keeps its value, but does not revive an expired one.
pub fn touch_extends_a_number(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    store.set("n", &Value::Number(1), &clock.expiration(1)).unwrap();
    assert!(store.touch("n", &clock.expiration(2)).unwrap());
    clock.pass(1);
    assert!(clock.is_live("n"));
    assert_eq!(store.increment("n", 1, &clock.expiration(100)).unwrap(), 2);
    clock.pass(1);
    assert!(!store.touch("n", &clock.expiration(10)).unwrap(), "it has expired");
    assert!(!clock.is_live("n"));
}

/// A value that is no number cannot be incremented, and does not change.
pub fn incrementing_a_value_that_is_no_number_changes_nothing(store: &dyn Store) {
    let (value, expiration) = entry("12", 10);
    store.set("k", &value, &expiration).unwrap();
    assert_eq!(store.increment("k", 1, &expiration).unwrap_err().kind(), ErrorKind::NotANumber);
    assert_eq!(kept(store, "k"), Some(value));
}

/// A sum outside of `i64` is an error, and the number does not change.
pub fn an_overflow_changes_nothing(store: &dyn Store) {
    let expiration = ten_seconds();
    for (end, by) in [(i64::MAX, 1), (i64::MIN, -1), (i64::MIN, i64::MIN), (i64::MAX, i64::MAX)] {
        store.set("n", &Value::Number(end), &expiration).unwrap();
        assert_eq!(store.increment("n", by, &expiration).unwrap_err().kind(), ErrorKind::Overflow, "{end} + {by}");
        assert_eq!(kept(store, "n"), Some(Value::Number(end)));
    }
}

/// Increments are atomic.
pub fn increments_are_atomic(store: &dyn Store) {
    let expiration = ten_seconds();
    let mut sums = BTreeSet::new();
    thread::scope(|scope| {
        let one = || scope.spawn(|| (0..50).map(|_| store.increment("n", 1, &expiration).unwrap()).collect::<Vec<_>>());
        let started: Vec<_> = (0..8).map(|_| one()).collect();
        sums.extend(started.into_iter().flat_map(|thread| thread.join().expect("no panic")));
    });
    assert_eq!(sums, (1..=400).collect());
}
