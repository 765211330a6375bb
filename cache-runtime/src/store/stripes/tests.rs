//! What was read before a change is not current after it.

use super::Stripes;

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
