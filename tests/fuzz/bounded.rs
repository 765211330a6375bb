//! Every fuzz target for some thousands of inputs, or for as many as `FUZZ` says.

use cache_fuzz::{Target, addresses, configuration, drive, entries, keys, runs};

fn bounded(target: &Target, inputs: u64) {
    drive(target, runs(inputs));
}

#[test]
fn entries_with_a_right_checksum() {
    bounded(&entries::TARGET, 20_000);
}

#[test]
fn keys_of_any_text() {
    bounded(&keys::TARGET, 5_000);
}

#[test]
fn addresses_of_any_text() {
    bounded(&addresses::TARGET, 50_000);
}

#[test]
fn configurations_of_any_text() {
    bounded(&configuration::TARGET, 30_000);
}
