//! What a step makes of a count.

use std::time::Duration;

use super::{Count, Next, Step};
use crate::store::{Expiration, Timestamp};

fn at(seconds: u64) -> Timestamp {
    Timestamp::EPOCH.after(Duration::from_secs(seconds))
}

/// A step at second 100, whose counts live 60 seconds.
fn step(by: i64, floor: Option<i64>) -> Step {
    Step { floor, ..Step::new("count", by, 10, Expiration::new(at(100), at(160))) }
}

fn count(value: i64, expires_at: u64) -> Option<Count> {
    Some(Count { value, expires_at: at(expires_at) })
}

#[test]
fn a_counter_starts_at_zero_and_keeps_its_expiry() {
    assert_eq!(step(1, None).next(None), Next { passes: true, granted: count(1, 160), refused: None });
    let next = step(7, None).next(count(3, 120));
    assert_eq!(next, Next { passes: true, granted: count(10, 120), refused: count(3, 120) });
    assert!(!step(8, None).next(count(3, 120)).passes);
}

#[test]
fn an_expired_count_is_none() {
    assert_eq!(step(1, None).next(count(10, 100)), step(1, None).next(None));
}

#[test]
fn a_moment_is_not_below_its_floor_and_gets_a_new_expiry() {
    assert_eq!(step(1, Some(5)).next(count(2, 120)).granted, count(6, 160));
    assert_eq!(step(1, Some(5)).next(count(8, 120)).granted, count(9, 160));
    assert!(!step(6, Some(5)).next(None).passes);
}

#[test]
fn nothing_starts_no_count_and_neither_does_less() {
    assert_eq!(step(0, None).next(None), Next { passes: true, granted: None, refused: None });
    assert_eq!(step(-1, None).next(None).granted, None);
    assert_eq!(step(-1, None).next(count(3, 120)).granted, count(2, 120));
    assert_eq!(step(-9, None).next(count(3, 120)).granted, count(0, 120));
    assert_eq!(step(-9, Some(2)).next(count(3, 120)).granted, count(2, 160));
}

#[test]
fn a_clock_that_was_set_back_locks_nobody_out() {
    assert_eq!(step(1, None).next(count(10, 9_999)).refused, count(10, 160));
    assert_eq!(step(1, Some(5)).next(count(9_999, 9_999)).refused, count(10, 160));
}
