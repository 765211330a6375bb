//! How long values live.

use cache_runtime::{cached, counter};

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

#[cached(stale_if_error = "0s")]
fn no_window_for_errors() {}

#[cached(stale_if_error = never)]
fn endless_window_for_errors() {}

#[cached(jitter = 10)]
fn jitter_in_percent() {}

#[cached(jitter = 0.0)]
fn no_jitter() {}

#[cached(jitter = 1.0)]
fn all_jitter() {}

#[cached(jitter = -0.1)]
fn negative_jitter() {}

#[cached(jitter = "10 %")]
fn jitter_in_words() {}

#[cached(jitter)]
fn jitter_of_what() {}

#[cached(expires_in = "5M")]
fn months_or_minutes() {}

#[cached(expires_in = "1h 30 M")]
fn months_or_minutes_at_the_end() {}

#[cached(expires_in = "1M 2h")]
fn months_or_minutes_at_the_start() {}

#[cached(key = "{n}", race_ttl = |n| n)]
fn window_of_the_value(n: u64) -> u64 {
    n
}

#[cached(key = "{n}", expires_in = || SECONDS)]
fn closure_without_the_value(n: u64) -> u64 {
    n
}

#[cached(key = "{n}", expires_in = async |n| n)]
fn async_closure(n: u64) -> u64 {
    n
}

#[cached(key = "{n}", expires_in = |n| *n)]
fn closure_of_another_type(n: u64) -> u64 {
    n
}

#[cached(key = "{n}", expires_in = |token| token.ttl)]
fn closure_of_a_field_that_is_not_there(n: u64) -> u64 {
    n
}

#[counter(expires_in = |n| n)]
fn counter_of_the_value();

fn main() {}
