//! `store_if`: what is no condition.

use cache_runtime::{cached, counter};

#[cached(store_if)]
fn without_a_value(id: u64) -> u64 {
    id
}

#[cached(store_if = true)]
fn no_closure(id: u64) -> u64 {
    id
}

#[cached(store_if = "|n| *n > 0")]
fn in_quotes(id: u64) -> u64 {
    id
}

#[cached(store_if = || true)]
fn without_an_argument(id: u64) -> u64 {
    id
}

#[cached(store_if = |id, value| id == value)]
fn with_the_arguments(id: u64) -> u64 {
    id
}

#[cached(store_if = async |value| *value > 0)]
async fn waits(id: u64) -> u64 {
    id
}

#[counter(key = "views:{id}", store_if = |n| *n > 0)]
fn of_a_counter(id: u64);

#[cached(key = "{id}", race_ttl = 10, background, store_if = |value| *value > id)]
fn in_the_background(id: u64) -> u64 {
    id
}

#[cached(store_if = |n| *n > least)]
fn in_a_pattern((id, least): (u64, u64)) -> u64 {
    id + least
}

fn main() {}
