//! The store that keeps nothing.

use super::{Counted, Dispatch, Expiration, Limits, Operation, Record, Step, Store, Timestamp, Value};
use crate::Result;

/// Keeps nothing: reads find nothing, writes are accepted and dropped, and counters answer 0. Concurrent calls with one key
/// still share one computation.
///
/// It is what tests run on, what a program without configuration gets, and what the cargo feature `no-cache` puts
/// in the place of every other store.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCache;

impl Store for NoCache {
    fn get(&self, _: &str) -> Result<Option<Record>> {
        Ok(None)
    }
    fn set(&self, _: &str, _: &Value, _: &Expiration) -> Result<()> {
        Ok(())
    }
    fn delete(&self, _: &str, _: Timestamp) -> Result<bool> {
        Ok(false)
    }
    fn increment(&self, _: &str, _: i64, _: &Expiration) -> Result<i64> {
        Ok(0)
    }
    fn clear(&self, _: &str) -> Result<u64> {
        Ok(0)
    }
    fn limits(&self) -> Option<&dyn Limits> {
        Some(self)
    }
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        Dispatch::Done(operation.run(self))
    }
    fn name(&self) -> String {
        "none".to_owned()
    }
}

/// Nothing is counted, and everything is granted.
impl Limits for NoCache {
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        Ok(Counted { granted: true, counts: vec![None; steps.len()] })
    }
}

/// Whether a store is [`NoCache`].
pub(crate) fn is_none(store: &dyn Store) -> bool {
    store.name() == NoCache.name()
}
