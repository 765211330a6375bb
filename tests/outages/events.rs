//! What is told, and what is logged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tracing::Level;

use crate::common::{Events, chaos};
use crate::logged::logged;
use crate::wait_until::wait_until;

#[test]
fn an_outage_is_told_from_its_begin_to_its_end() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail(true);
    (0..3).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
    wait_until("it is away", || events.count("away") == 1);
    assert!(cache.set("k", "v").is_err());
    chaos.fail(false);
    wait_until("it is back", || events.count("back") == 1);
    let told =
        ["failed get", "failed get", "failed get", "away Everything: told to fail", "skipped set", "back Everything"];
    assert_eq!(events.all(), told);
}

#[test]
fn a_value_that_is_not_kept_is_told() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail_writes(true);
    cache.get_or_set("k", || 5);
    assert_eq!(events.all(), ["failed claim", "failed set", "not saved k"]);
}

#[test]
fn an_entry_that_cannot_be_read_is_told() {
    let (cache, _chaos) = chaos();
    let events = Events::of(&cache);
    cache.set("k", "text").unwrap();
    assert_eq!(cache.get::<Vec<u64>>("k").unwrap(), None);
    assert_eq!(events.count("unreadable k: "), 1, "{:?}", events.all());
}

#[test]
fn an_observer_that_panics_fails_nobody_and_others_are_told() {
    let (cache, chaos) = chaos();
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    cache.observe(move |_| {
        counter.fetch_add(1, SeqCst);
        panic!("an observer's own mistake");
    });
    let events = Events::of(&cache.to_async().to_sync());
    chaos.fail_next(2);
    assert!(cache.get::<u8>("k").is_err() && cache.set("k", "v").is_err());
    assert_eq!(events.all(), ["failed get", "failed set"]);
    assert_eq!(calls.load(SeqCst), 2);
}

#[test]
fn an_observer_may_use_the_cache_and_is_not_told_of_that() {
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
fn ten_thousand_failures_are_a_handful_of_lines() {
    let (cache, chaos) = chaos();
    let ((), lines) = logged(Level::INFO, || {
        let events = Events::of(&cache);
        chaos.fail(true);
        (0..10_000).for_each(|number| assert_eq!(cache.get_or_set("k", || number), number));
        wait_until("it is away", || events.count("away Everything") == 1);
        chaos.fail(false);
        wait_until("it is back", || events.count("back Everything") == 1);
    });
    let about = |words: &str| lines.iter().filter(|line| line.contains(words)).collect::<Vec<_>>();
    assert!(lines.len() <= 6, "{lines:#?}");
    assert_eq!(about("the call continued without the cache").len(), 1, "{lines:#?}");
    assert!(
        (1..=2).contains(&about("(told to fail); calls skip it").len()),
        "writing first, then everything: {lines:#?}"
    );
    let skipped = |line: &&String| line.rsplit_once("skipped=").and_then(|(_, number)| number.parse::<u32>().ok());
    let skipped: u32 = about(" again ").into_iter().filter_map(|line| skipped(&line)).sum();
    assert!(skipped > 19_000, "a look-up and a write each: {lines:#?}");
}
