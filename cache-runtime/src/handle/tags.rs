//! Tags: labels by which all entries that carry one are deleted at once.
//!
//! A tag has an entry of its own in the store, which holds the number of its present generation. An entry that carries the
//! tag records the generation in which it was computed, and is a hit only while that is the present one. Deleting a tag
//! deletes that one entry: the next writer starts another generation. So it costs the same however many entries carry the
//! tag, and a tag's entry that the store evicts can only cause misses.
//!
//! The generation is read *before* the body runs. A tag that is deleted while a value is computed has ended the value's
//! generation, so the late value is never a hit.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::Handle;
use crate::claim::new_token;
use crate::entry::{self, Expiration, Record, TagStamp, Value};
use crate::mode::Mode;
use crate::near::{Loaded, Stamps};
use crate::store::Operation;
use crate::time::Timestamp;
use crate::{Result, key};

/// A tag's entry outlives the entries that carry the tag by at least this much: its lifetime begins before the body runs.
const MARGIN: Duration = Duration::from_secs(60 * 60);

/// A tag's entry that is renewed lives longer by this much, so that not every write has to renew it.
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

impl Handle {
    /// The tags for what is about to be computed; `None` if they cannot be read, and then the value is not stored.
    pub(crate) async fn tag_stamps_or_none<M: Mode>(&self, mode: &M) -> Option<Vec<TagStamp>> {
        self.tag_stamps(mode).await.inspect_err(|error| self.log_failure(error)).ok()
    }

    /// The tags of what is written now, each in its present generation.
    pub(super) async fn tag_stamps<M: Mode>(&self, mode: &M) -> Result<Vec<TagStamp>> {
        let Some(tags) = self.view.tags.as_deref().filter(|_| !self.stores_nothing()) else { return Ok(Vec::new()) };
        let keys = tags.iter().map(|tag| self.tag_key(tag)).collect::<Result<_>>()?;
        // Boxed: most views have no tags, and need no future that reads them.
        Box::pin(self.in_present_generations(mode, keys)).await
    }

    /// The tags of many entries, each with its own in addition to the view's, in one read. `None` where tags cannot be read,
    /// and then the entry is not stored.
    pub(crate) async fn tag_stamps_of_each<M: Mode>(
        &self,
        mode: &M,
        tags: Vec<Vec<Result<String>>>,
    ) -> Vec<Option<Vec<TagStamp>>> {
        let without = self.stores_nothing() || (self.view.tags.is_none() && tags.iter().all(Vec::is_empty));
        if without {
            return tags.iter().map(|_| Some(Vec::new())).collect();
        }
        let keys = tags.into_iter().map(|own| self.tag_keys(own).inspect_err(|error| self.log_failure(error)).ok());
        let keys: Vec<Option<Vec<String>>> = keys.collect();
        let all = keys.iter().flatten().flatten().cloned().collect();
        let stamps =
            Box::pin(self.in_present_generations(mode, all)).await.inspect_err(|error| self.log_failure(error));
        let Ok(stamps) = stamps else { return vec![None; keys.len()] };
        let stamps: HashMap<&str, &TagStamp> = stamps.iter().map(|stamp| (stamp.key.as_str(), stamp)).collect();
        let stamps_of = |keys: Vec<String>| keys.iter().map(|key| stamps[key.as_str()].clone()).collect();
        keys.into_iter().map(|keys| keys.map(stamps_of)).collect()
    }

    /// The keys of an entry's own tags and of the view's.
    fn tag_keys(&self, own: Vec<Result<String>>) -> Result<Vec<String>> {
        let of_the_view = self.view.tags.iter().flat_map(|tags| tags.iter().map(|tag| self.tag_key(tag)));
        of_the_view.chain(own.into_iter().map(|tag| self.tag_key(&tag?))).collect()
    }

