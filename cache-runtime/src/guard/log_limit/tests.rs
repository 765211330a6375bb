use super::*;

#[test]
fn one_line_an_interval_counts_the_others() {
    let limit = LogLimit::default();
    let start = Instant::now();
    assert_eq!(limit.allow(start), Some(0));
    assert!((0..10_000).all(|_| limit.allow(start).is_none()));
    assert_eq!(limit.allow(start + INTERVAL), Some(10_000));
    assert_eq!(limit.allow(start + INTERVAL * 2), Some(0));
}

#[test]
fn the_end_is_worth_one_line_after_a_logged_failure() {
    let limit = LogLimit::default();
    let start = Instant::now();
    assert!(!limit.take_unresolved());
    limit.allow(start);
    assert!(limit.take_unresolved() && !limit.take_unresolved());
    limit.allow(start);
    assert!(!limit.take_unresolved(), "the line was suppressed");
}
