//! Uses are counted for each key, and forgotten in the course of time.

use super::*;

fn hash(number: u64) -> i64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).cast_signed()
}

#[test]
fn each_key_has_its_count() {
    let counts = UseCounts::new(0);
    for number in 1..=100 {
        (0..number).for_each(|_| counts.record(hash(number)));
    }
    let exact = (1..=100).filter(|number| u64::from(counts.of(hash(*number))) == *number).count();
    assert!(exact > 95, "{exact} of 100");
    assert_eq!(counts.of(hash(101)), 0);
}

#[test]
fn a_count_has_an_end() {
    let counts = UseCounts::new(0);
    (0..1000).for_each(|_| counts.record(7));
    assert_eq!(counts.of(7), u8::MAX);
}

#[test]
fn old_uses_count_half() {
    let counts = UseCounts::new(0);
    (0..100).for_each(|_| counts.record(7));
    counts.age();
    assert_eq!(counts.of(7), 100, "not yet");
    (0..USES_PER_COUNTER * FEWEST).for_each(|_| counts.record(8));
    counts.age();
    assert_eq!(counts.of(7), 50);
    counts.age();
    assert_eq!(counts.of(7), 50, "not again");
}
