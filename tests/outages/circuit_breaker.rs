//! When a store is no longer asked, and when again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result};

use crate::common::{Events, away, chaos, timed};
use crate::wait_until::wait_until;

#[test]
fn ten_thousand_calls_ask_a_store_that_fails_a_few_times() {
    let (cache, chaos) = chaos();
    chaos.fail(true);
    let took = timed(|| (0..10_000).for_each(|number| assert_eq!(cache.get_or_set("k", || number), number)));
    let probes = took.as_millis() / 500 + 1;
    let asked = u128::from(chaos.total());
    assert!(asked <= 16 + probes, "{asked} times in {took:?}");
}

#[test]
fn one_probe_at_a_time_asks_whether_it_is_back() {
    let (cache, chaos) = away();
    let (before, begun) = (chaos.total(), Instant::now());
    while begun.elapsed() < Duration::from_millis(1200) {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(cache.get::<String>("old").is_err() && cache.set("k", "v").is_err()));
            }
        });
    }
    let pauses = begun.elapsed().as_millis() / 500;
    let probes = u128::from(chaos.total() - before);
    assert!((1..=pauses + 2).contains(&probes), "{probes} probes in {pauses} pauses");
}

#[test]
fn a_store_that_is_back_is_in_use_within_a_second() {
    let (cache, chaos) = away();
    chaos.fail(false);
    let took = timed(|| wait_until("it is asked again", || cache.get::<String>("old").is_ok()));
    assert!(took < Duration::from_millis(900), "{took:?}");
    cache.set("k", "v").expect("writing is open, too");
}

#[test]
fn clones_views_and_faces_are_one() {
    let (cache, _chaos) = away();
    let view = cache.namespace("tenant").expires_in(5);
    let errors = [view.set("k", "v").unwrap_err(), smol::block_on(view.to_async().get::<String>("k")).unwrap_err()];
    assert!(errors.iter().all(|error| error.to_string().contains("the store is unavailable")), "{errors:?}");
}

#[test]
fn failures_that_are_not_in_a_row_are_let_pass() {
    let (cache, chaos) = chaos();
    for _ in 0..10 {
        chaos.fail_next(2);
        assert!(cache.get::<u8>("k").is_err() && cache.get::<u8>("k").is_err());
        cache.get::<u8>("k").expect("two failures are not enough");
    }
}

#[test]
fn what_passes_at_once_is_no_outage() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail_next(3);
    (0..3).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
    let took = timed(|| wait_until("it is asked again", || cache.get::<u8>("k").is_ok()));
    assert!(took < Duration::from_millis(400), "without a pause: {took:?}");
    assert_eq!(events.count("away"), 0);
}

#[test]
fn mistakes_of_the_caller_are_no_failures_of_the_store() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    cache.set("text", "no number").unwrap();
    for _ in 0..10 {
        assert_eq!(cache.increment("text", 1).unwrap_err().kind(), ErrorKind::NotANumber);
    }
    assert_eq!(chaos.count("increment"), 10);
    assert!(events.all().is_empty(), "{:?}", events.all());
}

/// A store that refuses all keys but `good`, always for the same reason.
struct Refusing {
    kind: ErrorKind,
    asked: Arc<AtomicUsize>,
}

impl Refusing {
    fn ask<T: Default>(&self, key: &str) -> Result<T> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if key == "good" { Ok(T::default()) } else { Err(Error::new(self.kind, "it refuses")) }
    }
}

impl Store for Refusing {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.ask(key)
    }

    fn set(&self, key: &str, _: &Value, _: &Expiration) -> Result<()> {
        self.ask(key)
    }

    fn delete(&self, key: &str, _: Timestamp) -> Result<bool> {
        self.ask(key)
    }

    fn increment(&self, key: &str, _: i64, _: &Expiration) -> Result<i64> {
        self.ask(key)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.ask(prefix)
    }
}

fn refusing(kind: ErrorKind) -> (Cache, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    (Cache::new(Refusing { kind, asked: Arc::clone(&asked) }), asked)
}

#[test]
fn what_is_refused_for_one_entry_alone_stops_no_other() {
    let (cache, asked) = refusing(ErrorKind::Entry);
    let events = Events::of(&cache);
    for _ in 0..100 {
        assert_eq!(cache.get::<u8>("foreign").unwrap_err().kind(), ErrorKind::Entry);
        assert_eq!(cache.set("foreign", "v").unwrap_err().kind(), ErrorKind::Entry);
        assert_eq!(cache.get_or_set("foreign", || 7), 7);
    }
    assert_eq!(cache.get::<u8>("good").expect("others are asked for"), None);
    assert!(asked.load(Ordering::Relaxed) > 300, "each time it was asked");
    assert!(events.count("failed") > 300 && events.count("away") == 0, "{:?}", events.all());
}

#[test]
fn what_is_refused_for_every_entry_is_an_outage() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Store] {
        let (cache, asked) = refusing(kind);
        let events = Events::of(&cache);
        (0..100).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
        wait_until("it is away", || events.count("away") == 1);
        assert!(asked.load(Ordering::Relaxed) < 10, "{kind:?}: {asked:?}");
        assert!(cache.get::<u8>("good").is_err(), "{kind:?}");
    }
}

#[test]
fn reading_goes_on_where_writing_fails() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    cache.set("k", "v").unwrap();
    chaos.fail_writes(true);
    wait_until("it takes no writes", || {
        cache.set("k", "new").unwrap_err().to_string().contains("the store refuses writes")
    });
    wait_until("this is told", || events.count("away Writes") == 1);
    let writes = chaos.count("set");
    for _ in 0..10 {
        assert_eq!(cache.get_or_set("k", String::new), "v");
        assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
        assert!(cache.set("k", "new").is_err());
    }
    assert_eq!(chaos.count("set"), writes);
    chaos.fail_writes(false);
    wait_until("it takes writes", || cache.set("k", "new").is_ok());
    wait_until("this is told", || events.count("back Writes") == 1);
    assert_eq!(events.count("away Everything"), 0);
}

#[test]
fn nobody_probes_for_a_cache_that_is_gone() {
    let (cache, chaos) = away();
    drop(cache);
    let asked = chaos.total();
    // A pause and more: what is asserted is that nothing happens.
    thread::sleep(Duration::from_millis(700));
    assert!(chaos.total() <= asked + 1, "but for a probe under way");
}
