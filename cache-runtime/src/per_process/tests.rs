//! A process has one value, and a forked one has its own.

use std::sync::Arc;

use super::*;

/// As it is in a process that was forked from one with another number.
fn inherited<T>(value: T) -> PerProcess<T> {
    let of_parent = PerProcess::new();
    of_parent.forks.set(fork_count().wrapping_add(1)).unwrap();
    assert!(of_parent.value.set(value).is_ok());
    of_parent
}

#[test]
fn a_process_has_one_value() {
    let values = PerProcess::new();
    assert_eq!(*values.get(|_| 1), 1);
    assert_eq!(*values.get(|_| 2), 1);
}

#[test]
fn a_forked_process_makes_its_own() {
    let values = inherited(1);
    assert_eq!(*values.get(|parent| parent.unwrap() + 10), 11);
    assert_eq!(*values.get(|_| 2), 11);
}

#[test]
fn the_value_of_the_parent_is_not_dropped() {
    let value = Arc::new(());
    drop(inherited(Arc::clone(&value)));
    assert_eq!(Arc::strong_count(&value), 2);
}