    /// The present generation of each tag, by the keys of their entries; a new one where none lasts long enough.
    async fn in_present_generations<M: Mode>(&self, mode: &M, mut keys: Vec<String>) -> Result<Vec<TagStamp>> {
        // A tag that is named twice must not start two generations.
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let records = self.ask(mode, Operation::ReadMulti { keys: Cow::Borrowed(&keys) }).await?.records(keys.len())?;
        let (needed, expiration) = self.span_of_generations();
        let (mut stamps, mut begun) = (Vec::with_capacity(keys.len()), Vec::new());
        for (key, record) in keys.into_iter().zip(records) {
            let generation = match self.lasting_generation(mode, &key, record, (needed, expiration)).await? {
                Some(generation) => generation,
                None => {
                    let generation = new_token();
                    begun.push((key.clone(), entry::write_untyped(&(generation,), self.seal(&key), &expiration)?));
                    generation
                }
            };
            stamps.push(TagStamp { key, generation });
        }
        if !begun.is_empty() {
            self.ask(mode, Operation::WriteMulti { values: begun.into(), expiration }).await?.done()?;
        }
        Ok(stamps)
    }

    /// Until when a generation has to last for what is written now, and the expiration of a new tag entry.
    fn span_of_generations(&self) -> (Timestamp, Expiration) {
        let (now, longest) = (self.now(), self.counter_expiration());
        let span = longest.stale_until.since(now);
        // Jitter may double a lifetime.
        let needed = longest.stale_until.after(span).after(MARGIN);
        let until = needed.after(span).after(AHEAD);
        (needed, Expiration { now, expires_at: until, stale_until: until, is_explicit: true })
    }

    /// The present generation of a tag, if it lasts until `needed` or can be extended.
    async fn lasting_generation<M: Mode>(
        &self,
        mode: &M,
        key: &str,
        record: Option<Record>,
        (needed, expiration): (Timestamp, Expiration),
    ) -> Result<Option<u64>> {
        let Some((generation, expiry)) =
            record.as_ref().and_then(|record| self.generation(key, record, expiration.now))
        else {
            return Ok(None);
        };
        // A tag that is deleted at this moment is not revived if the store's `touch` is atomic.
        let lasts = expiry >= needed || {
            let touch = Operation::Touch { key: key.into(), expiration };
            self.ask(mode, touch).await?.bool()?
        };
        Ok(lasts.then_some(generation))
    }

    /// The tagged record, unless one of its tags was deleted.
    pub(super) async fn current<M: Mode>(
        &self,
        mode: &M,
        key: &str,
        record: Record,
        stamps: Option<Stamps>,
    ) -> Result<Option<Arc<Loaded>>> {
        let Some(tags) = self.tag_stamps_in(key, &record) else { return Ok(None) };
        // Before the generations are read.
        let stamps = stamps.and_then(|stamps| stamps.with_tags(tags.iter().map(|tag| tag.key.as_str())));
        let keys = tags.iter().map(|tag| tag.key.clone()).collect();
        let is_current = are_present(&tags, &self.present_generations(mode, keys).await?);
        Ok(is_current.then(|| self.loaded(record, stamps)))
    }

