//! Operations on one entry.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Handle, Read};
use crate::Result;
use crate::entry::{self, Expiration, Seal, Value};
use crate::key;
use crate::mode::Mode;
use crate::near::Loaded;
use crate::observe::stats::{MissReason, PendingCall};
use crate::store::Operation;
use crate::time::Expiry;

impl Handle {
    /// The record under a stored key, expired or not, unless one of its tags was deleted.
    pub(crate) async fn record<M: Mode>(&self, mode: &M, key: &str) -> Result<Option<Arc<Loaded>>> {
        self.read(mode, key, true).await.map(Read::record)
    }

    /// The same, and where it was found or why it was not. It is found near and kept there only if `is_near` says so.
    pub(crate) async fn read<M: Mode>(&self, mode: &M, key: &str, is_near: bool) -> Result<Read> {
        if is_near && let Some(near) = self.near(key) {
            return Ok(Read::Near(near));
        }
        let stamps = self.stamps(key);
        let record = self.ask(mode, Operation::Get { key: Cow::Borrowed(key) }).await?.record()?;
        let Some(record) = record else { return Ok(Read::Absent(self.reason_of_absence(key))) };
        if record.is_of_a_fast_clock(self.now()) {
            return Ok(Read::Absent(MissReason::Damaged));
        }
        // Boxed: most records carry no tags, and the future of their calls stays small.
        let loaded = if record.is_tagged() {
            Box::pin(self.current(mode, key, record, stamps)).await?
        } else {
            Some(self.loaded(record, stamps))
        };
        if let Some(loaded) = loaded.as_ref().filter(|_| is_near) {
            self.keep_near(key, loaded);
        }
        Ok(loaded.map_or(Read::Absent(MissReason::Tag), Read::Store))
    }

    async fn live<M: Mode>(&self, mode: &M, key: &str) -> Result<Option<Arc<Loaded>>> {
        let record = self.record(mode, &self.key(key)?).await?;
        Ok(record.filter(|record| record.is_live(self.now())))
    }

    /// Decodes what a read by hand found, and counts it.
    pub(super) fn decode_read<T: DeserializeOwned>(&self, key: &str, read: Read, pending: PendingCall) -> Option<T> {
        let (how, record) = match read.found() {
            Ok(found) => found,
            Err(reason) => {
                pending.found_nothing(reason);
                return None;
            }
        };
        let bytes = record.value.size();
        match self.decode_loaded(key, record) {
            Ok(value) => {
                pending.answered(how, bytes);
                Some(value)
            }
            Err(reason) => {
                pending.found_nothing(reason);
                None
            }
        }
    }

    /// Stores an encoded value; with a lifetime of zero, deletes the key instead.
    pub(crate) async fn put<M: Mode>(
        &self,
        mode: &M,
        key: &str,
        value: Cow<'_, Value>,
        expiration: Expiration,
    ) -> Result<()> {
        let key = Cow::Borrowed(key);
        if expiration.is_over() {
            return self.ask(mode, Operation::Delete { key, now: expiration.now }).await?.bool().map(drop);
        }
        self.ask(mode, Operation::Set { key, value, expiration }).await?.done()
    }

    pub(crate) async fn get<M: Mode, T: DeserializeOwned>(&self, mode: &M, key: &str) -> Result<Option<T>> {
        let key = self.key(key)?;
        if let Some(value) = self.near_hit(&key) {
            return Ok(Some(value));
        }
        let pending = self.pending_call(&key);
        let read = self.read(mode, &key, true).await?.live_at(self.now());
        Ok(self.decode_read(&key, read, pending))
    }

    pub(crate) async fn set<M: Mode, T: Serialize + ?Sized>(&self, mode: &M, key: &str, value: &T) -> Result<()> {
        let encoded = self.encode(key, |seal, expiration| entry::write_untyped(value, seal, expiration).map(Some))?;
        self.set_encoded(mode, key, encoded).await
    }

