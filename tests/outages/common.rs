//! What these tests have in common.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, Event};

use crate::wait_until::wait_until;

/// A cache, and what its store is to do.
pub(crate) fn chaos() -> (Cache, Chaos) {
    let chaos = Chaos::over(&Cache::memory());
    (Cache::new(chaos.clone()), chaos)
}

/// A cache that has noticed that its store is down, and no longer asks it.
pub(crate) fn away() -> (Cache, Chaos) {
    let (cache, chaos) = chaos();
    cache.set("old", "value").unwrap();
    let events = Events::of(&cache);
    chaos.fail(true);
    (0..3).for_each(|_| assert!(cache.get::<String>("old").is_err()));
    wait_until("it is away", || events.count("away") == 1);
    (cache, chaos)
}

/// The events of a cache, by their names.
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
        Event::CircuitOpened { outage, reason, .. } => format!("away {outage:?}: {reason}"),
        Event::CircuitClosed { outage, .. } => format!("back {outage:?}"),
        Event::Unreadable { key, reason, .. } => format!("unreadable {key}: {reason}"),
        Event::NotStored { key, .. } => format!("not saved {key}"),
        other => format!("{other:?}"),
    }
}

/// How long something takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
