//! Atomic counters.

use std::borrow::Cow;

use super::Handle;
use crate::key::shown;
use crate::mode::Mode;
use crate::store::Operation;
use crate::{Error, ErrorKind, Result};

impl Handle {
    pub(crate) async fn increment<M: Mode>(&self, mode: &M, key: &str, by: i64) -> Result<i64> {
        if self.view.tags.is_some() {
            let message =
                "a counter cannot carry tags: increment it through a view without them, and delete it by its key";
            return Err(Error::new(ErrorKind::Value, message));
        }
        if self.stores_nothing() {
            return self.delete(mode, key).await.map(|_| by);
        }
        let key = self.key(key)?;
        match self.count(mode, &key, by).await {
            Err(error) if error.kind() == ErrorKind::NotANumber => Box::pin(self.recount(mode, &key, by, error)).await,
            counted => counted,
        }
    }

    pub(crate) async fn decrement<M: Mode>(&self, mode: &M, key: &str, by: i64) -> Result<i64> {
        let overflow = || Error::new(ErrorKind::Overflow, format!("decrement `{}` by {by}: beyond i64", shown(key)));
        self.increment(mode, key, by.checked_neg().ok_or_else(overflow)?).await
    }

    async fn count<M: Mode>(&self, mode: &M, key: &str, by: i64) -> Result<i64> {
        // A change, which wins over the result of a computation.
        self.core.invalidations.invalidate(key);
        let increment = Operation::Increment { key: Cow::Borrowed(key), by, expiration: self.counter_expiration() };
        self.ask(mode, increment).await?.number()
    }

    /// Starts a counter in place of an entry whose tag was deleted: only the store still has that entry.
    async fn recount<M: Mode>(&self, mode: &M, key: &str, by: i64, error: Error) -> Result<i64> {
        if self.record(mode, key).await?.is_some() {
            return Err(error);
        }
        self.ask(mode, Operation::Delete { key: Cow::Borrowed(key), now: self.now() }).await?.bool()?;
        self.count(mode, key, by).await
    }
}
