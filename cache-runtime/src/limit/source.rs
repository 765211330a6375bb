//! Where is counted: in the store, or in this process.

use std::borrow::Cow;
use std::future::Future;

use crate::Result;
use crate::entry::Value;
use crate::handle::Handle;
use crate::mode::Mode;
use crate::store::{Count, Counted, Expiration, LocalCounts, Operation, Step};
use crate::time::Timestamp;

/// What the way of a check asks.
pub(super) trait Source {
    /// The numbers under some keys; 0 for an absent one.
    fn numbers(&self, keys: Vec<String>, now: Timestamp) -> impl Future<Output = Result<Vec<i64>>>;

    /// Takes all steps or none.
    fn count_within(&self, steps: Vec<Step>) -> impl Future<Output = Result<Counted>>;

    /// Adds 1 to a counter that starts with this expiration.
    fn increment(&self, key: String, expiration: Expiration) -> impl Future<Output = Result<i64>>;

    /// Deletes counts, and returns whether there was one.
    fn delete(&self, keys: Vec<String>, now: Timestamp) -> impl Future<Output = Result<bool>>;
}

/// A store that counts within bounds.
pub(super) struct InStore<'a, M> {
    pub(super) handle: &'a Handle,
    pub(super) mode: &'a M,
}

impl<M: Mode> Source for InStore<'_, M> {
    async fn numbers(&self, keys: Vec<String>, now: Timestamp) -> Result<Vec<i64>> {
        let asked = keys.len();
        let read = Operation::ReadMulti { keys: Cow::Owned(keys) };
        let records = self.handle.ask(self.mode, read).await?.records(asked)?;
        let number = |record: crate::entry::Record| match record.value {
            Value::Number(number) if record.is_live(now) => number,
            _ => 0,
        };
        Ok(records.into_iter().map(|record| record.map_or(0, number)).collect())
    }

    async fn count_within(&self, steps: Vec<Step>) -> Result<Counted> {
        self.handle.ask(self.mode, Operation::CountWithin { steps: Cow::Owned(steps) }).await?.counted()
    }

    async fn increment(&self, key: String, expiration: Expiration) -> Result<i64> {
        let increment = Operation::Increment { key: Cow::Owned(key), by: 1, expiration };
        self.handle.ask(self.mode, increment).await?.number()
    }

    async fn delete(&self, keys: Vec<String>, now: Timestamp) -> Result<bool> {
        let delete = Operation::DeleteMulti { keys: Cow::Owned(keys), now };
        self.handle.ask(self.mode, delete).await?.count().map(|deleted| deleted > 0)
    }
}

/// The counts of this process, while the store is away.
impl Source for LocalCounts {
    async fn numbers(&self, keys: Vec<String>, now: Timestamp) -> Result<Vec<i64>> {
        Ok(keys.iter().map(|key| self.value(key, now).unwrap_or(0)).collect())
    }

    async fn count_within(&self, steps: Vec<Step>) -> Result<Counted> {
        crate::store::Limits::count_within(self, &steps)
    }

    async fn increment(&self, key: String, expiration: Expiration) -> Result<i64> {
        let counted = self.count_one(&Step::new(key, 1, i64::MAX, expiration))?;
        Ok(counted.map_or(0, |count| count.value))
    }

    async fn delete(&self, keys: Vec<String>, _: Timestamp) -> Result<bool> {
        Ok(keys.iter().filter(|key| self.remove(key)).count() > 0)
    }
}

impl LocalCounts {
    fn count_one(&self, step: &Step) -> Result<Option<Count>> {
        Ok(crate::store::Limits::count_within(self, std::slice::from_ref(step))?.counts.into_iter().next().flatten())
    }
}
