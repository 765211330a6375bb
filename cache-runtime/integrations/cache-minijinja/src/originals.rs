//! Sources as they were written, by what they became, so that messages can show them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use cache_templates::hash::hash;

/// How many are kept. A program has fewer templates, but reloads them while somebody edits.
const KEPT: usize = 4096;

static ORIGINALS: LazyLock<Mutex<HashMap<u64, Arc<str>>>> = LazyLock::new(Mutex::default);

pub(crate) fn keep(rewritten: &str, original: &str) {
    let mut originals = ORIGINALS.lock().unwrap_or_else(PoisonError::into_inner);
    if originals.len() >= KEPT {
        originals.clear();
    }
    originals.insert(hash(0, rewritten.trim_end()), original.into());
}

pub(crate) fn of(rewritten: &str) -> Option<Arc<str>> {
    let originals = ORIGINALS.lock().unwrap_or_else(PoisonError::into_inner);
    originals.get(&hash(0, rewritten.trim_end())).cloned()
}
