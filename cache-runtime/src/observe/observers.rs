//! The observers of a cache.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use super::Event;

type Observer = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// The observers of a cache, in the order in which they were added.
#[derive(Default)]
pub(crate) struct Observers(RwLock<Vec<Observer>>);

thread_local! {
    /// Whether an observer runs on this thread. Events that it causes are not reported, or it might recurse for ever.
    static IS_NOTIFYING: Cell<bool> = const { Cell::new(false) };
}

impl Observers {
    pub(crate) fn add(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(observer));
    }

    pub(crate) fn notify(&self, event: &Event<'_>) {
        // Cloned, so that an observer may add another one.
        let observers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if observers.is_empty() || IS_NOTIFYING.replace(true) {
            return;
        }
        for observer in observers {
            // A panic of an observer must not fail the caller's function; its message has been printed.
            let _ = catch_unwind(AssertUnwindSafe(|| observer(event)));
        }
        IS_NOTIFYING.set(false);
    }
}
