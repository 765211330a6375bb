//! `each`: what is no list of elements, and no answer for them.

use std::collections::{BTreeMap, HashMap};

use cache_runtime::{cached, counter};

#[cached(each, key = "user:{id}")]
fn without_a_value(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = "ids", key = "user:{id}")]
fn in_quotes(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = idz, key = "user:{id}")]
fn mistyped(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = ids)]
fn without_a_key(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = ids, key = "users")]
fn without_an_element(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = ids, key = "user:{ids}")]
fn all_in_the_key(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = ids, key = "user:{tenan}:{id}")]
fn two_names(tenant: u64, ids: &[u64]) -> Vec<u64> {
    ids.iter().map(|id| id + tenant).collect()
}

#[cached(each = id, key = "user:{one}")]
fn not_many(id: u64) -> Vec<u64> {
    vec![id]
}

#[cached(each = ids, key = "user:{id}")]
fn lent_mutably(ids: &mut [u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = ids, key = "user:{id}")]
fn no_answer(ids: &[u64]) -> u64 {
    ids[0]
}

#[cached(each = ids, key = "user:{id}")]
fn nothing(ids: &[u64]) {
    let _ = ids;
}

#[cached(each = ids, key = "user:{id}")]
fn another_map(ids: &[u64]) -> Result<BTreeMap<u64, u64>, ()> {
    Ok(ids.iter().map(|id| (*id, *id)).collect())
}

#[cached(each = ids, key = "user:{id}", race_ttl = 10, background)]
fn in_the_background(ids: Vec<u64>) -> Vec<u64> {
    ids
}

#[cached(shared, each = ids, key = "user:{id}")]
fn among_processes(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[cached(each = ids, stale_if_error = "1h", key = "user:{id}")]
fn old_for_errors(ids: &[u64]) -> Result<Vec<u64>, ()> {
    Ok(ids.to_vec())
}

#[cached(each = ids, key = "user:{id}", skip(ids))]
fn skipped(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[counter(each = ids, key = "views:{id}")]
fn counted(ids: &[u64]);

fn main() {
    let _: HashMap<(), ()>;
}
