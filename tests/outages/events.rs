//! The events that observers receive, and the lines that are logged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tracing::Level;

use crate::common::{Events, chaos};
use crate::logged::logged;
use crate::wait_until::wait_until;

#[test]
fn observers_see_an_outage_from_start_to_end() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail(true);
    (0..3).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
    wait_until("it is away", || events.count("opened") == 1);
    assert!(cache.set("k", "v").is_err());
    chaos.fail(false);
    wait_until("the circuit closes", || events.count("closed") == 1);
    let expected = [
        "failed get",
        "failed get",
        "failed get",
        "opened Everything: told to fail",
        "skipped set",
        "closed Everything",
    ];
    assert_eq!(events.all(), expected);
}

#[test]
fn observers_see_a_value_that_could_not_be_stored() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail_writes(true);
    cache.get_or_set("k", || 5);
    assert_eq!(events.all(), ["failed claim", "not stored k"]);
}

#[test]
fn observers_see_an_unreadable_entry() {
    let (cache, _chaos) = chaos();
    let events = Events::of(&cache);
    cache.set("k", "text").unwrap();
    assert_eq!(cache.get::<Vec<u64>>("k").unwrap(), None);
    assert_eq!(events.count("unreadable k: "), 1, "{:?}", events.all());
}

#[test]
fn a_panicking_observer_affects_neither_calls_nor_other_observers() {
    let (cache, chaos) = chaos();
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    cache.observe(move |_| {
        counter.fetch_add(1, SeqCst);
        panic!("a bug in an observer");
    });
    let events = Events::of(&cache.to_async().to_sync());
    chaos.fail_next(2);
    assert!(cache.get::<u8>("k").is_err() && cache.set("k", "v").is_err());
    assert_eq!(events.all(), ["failed get", "failed set"]);
    assert_eq!(calls.load(SeqCst), 2);
}

#[test]
fn an_observer_may_use_the_cache_without_receiving_events_of_that() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    let (inner, seen) = (chaos.clone(), cache.clone());
    cache.observe(move |_| {
        let _ = seen.get::<u8>("k");
    });
    inner.fail(true);
    assert!(cache.get::<u8>("k").is_err());
    assert_eq!(events.all(), ["failed get"]);
    assert_eq!(chaos.count("get"), 2);
}

#[test]
fn ten_thousand_failures_log_one_warning_and_the_end() {
    let (cache, chaos) = chaos();
    let ((), lines) = logged(Level::INFO, || {
        let events = Events::of(&cache);
        chaos.fail(true);
        (0..10_000).for_each(|number| assert_eq!(cache.get_or_set("k", || number), number));
        wait_until("it is away", || events.count("opened Everything") == 1);
        chaos.fail(false);
        wait_until("the circuit closes", || events.count("closed Everything") == 1);
    });
    let [warning, end] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(warning.contains("WARN") && warning.contains("told to fail"), "{warning}");
    assert!(end.contains("INFO") && end.contains(" again "), "{end}");
    let skipped = end.rsplit_once("skipped=").and_then(|(_, number)| number.parse::<u32>().ok());
    assert!(skipped > Some(9_000), "{end}");
}

#[test]
fn a_key_with_line_breaks_forges_no_line_of_the_log() {
    let (cache, chaos) = chaos();
    chaos.fail(true);
    let key = "user:1\nINFO forged\u{1b}[2K";
    let (error, lines) = logged(Level::INFO, || {
        cache.get_or_set(key, || 1);
        cache.get::<u8>(key).unwrap_err().to_string()
    });
    assert!(error.contains("user:1\\nINFO forged\\u{1b}[2K"), "{error}");
    assert!(lines.iter().any(|line| line.contains("user:1")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains('\u{1b}') || line.starts_with("INFO forged")), "{lines:?}");
}
