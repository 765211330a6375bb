//! When the circuit opens, so that the store is not called, and when it closes again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result};

use crate::common::{Events, chaos, timed, with_open_circuit};
use crate::wait_until::wait_until;

#[test]
fn ten_thousand_calls_reach_a_failing_store_a_few_times() {
    let (cache, chaos) = chaos();
    chaos.fail(true);
    let took = timed(|| (0..10_000).for_each(|number| assert_eq!(cache.get_or_set("k", || number), number)));
    let probes = took.as_millis() / 500 + 1;
    let calls = u128::from(chaos.total());
    assert!(calls <= 16 + probes, "{calls} times in {took:?}");
}

#[test]
fn one_recovery_probe_runs_at_a_time() {
    let (cache, chaos) = with_open_circuit();
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
fn a_recovered_store_is_used_within_a_second() {
    let (cache, chaos) = with_open_circuit();
    chaos.fail(false);
    let took = timed(|| wait_until("the circuit closes", || cache.get::<String>("old").is_ok()));
    assert!(took < Duration::from_millis(900), "{took:?}");
    cache.set("k", "v").expect("writing works, too");
}

#[test]
fn clones_views_and_the_async_api_share_the_circuit() {
    let (cache, _chaos) = with_open_circuit();
    let view = cache.namespace("tenant").expires_in(5);
    let errors = [view.set("k", "v").unwrap_err(), smol::block_on(view.to_async().get::<String>("k")).unwrap_err()];
    assert!(errors.iter().all(|error| error.to_string().contains("the store is unavailable")), "{errors:?}");
}

#[test]
fn failures_that_are_not_in_a_row_do_not_open_the_circuit() {
    let (cache, chaos) = chaos();
    for _ in 0..10 {
        chaos.fail_next(2);
        assert!(cache.get::<u8>("k").is_err() && cache.get::<u8>("k").is_err());
        cache.get::<u8>("k").expect("two failures are not enough");
    }
}

#[test]
fn a_failure_that_ends_at_once_is_no_outage() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail_next(3);
    (0..3).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
    let took = timed(|| wait_until("the circuit closes", || cache.get::<u8>("k").is_ok()));
    assert!(took < Duration::from_millis(400), "the first probe comes at once: {took:?}");
    assert_eq!(events.count("opened"), 0);
}

#[test]
fn mistakes_of_the_caller_do_not_open_the_circuit() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    cache.set("text", "no number").unwrap();
    for _ in 0..10 {
        assert_eq!(cache.increment("text", 1).unwrap_err().kind(), ErrorKind::NotANumber);
    }
    assert_eq!(chaos.count("increment"), 10);
    assert!(events.all().is_empty(), "{:?}", events.all());
}

/// A store that fails for every key except `good`, with the same kind of error.
struct FailingStore {
    kind: ErrorKind,
    calls: Arc<AtomicUsize>,
}

impl FailingStore {
    fn call<T: Default>(&self, key: &str) -> Result<T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if key == "good" { Ok(T::default()) } else { Err(Error::new(self.kind, "it refuses")) }
    }
}

impl Store for FailingStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.call(key)
    }

    fn set(&self, key: &str, _: &Value, _: &Expiration) -> Result<()> {
        self.call(key)
    }

    fn delete(&self, key: &str, _: Timestamp) -> Result<bool> {
        self.call(key)
    }

    fn increment(&self, key: &str, _: i64, _: &Expiration) -> Result<i64> {
        self.call(key)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.call(prefix)
    }
}

fn failing_store(kind: ErrorKind) -> (Cache, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    (Cache::new(FailingStore { kind, calls: Arc::clone(&calls) }), calls)
}

