//! `get_or_set` for many keys: one read, one computation of what is missing, one write.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Turn;
use crate::handle::Handle;
use crate::io::Io;

/// Returns what is kept under the keys, and computes the rest.
pub(crate) async fn get_or_set<I: Io, T: Serialize + DeserializeOwned, F: Future<Output = HashMap<String, T>>>(
    io: &I,
    handle: &Handle,
    keys: Vec<String>,
    compute: impl FnOnce(Vec<String>) -> F,
) -> HashMap<String, T> {
    let mut found = HashMap::new();
    let (mut missing, mut leases) = (Vec::new(), Vec::new());
    for (key, record) in handle.records_or_none(io, keys).await {
        match turn(handle, &key, record) {
            Turn::Value(value) => {
                found.insert(key, value);
            }
            Turn::Compute { lease, .. } => {
                leases.extend(lease);
                missing.push(key);
            }
        }
    }
    if missing.is_empty() {
        return found;
    }
    let asked: HashSet<String> = missing.iter().cloned().collect();
    let watches = handle.watch_each(missing.iter().map(String::as_str));
    let marks = handle.marks_or_none(io).await;
    let mut computed = compute(missing).await;
    computed.retain(|key, _| asked.contains(key));
    let kept: Vec<_> = computed.iter().map(|(key, value)| (key.as_str(), value)).collect();
    handle.keep_many(io, &watches, marks, &kept).await;
    found.extend(computed);
    found
}

/// By the key as asked: a lease is on the key as it stands in the store.
fn turn<T: DeserializeOwned>(handle: &Handle, key: &str, record: Option<crate::store::Record>) -> Turn<T> {
    match handle.key(key) {
        Ok(key) => handle.turn(&key, record),
        Err(_) => Turn::Compute { old: None, lease: None },
    }
}
