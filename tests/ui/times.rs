//! How long values live.

use cache_runtime::cached;

#[cached(expires_in = 0)]
fn zero() {}

#[cached(expires_in = "0s")]
fn zero_in_words() {}

#[cached(expires_in = 0.5)]
fn fraction() {}

#[cached(expires_in = -1)]
fn negative() {}

#[cached(expires_in = 5m)]
fn unit_without_quotes() {}

#[cached(expires_in = 18446744073709551616)]
fn too_long() {}

#[cached(expires_in = "5 parsecs")]
fn unknown_unit() {}

#[cached(expires_in = "soon")]
fn no_number() {}

#[cached(expires_in = true)]
fn boolean() {}

#[cached(expires_in = 60 * 60)]
fn computed_from_numbers() {}

#[cached(expires_in = minutes)]
fn of_another_type(minutes: u64) {
    let _ = minutes;
}

const SECONDS: u64 = 300;

#[cached(expires_in = SECONDS, race_ttl = SECONDS)]
fn constant() {}

#[cached(race_ttl = 0)]
fn no_window() {}

#[cached(race_ttl = never)]
fn endless_window() {}

#[cached(race_ttl = "ten")]
fn window_in_no_words() {}

fn main() {}
