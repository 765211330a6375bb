//! What the tests of broken stores share: each defect is found by the lines that it breaks.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::thread;

use cache_store_suite::Broken;

/// A defect, and the functions of the suite that must find it.
pub(crate) type Expected<D> = (D, &'static [&'static str]);

/// Fails unless each defect breaks the lines that it should, with messages that quote the line and say what to change.
pub(crate) fn assert_found<D: Copy + Debug + Send + 'static>(defects: &[Expected<D>], found: fn(D) -> Vec<Broken>) {
    let started = defects.iter().map(|&(defect, expected)| (defect, expected, thread::spawn(move || found(defect))));
    for (defect, expected, found) in started.collect::<Vec<_>>() {
        let found = found.join().expect("no panic");
        let names: BTreeSet<_> = found.iter().map(|broken| broken.line.behaviour).collect();
        assert!(expected.iter().all(|name| names.contains(name)), "{defect:?}: {names:?}");
        for broken in &found {
            let message = broken.to_string();
            let is_whole = message.contains(broken.line.says) && message.contains(broken.line.change);
            assert!(is_whole && message.contains("seen: "), "{message}");
        }
    }
}

/// The functions of a room of the suite that no defect must be found by.
pub(crate) fn without_defect<D>(room: &str, defects: &[Expected<D>]) -> Vec<&'static str> {
    let tested: BTreeSet<_> = defects.iter().flat_map(|(_, names)| *names).copied().collect();
    let names = cache_store_suite::lines().map(|line| line.behaviour);
    names.filter(|name| name.starts_with(room) && !tested.contains(name)).collect()
}
