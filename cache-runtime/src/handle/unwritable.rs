//! Computed values that serde cannot write, or would not read back: the function then runs on each call.

use std::any::TypeId;
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use foldhash::fast::FixedState;

use super::Handle;
use crate::Error;
use crate::observe::Event;

impl Handle {
    /// Reports a computed value that could not be encoded.
    ///
    /// The first one of each type is always logged, because the fault is in the program and stays: the failures of a store
    /// must not hide it.
    pub(crate) fn report_unwritable<T>(&self, key: &str, error: &Error) {
        static REPORTED: LazyLock<Mutex<HashSet<TypeId, FixedState>>> = LazyLock::new(Mutex::default);
        let is_new = REPORTED.lock().unwrap_or_else(PoisonError::into_inner).insert(typeid::of::<T>());
        // Without the lock: a log's subscriber may call annotated functions.
        if is_new {
            tracing::warn!("cache: {error}; it is computed on each call");
        } else {
            self.log_failure(error);
        }
        self.core.store.observers.notify(&Event::NotStored { key, error });
    }
}
