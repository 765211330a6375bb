//! Operations on many entries, one step of the store each.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Handle, Read};
use crate::Result;
use crate::entry::{self, Expiration, Value};
use crate::mode::Mode;
use crate::observe::stats::{MissReason, Moment};
use crate::store::Operation;

impl Handle {
    /// The stored forms of keys, which usually are the keys themselves.
    fn stored_keys<'k>(&self, asked: &'k [String]) -> Result<Cow<'k, [String]>> {
        let keys = asked.iter().map(|key| self.key(key)).collect::<Result<Vec<_>>>()?;
        let are_same = keys.iter().all(|key| matches!(key, Cow::Borrowed(_)));
        Ok(if are_same { Cow::Borrowed(asked) } else { keys.into_iter().map(Cow::into_owned).collect() })
    }

    /// The keys as asked, in order, with their records. What is near is not asked of the store, and the rest in one step. Those
    /// at which `is_elsewhere` is true are neither found near nor kept there.
    pub(crate) async fn records<M: Mode>(
        &self,
        mode: &M,
        asked: Vec<String>,
        is_elsewhere: &[bool],
    ) -> Result<Vec<(String, Read)>> {
        let keys = self.stored_keys(&asked)?;
        let is_near = |at: usize| !is_elsewhere.get(at).copied().unwrap_or(false);
        let near = |(at, key): (usize, &String)| if is_near(at) { self.near(key) } else { None };
        let mut found: Vec<Option<Read>> = keys.iter().enumerate().map(|asked| near(asked).map(Read::Near)).collect();
        let missing: Vec<usize> = (0..found.len()).filter(|at| found[*at].is_none()).collect();
        if !missing.is_empty() {
            let loaded = self.load_multi(mode, missing.iter().map(|at| keys[*at].clone()).collect()).await?;
            for (at, loaded) in missing.into_iter().zip(loaded) {
                if let Read::Store(loaded) = &loaded
                    && is_near(at)
                {
                    self.keep_near(&keys[at], loaded);
                }
                found[at] = Some(loaded);
            }
        }
        Ok(asked.into_iter().zip(found.into_iter().flatten()).collect())
    }

    /// The records under stored keys, in one step of the store, and one more if they carry tags.
    async fn load_multi<M: Mode>(&self, mode: &M, keys: Vec<String>) -> Result<Vec<Read>> {
        let stamps: Vec<_> = keys.iter().map(|key| self.stamps(key)).collect();
        let read = Operation::ReadMulti { keys: Cow::Borrowed(&keys) };
        let (records, now) = (self.ask(mode, read).await?.records(keys.len())?, self.now());
        let absent: Vec<MissReason> = keys
            .iter()
            .zip(&records)
            .map(|(key, record)| match record {
                None => self.reason_of_absence(key),
                Some(record) if record.is_of_a_fast_clock(now) => MissReason::Damaged,
                Some(_) => MissReason::Tag,
            })
            .collect();
        let loaded = records.into_iter().zip(stamps).map(|(record, stamps)| {
            let record = record.filter(|record| !record.is_of_a_fast_clock(now))?;
            // The stamps of tags are not known, so what carries tags is not kept near.
            let stamps = stamps.filter(|_| !record.is_tagged());
            Some(self.loaded(record, stamps))
        });
        let mut loaded: Vec<_> = loaded.collect();
        if loaded.iter().flatten().any(|loaded| loaded.is_tagged()) {
            Box::pin(self.drop_outdated(mode, &keys, &mut loaded)).await?;
        }
        let read = loaded.into_iter().zip(absent);
        Ok(read.map(|(loaded, reason)| loaded.map_or(Read::Absent(reason), Read::Store)).collect())
    }

    pub(crate) async fn read_multi<M: Mode, T: DeserializeOwned, K: AsRef<str>>(
        &self,
        mode: &M,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<HashMap<String, T>> {
        let (keys, begun) = (deduplicated(keys), Moment::now());
        let mut pending = Vec::with_capacity(keys.len());
        for key in &keys {
            pending.push(self.pending_call_among(&self.key(key)?, begun, keys.len()));
        }
        let records = self.records(mode, keys, &[]).await?;
        let now = self.now();
        let mut found = HashMap::with_capacity(records.len());
        found.extend(records.into_iter().zip(pending).filter_map(|((key, read), pending)| {
            let value = self.decode_read(&self.key(&key).ok()?, read.live_at(now), pending)?;
            Some((key, value))
        }));
        Ok(found)
    }

    pub(crate) async fn write_multi<M: Mode, K: AsRef<str>, T: Serialize>(
        &self,
        mode: &M,
        pairs: impl IntoIterator<Item = (K, T)>,
    ) -> Result<()> {
        let pairs = pairs.into_iter().map(|(key, value)| Ok((self.key(key.as_ref())?.into_owned(), value)));
        let pairs = pairs.collect::<Result<Vec<_>>>()?;
        let expiration = self.expiration_of_batch(pairs.iter().map(|(key, _)| key.as_str()), None);
        let encoded = pairs.into_iter().map(|(key, value)| {
            let value = entry::write_untyped(&value, self.seal(&key), &expiration)
                .map_err(|error| self.core.store.explained(error, "write_multi", Some(&key)))?;
            Ok((key, value))
        });
        let encoded = encoded.collect::<Result<Vec<_>>>()?;
        let stamps = self.tag_stamps(mode).await?;
        let values = encoded.into_iter().map(|(key, value)| {
            let value = entry::tagged(value, &stamps, self.seal(&key), &expiration);
            (key, value)
        });
        let values: Vec<_> = values.collect();
        values.iter().for_each(|(key, _)| self.core.invalidations.invalidate(key));
        self.put_multi(mode, values.into(), expiration).await
    }

    /// Stores encoded values; with a lifetime of zero, deletes their keys instead.
    pub(crate) async fn put_multi<M: Mode>(
        &self,
        mode: &M,
        values: Cow<'_, [(String, Value)]>,
        expiration: Expiration,
    ) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        if expiration.is_over() {
            let keys = values.iter().map(|(key, _)| key.clone()).collect();
            return self.ask(mode, Operation::DeleteMulti { keys, now: expiration.now }).await?.count().map(drop);
        }
        self.ask(mode, Operation::WriteMulti { values, expiration }).await?.done()
    }

    pub(crate) async fn delete_multi<M: Mode, K: AsRef<str>>(
        &self,
        mode: &M,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<u64> {
        let keys = keys.into_iter().map(|key| Ok(self.key(key.as_ref())?.into_owned())).collect::<Result<Vec<_>>>()?;
        if keys.is_empty() {
            return Ok(0);
        }
        keys.iter().for_each(|key| self.core.invalidations.invalidate(key));
        let delete = Operation::DeleteMultiReturning { keys: Cow::Borrowed(&keys), now: self.now() };
        let deleted = self.ask(mode, delete).await?.deleted()?;
        self.note_deleted(deleted.live > 0, &keys);
        Ok(deleted.live.saturating_sub(self.count_outdated(mode, &keys, deleted.records).await))
    }
}

/// The keys in the order asked, each once.
pub(crate) fn deduplicated<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> Vec<String> {
    let keys: Vec<K> = keys.into_iter().collect();
    deduplicated_with_places(keys.iter().map(AsRef::as_ref)).0
}

/// The keys in the order asked, each once, and for each of those asked where it is among them.
pub(crate) fn deduplicated_with_places<'k>(asked: impl Iterator<Item = &'k str>) -> (Vec<String>, Vec<usize>) {
    let mut keys = Vec::with_capacity(asked.size_hint().1.unwrap_or_default());
    let mut known = HashMap::with_capacity_and_hasher(keys.capacity(), RandomState::default());
    let places = asked.map(|key| {
        *known.entry(key).or_insert_with(|| {
            keys.push(key.to_owned());
            keys.len() - 1
        })
    });
    let places = places.collect();
    (keys, places)
}
