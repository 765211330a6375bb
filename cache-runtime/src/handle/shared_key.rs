//! Two annotated functions with one key and different types, each of which takes the other's value for a miss.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use foldhash::fast::FixedState;

use super::Handle;
use crate::key::shown;
use crate::observe::AnnotatedFunction;

/// How many keys are remembered. Functions that take turns on one key come back to it soon.
const REMEMBERED: usize = 4096;

#[derive(Default)]
struct Writers {
    /// Which function has stored a key's value last, by a hash of cache and key.
    last: HashMap<u64, AnnotatedFunction, FixedState>,
    reported: HashSet<[AnnotatedFunction; 2], FixedState>,
}

static WRITERS: LazyLock<Mutex<Writers>> = LazyLock::new(Mutex::default);

impl Handle {
    /// Remembers that this function stores the value of a key.
    pub(crate) fn note_writer(&self, key: &str) {
        let Some(function) = self.view.function else { return };
        let mut writers = WRITERS.lock().unwrap_or_else(PoisonError::into_inner);
        if writers.last.len() >= REMEMBERED {
            writers.last.clear();
        }
        writers.last.insert(self.hash(key), function);
    }

    /// Reports, once, that a value of another type is under this function's key, if it is known who has stored it.
    pub(crate) fn report_shared_key(&self, key: &str) {
        let Some(reader) = self.view.function else { return };
        let writer = {
            let mut writers = WRITERS.lock().unwrap_or_else(PoisonError::into_inner);
            let writer = writers.last.get(&self.hash(key)).copied().filter(|writer| *writer != reader);
            let is_new = |writer: &AnnotatedFunction| {
                writers.reported.insert([reader, *writer]) && writers.reported.insert([*writer, reader])
            };
            writer.filter(is_new)
        };
        // Without the lock: a log's subscriber may call annotated functions.
        if let Some(writer) = writer {
            tracing::warn!(
                "cache: {reader} and {writer} share the key `{}` and return different types, so each call of one forgets \
                 the value of the other: give one of them another key",
                shown(key)
            );
        }
    }

    fn hash(&self, key: &str) -> u64 {
        FixedState::default().hash_one((Arc::as_ptr(&self.core).addr(), key))
    }
}
