//! Tags: labels of entries, by which all that carry one are forgotten at once.
//!
//! A tag has an entry of its own in the store, with the number of its present life. An entry that carries the tag says
//! which life it was computed in, and counts only as long as that is the present one. To delete a tag is to delete that
//! one entry: whoever writes under the tag next begins another life. So it costs the same however many entries there
//! are, and what a store forgets by itself (a tag's entry that was evicted) can only forget more.
//!
//! The life is asked for *before* the body runs. A tag that is deleted while a value is computed has ended the life that
//! the value is of, so the late value counts for nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::handle::{Handle, View};
use crate::io::Io;
use crate::store::{Lifetime, Operation, Record, Value};
use crate::{Result, claim, entry, key};

/// A tag's entry outlives what carries the tag by so much at least: its lifetime begins before the body runs. (Who gives
/// an entry a new lease of life by `touch` does not give its tags one; then it goes early.)
const SPARE: Duration = Duration::from_secs(60 * 60);

/// When it is written anew it is for so much longer, so that not every write has to.
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

/// A tag, as an entry carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The key of the tag's own entry, as it stands in the store.
    pub(crate) key: String,
    /// The life of the tag that the entry belongs to.
    pub(crate) life: u64,
}

/// The tags of a view. Most have none.
pub(crate) type Tags = Option<Arc<[String]>>;

impl View {
    /// Adds tags to those of the view.
    pub(crate) fn add_tags(&mut self, tags: impl Iterator<Item = String>) {
        let all: Vec<String> = self.tags.iter().flat_map(|tags| tags.iter().cloned()).chain(tags).collect();
        self.tags = (!all.is_empty()).then(|| all.into());
    }
}

impl Handle {
    /// The tags that what is written now is to carry, each in its present life.
    pub(crate) async fn marks<I: Io>(&self, io: &I) -> Result<Vec<Mark>> {
        let Some(tags) = self.view.tags.as_deref().filter(|_| !self.keeps_nothing()) else { return Ok(Vec::new()) };
        let keys = tags.iter().map(|tag| self.tag_key(tag)).collect::<Result<_>>()?;
        self.in_present_lives(io, keys).await
    }

    /// The same of many, each with tags of its own beside those of the view: in one look, however many they are. `None`,
    /// and then it is not kept, where its tags cannot be had.
    pub(crate) async fn marks_of_each<I: Io>(&self, io: &I, tags: Vec<Vec<Result<String>>>) -> Vec<Option<Vec<Mark>>> {
        let without = self.keeps_nothing() || (self.view.tags.is_none() && tags.iter().all(Vec::is_empty));
        if without {
            return tags.iter().map(|_| Some(Vec::new())).collect();
        }
        let keys = tags.into_iter().map(|own| self.tag_keys(own).inspect_err(|error| self.pass_over(error)).ok());
        let keys: Vec<Option<Vec<String>>> = keys.collect();
        let all = keys.iter().flatten().flatten().cloned().collect();
        let marks = Box::pin(self.in_present_lives(io, all)).await.inspect_err(|error| self.pass_over(error));
        let Ok(marks) = marks else { return vec![None; keys.len()] };
        let marks: HashMap<&str, &Mark> = marks.iter().map(|mark| (mark.key.as_str(), mark)).collect();
        let marks_of = |keys: Vec<String>| keys.iter().map(|key| marks[key.as_str()].clone()).collect();
        keys.into_iter().map(|keys| keys.map(marks_of)).collect()
    }

    /// The keys of an entry's own tags and of those of the view.
    fn tag_keys(&self, own: Vec<Result<String>>) -> Result<Vec<String>> {
        let of_the_view = self.view.tags.iter().flat_map(|tags| tags.iter().map(|tag| self.tag_key(tag)));
        of_the_view.chain(own.into_iter().map(|tag| self.tag_key(&tag?))).collect()
    }

    /// Tags by the keys of their entries, each in its present life, which lasts for what is written now, or in a new one.
    async fn in_present_lives<I: Io>(&self, io: &I, mut keys: Vec<String>) -> Result<Vec<Mark>> {
        // One that is named twice must not begin two lives.
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let records = self.ask(io, Operation::GetMany { keys: Cow::Borrowed(&keys) }).await?.records(keys.len())?;
        let (needed, lifetime) = self.span_of_lives();
        let (mut marks, mut begun) = (Vec::with_capacity(keys.len()), Vec::new());
        for (key, record) in keys.into_iter().zip(records) {
            let life = match self.lasting_life(io, &key, record, (needed, lifetime)).await? {
                Some(life) => life,
                None => {
                    let life = claim::new_token();
                    begun.push((key.clone(), entry::write_untyped(&(life,), &lifetime)?));
                    life
                }
            };
            marks.push(Mark { key, life });
        }
        if !begun.is_empty() {
            self.ask(io, Operation::SetMany { values: begun, lifetime }).await?.done()?;
        }
        Ok(marks)
    }

