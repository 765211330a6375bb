//! One holder a key, and pauses after failures.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A cache with flights of its own: it is named by the address of its back-off.
struct Cache(Arc<BackOff>);

impl Cache {
    fn new() -> Self {
        Cache(Arc::default())
    }

    fn take(&self, key: &str, window: Duration) -> Option<Box<RefreshLease>> {
        RefreshLease::take(&self.0, &FlightKey::new(Arc::as_ptr(&self.0).addr(), key), window, Timestamp::EPOCH)
    }
}

#[test]
fn a_key_has_one_holder_and_other_keys_are_free() {
    let cache = Cache::new();
    let lease = cache.take("a", MINUTE).expect("free");
    assert!(cache.take("a", MINUTE).is_none());
    assert!(cache.take("b", MINUTE).is_some());
    drop(lease);
    assert!(cache.take("a", MINUTE).is_some(), "a dropped lease is free at once");
}

#[test]
fn after_a_failure_nobody_recomputes_for_a_while() {
    let cache = Cache::new();
    cache.take("a", MINUTE).expect("free").fail(Timestamp::EPOCH);
    assert!(cache.take("a", MINUTE).is_none());
    cache.take("b", Duration::ZERO).expect("free").fail(Timestamp::EPOCH);
    assert!(cache.take("b", MINUTE).is_some(), "not for longer than the window");
}

#[test]
fn a_panic_counts_as_a_failure() {
    let cache = Cache::new();
    let held = cache.take("a", MINUTE);
    let thread = thread::spawn(move || {
        let _held = held;
        std::panic::resume_unwind(Box::new("the body"));
    });
    assert!(thread.join().is_err());
    assert!(cache.take("a", MINUTE).is_none());
}

#[test]
fn ended_pauses_are_removed() {
    let back_off = BackOff::default();
    for number in 0..5 * SWEEP_FROM {
        back_off.pause(&number.to_string(), Timestamp::EPOCH, Timestamp::EPOCH);
    }
    assert!(back_off.lock().ends.len() <= SWEEP_FROM + 1);
}

#[test]
fn the_lease_of_a_lost_task_holds_nobody_up() {
    let cache = Cache::new();
    let lease = cache.take("a", MINUTE).expect("free");
    let flight = FlightKey::new(Arc::as_ptr(&cache.0).addr(), "a");
    let alive = flights().join(flight.clone(), WaitMode::Thread, Duration::ZERO);
    assert!(cache.take("a", MINUTE).is_none(), "it computes");
    drop(alive);
    let lost = flights().join(flight, WaitMode::Task, Duration::ZERO);
    assert!(cache.take("a", MINUTE).is_some(), "it computes no more");
    drop((lease, lost));
}