    /// Removes the records with a deleted tag, in one read. `keys` are those of the records, as stored.
    pub(crate) async fn drop_outdated<M: Mode>(
        &self,
        mode: &M,
        keys: &[String],
        records: &mut [Option<Arc<Loaded>>],
    ) -> Result<()> {
        let stamps_of = |(key, record): (&String, &Option<Arc<Loaded>>)| match record {
            Some(record) if record.is_tagged() => self.tag_stamps_in(key, record),
            _ => Some(Vec::new()),
        };
        let stamps: Vec<Option<Vec<TagStamp>>> = keys.iter().zip(&*records).map(stamps_of).collect();
        let mut keys: Vec<String> = stamps.iter().flatten().flatten().map(|stamp| stamp.key.clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        let generations = if keys.is_empty() { HashMap::new() } else { self.present_generations(mode, keys).await? };
        for (record, stamps) in records.iter_mut().zip(stamps) {
            if !stamps.is_some_and(|stamps| are_present(&stamps, &generations)) {
                *record = None;
            }
        }
        Ok(())
    }

    /// Lets the tags of a record last as long as the record that is touched now; `false` if one of them was deleted.
    pub(super) async fn extend_tags<M: Mode>(&self, mode: &M, key: &str, record: &Record) -> Result<bool> {
        let Some(tags) = self.tag_stamps_in(key, record) else { return Ok(false) };
        let keys: Vec<String> = tags.iter().map(|tag| tag.key.clone()).collect();
        let found = self.ask(mode, Operation::ReadMulti { keys: Cow::Borrowed(&keys) }).await?.records(keys.len())?;
        let span = self.span_of_generations();
        for (tag, found) in tags.iter().zip(found) {
            if self.lasting_generation(mode, &tag.key, found, span).await? != Some(tag.generation) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many of these stored keys had a live record that counts as absent all the same, because a tag of it was deleted or
    /// nobody knows when it should expire: the store alone would count it.
    ///
    /// If the store cannot tell the present generations of the tags, they count as those of the records.
    pub(super) async fn count_outdated<M: Mode>(
        &self,
        mode: &M,
        keys: &[impl AsRef<str>],
        records: Vec<Option<Record>>,
    ) -> u64 {
        let now = self.now();
        // A key that is given twice is deleted once.
        let (mut tagged, mut of_fast_clocks) = (HashMap::new(), HashSet::new());
        for (key, record) in keys.iter().map(AsRef::as_ref).zip(records) {
            match record.filter(|record| record.is_live(now)) {
                Some(record) if record.is_of_a_fast_clock(now) => drop(of_fast_clocks.insert(key)),
                Some(record) if record.is_tagged() => drop(tagged.insert(key, self.tag_stamps_in(key, &record))),
                _ => {}
            }
        }
        let mut tags: Vec<String> = tagged.values().flatten().flatten().map(|tag| tag.key.clone()).collect();
        let of_fast_clocks = of_fast_clocks.len() as u64;
        if tagged.is_empty() {
            return of_fast_clocks;
        }
        tags.sort_unstable();
        tags.dedup();
        // Boxed: most entries carry no tags.
        let Ok(present) = Box::pin(self.present_generations(mode, tags)).await else { return of_fast_clocks };
        let is_outdated =
            |stamps: &&Option<Vec<TagStamp>>| !stamps.as_ref().is_some_and(|stamps| are_present(stamps, &present));
        of_fast_clocks + tagged.values().filter(is_outdated).count() as u64
    }

    /// Whether all generations are the present ones. A store that fails has deleted no tag.
    pub(crate) async fn are_current<M: Mode>(&self, mode: &M, stamps: &[TagStamp]) -> bool {
        if stamps.is_empty() {
            return true;
        }
        let generations = self.present_generations(mode, stamps.iter().map(|stamp| stamp.key.clone()).collect()).await;
        let generations = generations.inspect_err(|error| self.log_failure(error));
        generations.map_or(true, |generations| are_present(stamps, &generations))
    }

    /// The present generations of tags, by the keys of their entries; a deleted tag has none.
    async fn present_generations<M: Mode>(&self, mode: &M, keys: Vec<String>) -> Result<HashMap<String, u64>> {
        let found = self.ask(mode, Operation::ReadMulti { keys: Cow::Borrowed(&keys) }).await?.records(keys.len())?;
        let now = self.now();
        let generations = keys.into_iter().zip(found).filter_map(|(key, record)| {
            let (generation, _) = self.generation(&key, &record?, now)?;
            Some((key, generation))
        });
        Ok(generations.collect())
    }

    /// Ends the present generation of a tag, and returns whether there was one.
    pub(crate) async fn delete_tag<M: Mode>(&self, mode: &M, tag: &str) -> Result<bool> {
        let key = self.tag_key(tag)?.into();
        self.ask(mode, Operation::Delete { key, now: self.now() }).await?.bool()
    }

    fn tag_key(&self, tag: &str) -> Result<String> {
        key::of_tag(&self.view.namespace, tag)
    }

    /// The tags of a tagged record; `None` if they cannot be read.
    fn tag_stamps_in(&self, key: &str, record: &Record) -> Option<Vec<TagStamp>> {
        match &record.value {
            Value::Bytes(bytes) => entry::tag_stamps(bytes, self.seal(key)),
            Value::Number(_) => None,
        }
    }

    /// The generation in a tag's own entry, and when that entry expires.
    fn generation(&self, key: &str, record: &Record, now: Timestamp) -> Option<(u64, Timestamp)> {
        let read = || entry::read::<(u64,)>(&record.value, self.seal(key)).ok();
        let (generation,) = record.is_live(now).then(read)??;
        Some((generation, record.expiry()))
    }
}

fn are_present(stamps: &[TagStamp], generations: &HashMap<String, u64>) -> bool {
    stamps.iter().all(|stamp| generations.get(&stamp.key) == Some(&stamp.generation))
}
