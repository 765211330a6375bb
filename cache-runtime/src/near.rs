//! Near: what this process has read, kept until it changes.
//!
//! A store that announces its changes (see [`Stripes`]) makes it possible: what was read is kept with the stamp that its
//! key had before, and is a hit as long as the stamp is current. So a value that anybody has changed is never a hit after
//! the change has returned, and a hit does not ask the store.
//!
//! A record is kept under its key. A call of an annotated function keeps the decoded value instead, under what its key is
//! made of, so that a hit neither writes a key nor decodes.

mod call_key;
mod decoded;
mod entries;
mod name;
mod refusals;
mod slot;
mod thread_end;
mod weight;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::de::DeserializeOwned;

pub use self::call_key::{ArgumentParts, CallKey, TemplateParts};
pub(crate) use self::decoded::{Decoded, Validity};
pub(crate) use self::decoded::{Fitting, Keep, KeepNear, KeptNear, NotNear};
use self::entries::Entries;
use self::name::NameRef;
pub(crate) use self::refusals::{Refusal, Refusals};
pub use self::slot::NearSlot;
use crate::entry::{self, Record, Seal, Unreadable, Value};
use crate::per_process::PerProcess;
use crate::store::{Stamp, Stripes};
use crate::time::{Clock, Deadline, Stopwatch, Timestamp};

/// What is kept.
enum Kept {
    Record(Arc<Loaded>),
    Value(Box<Decoded>),
}

/// The records and values that a cache keeps in this process.
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
    /// Whether the seal was checked: once is enough, since nothing changes what is in memory.
    is_intact: AtomicBool,
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
        self.entries.made()?.read(NameRef::Key(key), |kept, _| match kept {
            Kept::Record(loaded) if loaded.is_current() => Some(Arc::clone(loaded)),
            _ => None,
        })
    }

    /// Keeps a record, if it can be known when it changes.
    pub(crate) fn keep(&self, key: &str, loaded: &Arc<Loaded>) {
        if loaded.stamps.is_some() && loaded.record.value.size() <= weight::MAX_VALUE {
            self.entries().insert(NameRef::Key(key), Kept::Record(Arc::clone(loaded)));
        }
    }

    /// What `read` makes of the value of a call, if nothing has changed it and it is valid.
    #[inline]
    pub(crate) fn value<R>(
        &self,
        call: &CallKey,
        clock: &Clock,
        read: impl FnOnce(&Decoded) -> Option<R>,
    ) -> Option<R> {
        self.entries.made()?.read(NameRef::Call(call.function, call.parts()), |kept, now| match kept {
            Kept::Value(decoded) if decoded.validity.holds(clock, now) => read(decoded),
            _ => None,
        })
    }

    /// Keeps the value of a call.
    pub(crate) fn keep_value(&self, call: &CallKey, decoded: Box<Decoded>) {
        if decoded.size <= weight::MAX_VALUE {
            self.entries().insert(NameRef::Call(call.function, call.parts()), Kept::Value(decoded));
        }
    }

    fn entries(&self) -> &Entries {
        self.entries.get(|_| Entries::new())
    }
}

impl Loaded {
    pub(crate) fn new(record: Record, loaded_at: Timestamp, stamps: Option<Stamps>) -> Arc<Self> {
        Arc::new(Loaded { record, loaded_at, stamps, is_intact: AtomicBool::new(false) })
    }

    /// Whether it was read no longer ago than this, and not in the future of a clock that was set back.
    pub(crate) fn is_younger_than(&self, age: Duration, now: Timestamp) -> bool {
        self.loaded_at <= now && now.since(self.loaded_at) < age
    }

    /// Decodes the value, which is needed further.
    pub(crate) fn decode<T: DeserializeOwned>(&self, digest: u64, seal: Seal<'_>) -> Result<T, Unreadable> {
        if self.is_intact.load(Ordering::Relaxed) {
            return entry::read_intact(&self.record.value, digest);
        }
        let decoded = entry::read_marked(&self.record.value, digest, seal)?;
        self.is_intact.store(true, Ordering::Relaxed);
        Ok(decoded)
    }

    fn is_current(&self) -> bool {
        self.stamps.as_ref().is_some_and(Stamps::are_current)
    }

    /// Until when a value decoded from it is valid, if it can be known when it changes: until it expires, and for
    /// `longest` at most.
    pub(crate) fn validity(&self, longest: Duration, now: Timestamp) -> Option<Validity> {
        let at = self.record.expiry().min(self.loaded_at.after(longest));
        let stamps = self.stamps.clone().filter(|_| now < at)?;
        Some(Validity { stamps, deadline: Deadline::new(at, now) })
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

    #[inline]
    pub(crate) fn are_current(&self) -> bool {
        self.stripes.is_current(self.own) && self.tags.iter().all(|tag| self.stripes.is_current(*tag))
    }
}

impl Validity {
    #[inline]
    fn holds(&self, clock: &Clock, now: Stopwatch) -> bool {
        self.stamps.are_current() && self.deadline.is_after(now, clock)
    }
}

#[cfg(test)]
mod tests;
