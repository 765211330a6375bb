//! Counts in this process alone, for the time while a store is away.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Count, Counted, Limits, Step, take};
use crate::Result;
use crate::time::Timestamp;

/// How many counts are kept. When there are more, those that have expired go; if none has, a new one is refused: a flood
/// of other names must not free a limited one.
const MAX_COUNTS: usize = 100_000;

/// Counts in this process.
#[derive(Debug, Default)]
pub(crate) struct LocalCounts(Mutex<HashMap<String, Count>>);

impl LocalCounts {
    /// The number of a count, if it has not expired.
    pub(crate) fn value(&self, key: &str, now: Timestamp) -> Option<i64> {
        self.counts().get(key).filter(|count| count.expires_at > now).map(|count| count.value)
    }

    pub(crate) fn remove(&self, key: &str) -> bool {
        self.counts().remove(key).is_some()
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limits for LocalCounts {
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        let mut counts = self.counts();
        if counts.len() >= MAX_COUNTS
            && let Some(step) = steps.iter().find(|step| !counts.contains_key(&step.key))
        {
            counts.retain(|_, count| count.expires_at > step.expiration.now);
            if counts.len() >= MAX_COUNTS {
                return Ok(Counted { granted: false, counts: vec![None; steps.len()] });
            }
        }
        let counted = take(steps, steps.iter().map(|step| counts.get(&step.key).copied()));
        for (step, count) in steps.iter().zip(&counted.counts) {
            if let Some(count) = count {
                counts.insert(step.key.clone(), *count);
            }
        }
        Ok(counted)
    }
}
