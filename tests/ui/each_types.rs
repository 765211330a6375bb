//! `each`: elements and values of types that cannot be used so.

use std::collections::HashMap;

use cache_runtime::cached;

struct Bare(u64);

#[cached(each = ids, key = "user:{id}")]
fn another_key(ids: &[&str]) -> HashMap<String, u64> {
    ids.iter().map(|id| ((*id).to_owned(), 1)).collect()
}

#[cached(each = ids, key = "user:{id}")]
fn value_without_serde(ids: &[u64]) -> Vec<Bare> {
    ids.iter().map(|id| Bare(*id)).collect()
}

#[cached(each = ids, key = "user:{id.0}")]
fn element_without_clone(ids: &[Bare]) -> Vec<u64> {
    ids.iter().map(|id| id.0).collect()
}

#[cached(each = ids, key = "user:{id}")]
fn element_without_display(ids: &[Option<u64>]) -> Vec<u64> {
    ids.iter().map(|id| id.unwrap_or(0)).collect()
}

fn main() {}