    /// Until when the life of a tag has to last for what is written now, and the lifetime of an entry that tells a life.
    fn span_of_lives(&self) -> (Timestamp, Lifetime) {
        let (now, longest) = (self.now(), self.counting());
        let span = longest.stale_until.since(now);
        // Jitter may double a lifetime.
        let needed = longest.stale_until.after(span).after(SPARE);
        let until = needed.after(span).after(AHEAD);
        (needed, Lifetime { now, expires_at: until, stale_until: until, asked_for: true })
    }

    /// The present life of a tag, if it lasts until it is needed or can be made to.
    async fn lasting_life<I: Io>(
        &self,
        io: &I,
        key: &str,
        record: Option<Record>,
        (needed, lifetime): (Timestamp, Lifetime),
    ) -> Result<Option<u64>> {
        let Some((life, expiry)) = record.as_ref().and_then(|record| life(record, lifetime.now)) else {
            return Ok(None);
        };
        // Where it is deleted at this moment it is not revived, by a store whose `touch` is one step.
        let lasts = expiry >= needed || {
            let touch = Operation::Touch { key: key.into(), lifetime };
            self.ask(io, touch).await?.was()?
        };
        Ok(lasts.then_some(life))
    }

    /// The record, which carries tags, unless one of them was deleted since.
    pub(crate) async fn present<I: Io>(&self, io: &I, record: Record) -> Result<Option<Record>> {
        let mut records = [(String::new(), Some(record))];
        self.present_of_many(io, &mut records).await?;
        let [(_, record)] = records;
        Ok(record)
    }

    /// Leaves out the records that carry a tag which was deleted since: in one look, however many they are.
    pub(crate) async fn present_of_many<I: Io>(&self, io: &I, records: &mut [(String, Option<Record>)]) -> Result<()> {
        let marks_of = |record: &Option<Record>| record.as_ref().filter(|record| record.is_tagged()).map(marks_in);
        let marks: Vec<Option<Option<Vec<Mark>>>> = records.iter().map(|(_, record)| marks_of(record)).collect();
        let mut keys: Vec<String> = marks.iter().flatten().flatten().flatten().map(|mark| mark.key.clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(());
        }
        let lives = self.present_lives(io, keys).await?;
        for ((_, record), marks) in records.iter_mut().zip(marks) {
            let Some(marks) = marks else { continue };
            let is_present = |mark: &Mark| lives.get(&mark.key) == Some(&mark.life);
            if !marks.is_some_and(|marks| marks.iter().all(is_present)) {
                *record = None;
            }
        }
        Ok(())
    }

    /// Whether all of these lives are present ones. A store that fails has deleted no tag.
    pub(crate) async fn still_stand<I: Io>(&self, io: &I, marks: &[Mark]) -> bool {
        if marks.is_empty() {
            return true;
        }
        let lives = self.present_lives(io, marks.iter().map(|mark| mark.key.clone()).collect()).await;
        match lives.inspect_err(|error| self.pass_over(error)) {
            Ok(lives) => marks.iter().all(|mark| lives.get(&mark.key) == Some(&mark.life)),
            Err(_) => true,
        }
    }

    /// The present lives of tags, by the keys of their entries; of one that was deleted there is none.
    async fn present_lives<I: Io>(&self, io: &I, keys: Vec<String>) -> Result<HashMap<String, u64>> {
        let found = self.ask(io, Operation::GetMany { keys: Cow::Borrowed(&keys) }).await?.records(keys.len())?;
        let now = self.now();
        let lives = keys.into_iter().zip(found).filter_map(|(key, record)| Some((key, life(&record?, now)?.0)));
        Ok(lives.collect())
    }

    /// Ends the present life of a tag, and tells whether it had one.
    pub(crate) async fn delete_tag<I: Io>(&self, io: &I, tag: &str) -> Result<bool> {
        let key = self.tag_key(tag)?.into();
        self.ask(io, Operation::Delete { key, now: self.now() }).await?.was()
    }

    fn tag_key(&self, tag: &str) -> Result<String> {
        key::of_tag(&self.view.namespace, tag)
    }
}

impl Record {
    /// Whether it carries tags.
    pub(crate) fn is_tagged(&self) -> bool {
        matches!(&self.value, Value::Bytes(bytes) if entry::is_tagged(bytes))
    }
}

/// The tags of a record that has some; `None` if they cannot be read.
fn marks_in(record: &Record) -> Option<Vec<Mark>> {
    match &record.value {
        Value::Bytes(bytes) => entry::marks(bytes),
        Value::Number(_) => None,
    }
}

/// The life that a tag's own entry tells, and when that entry expires.
fn life(record: &Record, now: Timestamp) -> Option<(u64, Timestamp)> {
    let (life,) = record.is_live(now).then(|| entry::read::<(u64,)>(&record.value).ok())??;
    Some((life, record.expiry()))
}