    /// What `encode` returns, if anything, and the lifetime that begins now.
    pub(crate) fn encode(
        &self,
        key: &str,
        encode: impl FnOnce(Seal<'_>, &Expiration) -> Result<Option<Value>>,
    ) -> Result<Option<(Value, Expiration)>> {
        let key = self.key(key)?;
        let expiration = self.expiration(&key, None);
        let encoded = encode(self.seal(&key), &expiration);
        let encoded = encoded.map_err(|error| self.core.store.explained(error, "set", Some(&key)))?;
        Ok(encoded.map(|value| (value, expiration)))
    }

    /// Stores an encoded value, if there is one.
    pub(crate) async fn set_encoded<M: Mode>(
        &self,
        mode: &M,
        key: &str,
        encoded: Option<(Value, Expiration)>,
    ) -> Result<()> {
        let Some((value, expiration)) = encoded else { return Ok(()) };
        let key = self.key(key)?;
        let value = entry::tagged(value, &self.tag_stamps(mode).await?, self.seal(&key), &expiration);
        self.core.invalidations.invalidate(&key);
        self.put(mode, &key, Cow::Owned(value), expiration).await
    }

    pub(crate) async fn delete<M: Mode>(&self, mode: &M, key: &str) -> Result<bool> {
        let key = self.key(key)?;
        self.core.invalidations.invalidate(&key);
        // What is near was a hit, so what the store says is right.
        if self.near(&key).is_some() {
            let was_there =
                self.ask(mode, Operation::Delete { key: Cow::Borrowed(&key), now: self.now() }).await?.bool()?;
            self.note_deleted(was_there, &[&*key]);
            return Ok(was_there);
        }
        let delete = Operation::DeleteReturning { key: Cow::Borrowed(&key), now: self.now() };
        let deleted = self.ask(mode, delete).await?.deleted()?;
        self.note_deleted(deleted.live > 0, &[&*key]);
        let outdated = self.count_outdated(mode, &[&*key], deleted.records).await;
        Ok(deleted.live > outdated)
    }

    pub(crate) async fn exists<M: Mode>(&self, mode: &M, key: &str) -> Result<bool> {
        Ok(self.live(mode, key).await?.is_some())
    }

    pub(crate) async fn expiry<M: Mode>(&self, mode: &M, key: &str) -> Result<Option<Expiry>> {
        let Some(record) = self.live(mode, key).await? else { return Ok(None) };
        let only_the_store_knows = record.expires_at.is_none() && matches!(record.value, Value::Number(_));
        if !only_the_store_knows {
            return Ok(Some(record.expiry().into()));
        }
        let expiry = self.ask(mode, Operation::Expiry { key: self.key(key)? }).await?.expiry()?;
        Ok(expiry.filter(|expiry| self.now() < *expiry).map(Expiry::from))
    }

    pub(crate) async fn age<M: Mode>(&self, mode: &M, key: &str) -> Result<Option<Duration>> {
        let written_at = self.live(mode, key).await?.and_then(|record| record.written_at());
        Ok(written_at.map(|written_at| {
            let millis = self.now().as_millis().saturating_sub(written_at.as_millis());
            Duration::from_millis(u64::try_from(millis).unwrap_or_default())
        }))
    }

    pub(crate) async fn touch<M: Mode>(&self, mode: &M, key: &str) -> Result<bool> {
        if self.stores_nothing() {
            return self.delete(mode, key).await;
        }
        let record = self.live(mode, key).await.map_err(|error| error.context("touch"))?;
        let Some(record) = record else { return Ok(false) };
        let key = self.key(key)?;
        // Boxed: most records carry no tags.
        if record.is_tagged() && !Box::pin(self.extend_tags(mode, &key, &record)).await? {
            return Ok(false);
        }
        let expiration = self.expiration(&key, None);
        self.ask(mode, Operation::Touch { key: Cow::Borrowed(&key), expiration }).await?.bool()
    }

    pub(crate) async fn clear<M: Mode>(&self, mode: &M) -> Result<u64> {
        key::check_namespace(&self.view.namespace)?;
        let prefix = Cow::Borrowed(&*self.view.namespace);
        self.core.invalidations.invalidate_prefix(&prefix);
        self.ask(mode, Operation::Clear { prefix }).await?.count()
    }

    pub(crate) async fn delete_expired<M: Mode>(&self, mode: &M) -> Result<u64> {
        self.ask(mode, Operation::DeleteExpired { now: self.now() }).await?.count()
    }
}
