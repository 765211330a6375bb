//! What was read before a change is not current after it.

#[cfg(feature = "sqlite")]
use std::sync::Arc;
#[cfg(feature = "sqlite")]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "sqlite")]
use std::time::Duration;

#[cfg(feature = "sqlite")]
use super::Counters;
use super::Stripes;

/// Two processes may look for shared counters in two places for a second after a new place was made.
#[cfg(feature = "sqlite")]
#[test]
fn shared_counters_are_trusted_when_everybody_has_found_them() {
    let shared = |age| Stripes::shared(Counters::in_memory(), [0; 16], age, || true);
    assert_eq!(shared(Duration::ZERO).stamp("user:1"), None);
    assert!(shared(Duration::from_secs(2)).stamp("user:1").is_some());
}

#[cfg(feature = "sqlite")]
#[test]
fn counters_that_are_not_in_their_place_any_more_tell_nothing() {
    let is_in_place = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&is_in_place);
    let stripes =
        Stripes::shared(Counters::in_memory(), [0; 16], Duration::from_secs(60), move || asked.load(Ordering::Relaxed));
    let stamp = stripes.stamp("user:1").unwrap();
    assert!(stripes.is_current(stamp) && stripes.is_in_place());
    is_in_place.store(false, Ordering::Relaxed);
    // It is looked at once a second.
    while stripes.is_in_place() {
        std::thread::yield_now();
    }
    assert!(!stripes.is_current(stamp) && stripes.stamp("user:1").is_none());
}

#[test]
fn what_was_read_is_current_until_its_key_changes() {
    let stripes = Stripes::new();
    let stamp = stripes.stamp("user:1").unwrap();
    assert!(stripes.is_current(stamp));
    drop(stripes.announce(["user:1"]));
    assert!(!stripes.is_current(stamp));
    assert!(stripes.is_current(stripes.stamp("user:1").unwrap()));
}

#[test]
fn a_key_that_is_being_changed_has_no_stamp() {
    let stripes = Stripes::new();
    let changing = stripes.announce(["user:1"]);
    assert_eq!(stripes.stamp("user:1"), None);
    drop(changing);
    assert!(stripes.stamp("user:1").is_some());
}

#[test]
fn a_key_that_is_named_twice_is_at_rest_afterwards() {
    let stripes = Stripes::new();
    drop(stripes.announce(["user:1", "user:1"]));
    assert!(stripes.stamp("user:1").is_some());
}

#[test]
fn the_late_end_of_one_change_does_not_end_the_next() {
    let stripes = Stripes::new();
    let first = stripes.announce(["user:1"]);
    let second = stripes.announce(["user:1"]);
    drop(first);
    assert_eq!(stripes.stamp("user:1"), None);
    drop(second);
    assert!(stripes.stamp("user:1").is_some());
}

#[test]
fn an_announcement_for_all_changes_every_key() {
    let stripes = Stripes::new();
    let stamps: Vec<_> = (0..1000).map(|n| stripes.stamp(&n.to_string()).unwrap()).collect();
    drop(stripes.announce_all());
    assert!(stamps.into_iter().all(|stamp| !stripes.is_current(stamp)));
}

#[test]
fn keys_are_spread_over_the_stripes() {
    let stripes = Stripes::new();
    let mut used: Vec<_> = (0..4096).map(|n| stripes.stripe(&format!("user:{n}"))).collect();
    used.sort_unstable();
    used.dedup();
    // A random spread uses 63 % of them.
    assert!(used.len() > 2_300, "only {} of 4096 are used", used.len());
}

/// A process that died in the middle of a change leaves its keys without stamps.
#[cfg(feature = "sqlite")]
#[test]
fn what_a_dead_process_was_changing_is_settled() {
    let stripes = Stripes::new();
    let before = stripes.stamp("user:1").unwrap();
    std::mem::forget(stripes.announce(["user:1"]));
    assert_eq!(stripes.stamp("user:1"), None);
    stripes.settle();
    assert!(stripes.stamp("user:1").is_some() && !stripes.is_current(before));
}
