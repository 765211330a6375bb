//! Counters: whole numbers that change in one step.

use std::collections::BTreeSet;

use cache_runtime::ErrorKind;

use crate::Subject;

/// What is absent counts as 0.
pub fn a_counter_starts_from_zero(subject: &Subject) {
    assert_eq!(subject.increment("one", 1).unwrap(), 1);
    assert_eq!(subject.increment("hundred", 100).unwrap(), 100);
    assert_eq!(subject.decrement("below", 1).unwrap(), -1);
    assert_eq!(subject.decrement("far_below", 100).unwrap(), -100);
}

/// Each answer is the sum so far, and reading agrees.
pub fn every_answer_is_the_sum(subject: &Subject) {
    assert_eq!(subject.increment("n", 5).unwrap(), 5);
    assert_eq!(subject.increment("n", 5).unwrap(), 10);
    assert_eq!(subject.decrement("n", 4).unwrap(), 6);
    assert_eq!(subject.increment("n", -7).unwrap(), -1);
    assert_eq!(subject.decrement("n", -2).unwrap(), 1);
    assert_eq!(subject.increment("n", 0).unwrap(), 1);
    assert_eq!(subject.get::<i64>("n").unwrap(), Some(1));
}

/// A counter that has not begun is absent when it is read, not 0.
pub fn reading_does_not_start_a_counter(subject: &Subject) {
    assert_eq!(subject.get::<i64>("n").unwrap(), None);
    assert!(!subject.exists("n").unwrap());
}

/// A number that was written can be counted on from, and a counter can be read as a number.
pub fn written_numbers_and_counters_are_one_thing(subject: &Subject) {
    subject.set("quota", &100).unwrap();
    assert_eq!(subject.decrement("quota", 5).unwrap(), 95);
    assert_eq!(subject.get::<u8>("quota").unwrap(), Some(95));
    assert_eq!(subject.get_or_set("quota", || 0_u32), 95);
    subject.write_multi([("small", 1_u8)]).unwrap();
    assert_eq!(subject.increment("small", 300).unwrap(), 301);
    assert_eq!(subject.get::<u8>("small").unwrap(), None, "301 is no `u8`");
    assert_eq!(subject.read_multi::<i64>(["quota", "small"]).unwrap().len(), 2);
    subject.set("quota", &7).unwrap();
    assert_eq!(subject.increment("quota", 1).unwrap(), 8);
    assert_eq!(subject.get_or_set("computed", || 5_i64), 5);
    assert_eq!(subject.increment("computed", 1).unwrap(), 6);
}

/// With a expiration of zero each answer is the amount itself, nothing is kept, and what was there is forgotten.
pub fn a_counter_with_a_lifetime_of_zero_is_not_kept(subject: &Subject) {
    let zero = subject.view(|cache| cache.expires_in(0));
    subject.increment("n", 100).unwrap();
    for _ in 0..2 {
        assert_eq!(zero.increment("n", 5).unwrap(), 5);
        assert_eq!(zero.decrement("n", 3).unwrap(), -3);
        assert_eq!(subject.get::<i64>("n").unwrap(), None);
        assert!(!subject.exists("n").unwrap());
    }
    assert_eq!(subject.increment("n", 1).unwrap(), 1);
}

/// Where text was kept and has expired, a counter may start.
pub fn an_expired_text_is_no_hindrance(subject: &Subject) {
    subject.view(|cache| cache.expires_in(1)).set("k", "text").unwrap();
    subject.pass(1);
    assert_eq!(subject.increment("k", 4).unwrap(), 4);
}

/// What is not a whole number cannot be incremented, and stays.
pub fn incrementing_something_else_is_an_error_and_changes_nothing(subject: &Subject) {
    subject.set("text", "12").unwrap();
    subject.set("fraction", &1.5).unwrap();
    subject.set("truth", &true).unwrap();
    subject.set("none", &None::<i64>).unwrap();
    subject.set("large", &u64::MAX).unwrap();
    for key in ["text", "fraction", "truth", "none", "large"] {
        assert_eq!(subject.increment(key, 1).unwrap_err().kind(), ErrorKind::NotANumber, "{key}");
        assert_eq!(subject.decrement(key, 1).unwrap_err().kind(), ErrorKind::NotANumber, "{key}");
    }
    assert_eq!(subject.get::<String>("text").unwrap().as_deref(), Some("12"));
    assert_eq!(subject.get::<f64>("fraction").unwrap(), Some(1.5));
    assert_eq!(subject.get::<u64>("large").unwrap(), Some(u64::MAX));
}

/// A sum that leaves `i64` at either end is an error, and the counter stays.
pub fn overflow_is_an_error_and_changes_nothing(subject: &Subject) {
    let overflows = |key: &str, by: i64| {
        let kept = subject.get::<i64>(key).unwrap();
        assert_eq!(subject.increment(key, by).unwrap_err().kind(), ErrorKind::Overflow, "{key} and {by}");
        assert_eq!(subject.get::<i64>(key).unwrap(), kept);
    };
    assert_eq!(subject.increment("top", i64::MAX).unwrap(), i64::MAX);
    overflows("top", 1);
    overflows("top", i64::MAX);
    assert_eq!(subject.increment("bottom", i64::MIN).unwrap(), i64::MIN);
    overflows("bottom", -1);
    overflows("bottom", i64::MIN);
    assert_eq!(subject.increment("top", i64::MIN).unwrap(), -1, "both ends are numbers like others");
}

/// Nothing is the opposite of `i64::MIN`, so it cannot be taken away.
pub fn taking_the_lowest_number_away_is_an_overflow(subject: &Subject) {
    subject.set("n", &-5).unwrap();
    assert_eq!(subject.decrement("n", i64::MIN).unwrap_err().kind(), ErrorKind::Overflow);
    assert_eq!(subject.get::<i64>("n").unwrap(), Some(-5));
}

/// Of first increments at one moment each gets a sum of its own.
pub fn first_increments_at_once_give_every_sum_once(subject: &Subject) {
    let sums: BTreeSet<i64> =
        subject.on_threads(8, |subject, _| subject.increment("n", 1).unwrap()).into_iter().collect();
    assert_eq!(sums, (1..=8).collect());
}

/// Increments and decrements from many threads all count, also where both faces ask at once.
pub fn no_increment_is_lost_among_threads(subject: &Subject) {
    const ROUNDS: i64 = 100;
    let other = subject.other_face();
    subject.on_threads(8, |subject, number| {
        let subject = if number % 2 == 0 { subject.view(Clone::clone) } else { subject.other_face() };
        for round in 0..ROUNDS {
            if round % 4 == 3 { subject.decrement("n", 2) } else { subject.increment("n", 3) }.unwrap();
        }
    });
    assert_eq!(other.get::<i64>("n").unwrap(), Some(8 * ROUNDS / 4 * 7));
}