#[test]
fn an_error_of_one_entry_does_not_open_the_circuit() {
    let (cache, calls) = failing_store(ErrorKind::Entry);
    let events = Events::of(&cache);
    for _ in 0..100 {
        assert_eq!(cache.get::<u8>("foreign").unwrap_err().kind(), ErrorKind::Entry);
        assert_eq!(cache.set("foreign", "v").unwrap_err().kind(), ErrorKind::Entry);
        assert_eq!(cache.get_or_set("foreign", || 7), 7);
    }
    assert_eq!(cache.get::<u8>("good").expect("other keys are read"), None);
    assert!(calls.load(Ordering::Relaxed) > 300, "every call reaches the store");
    assert!(events.count("failed") > 300 && events.count("opened") == 0, "{:?}", events.all());
}

#[test]
fn errors_of_every_entry_open_the_circuit() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Store] {
        let (cache, calls) = failing_store(kind);
        let events = Events::of(&cache);
        (0..100).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
        wait_until("it is away", || events.count("opened") == 1);
        assert!(calls.load(Ordering::Relaxed) < 10, "{kind:?}: {calls:?}");
        assert!(cache.get::<u8>("good").is_err(), "{kind:?}");
    }
}

#[test]
fn reads_continue_while_writes_fail() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    cache.set("k", "v").unwrap();
    chaos.fail_writes(true);
    wait_until("the circuit for writes opens", || {
        cache.set("k", "new").unwrap_err().to_string().contains("the store refuses writes")
    });
    wait_until("observers are notified", || events.count("opened Writes") == 1);
    let writes = chaos.count("set");
    for _ in 0..10 {
        assert_eq!(cache.get_or_set("k", String::new), "v");
        assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
        assert!(cache.set("k", "new").is_err());
    }
    assert!(chaos.count("set") <= writes + 1, "only the probe writes");
    chaos.fail_writes(false);
    wait_until("the circuit for writes closes", || cache.set("k", "new").is_ok());
    wait_until("observers are notified", || events.count("closed Writes") == 1);
    assert_eq!(events.count("opened Everything"), 0);
}

/// A full disk, or a server without memory: what is deleted makes room, and nothing can be written.
struct FullStore(Arc<AtomicUsize>);

impl Store for FullStore {
    fn get(&self, _: &str) -> Result<Option<Record>> {
        Ok(None)
    }

    fn set(&self, _: &str, _: &Value, _: &Expiration) -> Result<()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Error::new(ErrorKind::Unavailable, "full"))
    }

    fn delete(&self, _: &str, _: Timestamp) -> Result<bool> {
        Ok(false)
    }

    fn increment(&self, _: &str, _: i64, _: &Expiration) -> Result<i64> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Error::new(ErrorKind::Unavailable, "full"))
    }

    fn clear(&self, _: &str) -> Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_store_that_deletes_and_does_not_write_is_an_outage() {
    let writes = Arc::new(AtomicUsize::new(0));
    let cache = Cache::new(FullStore(Arc::clone(&writes)));
    let events = Events::of(&cache);
    let took = timed(|| (0..20_000).for_each(|_| assert!(cache.set("k", "v").is_err())));
    wait_until("it is announced", || events.count("opened Writes") == 1);
    let (writes, pauses) = (writes.load(Ordering::Relaxed) as u128, took.as_millis() / 500);
    assert!(writes <= 8 + pauses, "{writes} writes in {took:?}");
}

/// It works for the probe and fails for everybody else.
#[test]
fn a_store_that_fails_again_at_once_is_an_outage() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    for _ in 0..2 {
        chaos.fail_next(3);
        (0..3).for_each(|_| assert!(cache.get::<u8>("k").is_err()));
        wait_until("the circuit closes", || cache.get::<u8>("k").is_ok());
    }
    assert_eq!(events.count("opened Everything"), 1);
}

#[test]
fn a_dropped_cache_is_not_probed() {
    let (cache, chaos) = with_open_circuit();
    drop(cache);
    let calls = chaos.total();
    // Longer than the interval of the probe: nothing must happen meanwhile.
    thread::sleep(Duration::from_millis(700));
    assert!(chaos.total() <= calls + 1, "except for a running probe");
}
