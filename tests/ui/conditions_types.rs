//! `store_if`: conditions of another type.

use cache_runtime::cached;

#[cached(store_if = |value| value.len())]
fn no_answer(id: u64) -> String {
    id.to_string()
}

#[cached(store_if = |value| value > 0)]
fn not_a_value(id: u64) -> u64 {
    id
}

#[cached(store_if = |value: &Result<u64, ()>| value.is_ok())]
fn not_the_ok(id: u64) -> Result<u64, ()> {
    Ok(id)
}

#[cached(store_if = u64::is_power_of_two)]
fn by_value(id: u64) -> u64 {
    id
}

#[cached(store_if = |value| *value > text.len())]
fn of_what_the_body_consumes(text: String) -> usize {
    text.into_bytes().len()
}

struct Bare;

#[cached(key = "bare:{id}", store_if = |_| true)]
fn cannot_be_stored(id: u64) -> Bare {
    let _ = id;
    Bare
}

fn main() {}
