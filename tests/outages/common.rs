//! Caches with a store that fails on demand, and their events.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, Event};

use crate::wait_until::wait_until;

/// A cache, and the control of its store.
pub(crate) fn chaos() -> (Cache, Chaos) {
    let chaos = Chaos::over(&Cache::memory());
    (Cache::new(chaos.clone()), chaos)
}

/// A cache whose circuit is open, because its store is down.
pub(crate) fn with_open_circuit() -> (Cache, Chaos) {
    let (cache, chaos) = chaos();
    cache.set("old", "value").unwrap();
    let events = Events::of(&cache);
    chaos.fail(true);
    (0..3).for_each(|_| assert!(cache.get::<String>("old").is_err()));
    wait_until("the circuit opens", || events.count("opened") == 1);
    (cache, chaos)
}

/// The events of a cache, as text.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    pub(crate) fn of(cache: &Cache) -> Self {
        let events = Events::default();
        let noted = events.clone();
        cache.observe(move |event| noted.0.lock().unwrap().push(name(event)));
        events
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, start: &str) -> usize {
        self.all().iter().filter(|event| event.starts_with(start)).count()
    }
}

fn name(event: &Event<'_>) -> String {
    match event {
        Event::StoreFailed { operation, .. } => format!("failed {operation}"),
        Event::Skipped { operation, .. } => format!("skipped {operation}"),
        Event::CircuitOpened { outage, reason, .. } => format!("opened {outage:?}: {reason}"),
        Event::CircuitClosed { outage, .. } => format!("closed {outage:?}"),
        Event::Unreadable { key, reason, .. } => format!("unreadable {key}: {reason}"),
        Event::NotStored { key, .. } => format!("not stored {key}"),
        other => format!("{other:?}"),
    }
}

/// The duration of `work`.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
