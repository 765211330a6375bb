//! What was under deleted keys.

use super::Record;
#[cfg(any(feature = "sqlite", feature = "redis"))]
use super::Timestamp;

/// What [`Store::delete_returning`](super::Store::delete_returning) has deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// How many values had not expired.
    pub live: u64,
    /// What was there, in the order of the keys; empty if the store cannot tell. A value that carries no tags may be cut
    /// behind its first 64 bytes, which tell when it was written and when it expires.
    pub records: Vec<Option<Record>>,
}

impl Deleted {
    /// Makes an answer of how many values had not expired, and of what was there.
    ///
    /// ```
    /// use cache_runtime::store::{Deleted, Record, Value};
    ///
    /// let deleted = Deleted::new(1, vec![Some(Record::new(Value::Number(7)))]);
    /// assert_eq!((deleted.live, deleted.records.len()), (1, 1));
    /// ```
    #[must_use]
    pub fn new(live: u64, records: Vec<Option<Record>>) -> Self {
        Deleted { live, records }
    }

    /// The same for records that were deleted and read in one step.
    #[cfg(any(feature = "sqlite", feature = "redis"))]
    pub(crate) fn of(records: Vec<Option<Record>>, now: Timestamp) -> Self {
        let live = records.iter().flatten().filter(|record| record.is_live(now)).count();
        Deleted { live: live as u64, records }
    }
}
