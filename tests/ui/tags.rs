//! What may stand in `tags`, and beside it.

use cache_runtime::{cached, counter};
use std::collections::HashMap;

#[cached(key = "user:{id}", tags = "user:{id}")]
fn no_list(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", tags("user:{id}"))]
fn parentheses(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", tags = [])]
fn nothing(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", tags = ["users", 7, ""])]
fn no_texts(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", tags = ["user:{ids}", "user:{id"])]
fn no_argument(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", skip(client), tags = ["of:{client}"])]
fn skipped(id: u64, client: &str) -> u64 {
    id + client.len() as u64
}

#[cached(key = "user:{id}", tags = ["{id}{id}"])]
fn nothing_between(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", tags = ["users"], tags = ["all"])]
fn twice(id: u64) -> u64 {
    id
}

#[cached(each = ids, tags = ["users:{ids}", "user:{idd}"], key = "user:{id}")]
fn of_each(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|id| (*id, *id)).collect()
}

#[cached(each = idz, tags = ["user:{id}"], key = "user:{id}")]
fn no_echo(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|id| (*id, *id)).collect()
}

#[cached(key = "pair:{a}:{b}", tags = ["first:{a}"])]
fn taken_apart((a, b): (u64, u64)) -> u64 {
    a + b
}

#[counter(key = "views:{page}", tags = ["page:{page}"])]
fn of_a_counter(page: u64);

fn main() {}
