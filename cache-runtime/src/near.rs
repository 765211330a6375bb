//! Near: what this process has read, kept until it changes.
//!
//! A store that announces its changes (see [`Stripes`]) makes it possible: what was read is kept with the stamp that its
//! key had before, and is a hit as long as the stamp is current. So a value that anybody has changed is never a hit after
//! the change has returned, and a hit does not ask the store.

mod weight;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::{Cache, DefaultLifecycle};

use self::weight::{CAPACITY, Weight};
use crate::entry::{Record, Value};
use crate::per_process::PerProcess;
use crate::store::{Stamp, Stripes};
use crate::time::Timestamp;

/// How many entries are kept. A scan of keys that are read once does not push out what is read often.
const MAX_ENTRIES: u64 = 10_000;

type Entries = Cache<Box<str>, Arc<Loaded>, Weight, foldhash::fast::RandomState>;

/// The records that a cache keeps in this process.
pub(crate) struct Near {
    /// Made for the first record, since many caches never keep one. A forked process begins with none: another thread may
    /// have held a lock.
    entries: PerProcess<Entries>,
}

/// A record as it was read, and what tells whether it has changed since.
#[derive(Debug)]
pub(crate) struct Loaded {
    record: Record,
    loaded_at: Timestamp,
    stamps: Option<Stamps>,
}

/// The stamps of all that a record depends on, from before it was read.
#[derive(Clone, Debug)]
pub(crate) struct Stamps {
    stripes: Arc<Stripes>,
    own: Stamp,
    tags: Box<[Stamp]>,
}

impl Near {
    pub(crate) const fn new() -> Self {
        Near { entries: PerProcess::new() }
    }

    /// The record under a stored key, if nothing has changed it.
    pub(crate) fn get(&self, key: &str) -> Option<Arc<Loaded>> {
        let loaded = self.entries.made()?.get(key)?;
        loaded.is_current().then_some(loaded)
    }

    /// Keeps a record, if it can be known when it changes.
    pub(crate) fn keep(&self, key: &str, loaded: &Arc<Loaded>) {
        if loaded.stamps.is_some() && loaded.record.value.size() <= weight::MAX_VALUE {
            self.entries.get(|_| new_entries()).insert(key.into(), Arc::clone(loaded));
        }
    }
}

fn new_entries() -> Entries {
    let (hasher, lifecycle) = (foldhash::fast::RandomState::default(), DefaultLifecycle::default());
    Cache::with(MAX_ENTRIES as usize, CAPACITY, Weight, hasher, lifecycle)
}

impl Loaded {
    pub(crate) fn new(record: Record, loaded_at: Timestamp, stamps: Option<Stamps>) -> Arc<Self> {
        Arc::new(Loaded { record, loaded_at, stamps })
    }

    /// Whether it was read no longer ago than this, and not in the future of a clock that was set back.
    pub(crate) fn is_younger_than(&self, age: Duration, now: Timestamp) -> bool {
        self.loaded_at <= now && now.since(self.loaded_at) < age
    }

    fn is_current(&self) -> bool {
        self.stamps.as_ref().is_some_and(Stamps::are_current)
    }

    pub(crate) fn into_value(self) -> Value {
        self.record.value
    }
}

impl Deref for Loaded {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}

impl Stamps {
    /// Those of a key, for what is read from now on; `None` if its changes are not announced, or one is being made.
    pub(crate) fn of(stripes: Option<Arc<Stripes>>, key: &str) -> Option<Self> {
        let stripes = stripes?;
        let own = stripes.stamp(key)?;
        Some(Stamps { stripes, own, tags: Box::default() })
    }

    /// Adds those of the tags of which the record's own have been read.
    pub(crate) fn with_tags<'k>(self, keys: impl Iterator<Item = &'k str>) -> Option<Self> {
        let tags = keys.map(|key| self.stripes.stamp(key)).collect::<Option<_>>()?;
        Some(Stamps { tags, ..self })
    }

    fn are_current(&self) -> bool {
        self.stripes.is_current(self.own) && self.tags.iter().all(|tag| self.stripes.is_current(*tag))
    }
}

#[cfg(test)]
mod tests;
