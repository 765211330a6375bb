//! Whose call it is, for the statistics.

use std::sync::Arc;

use super::Handle;
use crate::entry::Value;
use crate::observe::stats::{MissReason, Moment, NearHits, PendingCall, Row};

impl Handle {
    /// The row in which the calls for a stored key are counted, if they are.
    fn row(&self, key: &str) -> Option<Arc<Row>> {
        if self.view.is_uncounted {
            return None;
        }
        let rows = &self.core.rows;
        Some(match self.view.function {
            Some(function) => rows.of_function(function),
            None => rows.of_key(key.strip_prefix(&*self.view.namespace).unwrap_or(key)),
        })
    }

    /// A call for a stored key, which begins now.
    pub(crate) fn pending_call(&self, key: &str) -> PendingCall {
        self.pending_call_among(key, Moment::now(), 1)
    }

    /// One of so many calls, which began together at this moment.
    pub(crate) fn pending_call_among(&self, key: &str, begun: Moment, number: usize) -> PendingCall {
        PendingCall::new(self.row(key), begun, number)
    }

    /// A refresh of a stored key.
    pub(crate) fn pending_refresh(&self, key: &str) -> PendingCall {
        PendingCall::refresh(self.row(key))
    }

    /// Counts a value that is given to the store, where no pending call does.
    pub(crate) fn count_written(&self, key: &str, value: &Value) {
        self.row(key).into_iter().for_each(|row| row.wrote(value.size()));
    }

    /// What counts the hits of a value of a stored key that is kept near, if they are counted.
    pub(super) fn near_hits(&self, key: &str) -> Option<Arc<NearHits>> {
        Some(Arc::clone(self.row(key)?.near_hits()))
    }

    /// Counts a hit of a record near.
    pub(super) fn count_near_hit(&self, key: &str) {
        self.row(key).into_iter().for_each(|row| row.near_hits().count());
    }

    /// Remembers stored keys that were deleted, if the store had any of them, for the reasons of later misses.
    pub(super) fn note_deleted<K: AsRef<str>>(&self, was_any: bool, keys: &[K]) {
        if was_any {
            keys.iter().for_each(|key| self.core.deleted_keys.note(key.as_ref()));
        }
    }

    /// Why nothing is stored under a key.
    pub(super) fn reason_of_absence(&self, key: &str) -> MissReason {
        if self.core.is_off {
            MissReason::Off
        } else if self.core.deleted_keys.take(key) {
            MissReason::Invalidated
        } else {
            MissReason::Cold
        }
    }
}
