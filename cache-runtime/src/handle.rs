//! What a cache and its views are made of, and every operation once, for threads and tasks alike.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::breaker::{Breaker, Passage};
use crate::clock::{Clock, Timestamp};
use crate::codec::Codec;
use crate::entry::Unreadable;
use crate::event::{Event, Observers};
use crate::flights;
use crate::io::Io;
use crate::jitter::Jitter;
use crate::lease::Leases;
use crate::outcome::{Outcome, Plain};
use crate::report::Reporter;
use crate::store::{Answer, Lifetime, Operation, Record, Store, Value};
use crate::tag::{Mark, Tags};
use crate::watch::{Watch, Watches};
use crate::{Error, ErrorKind, Expiry, Result, Ttl, entry, key};

/// What all clones and views of a cache share.
pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) leases: Arc<Leases>,
    pub(crate) watches: Arc<Watches>,
    pub(crate) breaker: Breaker,
    pub(crate) reporter: Reporter,
    pub(crate) observers: Observers,
    pub(crate) settings: Settings,
}

/// What holds for a cache where its views say nothing.
pub(crate) struct Settings {
    /// What entries live.
    pub(crate) expires_in: Ttl,
    pub(crate) codec: Codec,
    /// For how long a process that computes a cold `shared` key may keep others waiting.
    pub(crate) shared_lease: Duration,
    /// For how long a leader that others wait for may go without being polled.
    pub(crate) leader_silence: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let (shared_lease, leader_silence) = (Duration::from_secs(30), Duration::from_secs(30));
        Settings { expires_in: Ttl::DEFAULT, codec: Codec::default(), shared_lease, leader_silence }
    }
}

/// A cache seen with options.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) core: Arc<Core>,
    pub(crate) view: View,
}

/// The options of a view.
#[derive(Clone, Default)]
pub(crate) struct View {
    /// The start of every key, in the form that stands in the store.
    pub(crate) namespace: Arc<str>,
    pub(crate) expires_in: Option<Ttl>,
    pub(crate) race_ttl: Duration,
    pub(crate) stale_if_error: Duration,
    /// Whether on a cold key one process computes and the others wait.
    pub(crate) shared: bool,
    pub(crate) jitter: Jitter,
    /// What is written carries these.
    pub(crate) tags: Tags,
}

impl Handle {
    pub(crate) fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        let core = Core {
            store,
            clock: Clock::running(),
            leases: Arc::default(),
            watches: Arc::default(),
            breaker: Breaker::default(),
            reporter: Reporter::default(),
            observers: Observers::default(),
            settings,
        };
        Handle { core: Arc::new(core), view: View::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// What is stored under `key` at this moment lives so long, give or take the view's jitter.
    pub(crate) fn lifetime(&self, key: &str) -> Lifetime {
        let now = self.now();
        self.until(now, self.view.jitter.spread(self.ttl().end(now), now, key))
    }

    /// What is written together goes by the least of its keys: it expires together, so that it is computed together.
    fn lifetime_of_many<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Lifetime {
        self.lifetime(keys.min().unwrap_or_default())
    }

    /// What begins to be counted at this moment is counted for so long, exactly: jitter would change a rate's limit.
    pub(crate) fn counting(&self) -> Lifetime {
        let now = self.now();
        self.until(now, self.ttl().end(now))
    }

    fn until(&self, now: Timestamp, expires_at: Timestamp) -> Lifetime {
        let stale_until = expires_at.after(self.view.race_ttl.max(self.view.stale_if_error));
        Lifetime { now, expires_at, stale_until, asked_for: self.view.expires_in.is_some() }
    }

    /// Whether values are not to be kept at all.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.ttl().is_zero()
    }

    fn ttl(&self) -> Ttl {
        self.view.expires_in.unwrap_or(self.core.settings.expires_in)
    }

    /// Names the cache in the flights of the process.
    fn id(&self) -> usize {
        Arc::as_ptr(&self.core).addr()
    }

    /// Names the flight of a key, as that stands in the store.
    pub(crate) fn flight(&self, key: &str) -> flights::Key {
        flights::Key::new(self.id(), key)
    }

    /// The key as it stands in the store.
    pub(crate) fn key<'k>(&self, key: &'k str) -> Result<Cow<'k, str>> {
        key::stored(&self.view.namespace, key)
    }

    fn keys(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<String>> {
        keys.into_iter().map(|key| self.key(key.as_ref()).map(Cow::into_owned)).collect()
    }

    /// The keys as they stand in the store, which mostly is as they are asked.
    fn stored<'k>(&self, asked: &'k [String]) -> Result<Cow<'k, [String]>> {
        let keys = asked.iter().map(|key| self.key(key)).collect::<Result<Vec<_>>>()?;
        let are_same = keys.iter().all(|key| matches!(key, Cow::Borrowed(_)));
        Ok(if are_same { Cow::Borrowed(asked) } else { keys.into_iter().map(Cow::into_owned).collect() })
    }

    /// Asks the store, unless it is away; an error says what was asked, and where.
    pub(crate) async fn ask<I: Io>(&self, io: &I, operation: Operation<'_>) -> Result<Answer> {
        let (name, key) = (operation.name(), operation.key());
        let passage = match Passage::begin(&self.core, &operation) {
            Ok(passage) => passage,
            Err(error) => {
                self.core.observers.tell(&Event::Skipped { operation: name });
                return Err(self.explained(error, name, key.as_deref()));
            }
        };
        let (answer, took) = io.ask(&self.core.store, operation).await;
        passage.end(&answer, took);
        answer.map_err(|error| self.explained(error, name, key.as_deref()))
    }

    fn explained(&self, error: Error, name: &str, key: Option<&str>) -> Error {
        let store = self.core.store.name();
        match key {
            Some(key) => error.context(format_args!("{name} `{key}` in {store}")),
            None => error.context(format_args!("{name} in {store}")),
        }
    }

    /// A failure that the caller does not see: the function answers without the cache.
    pub(crate) fn pass_over(&self, error: &Error) {
        self.core.reporter.failure(error);
    }

    /// A value that was computed and cannot be kept, which is no failure of its caller.
    pub(crate) fn not_saved(&self, key: &str, error: &Error) {
        self.pass_over(error);
        self.core.observers.tell(&Event::NotSaved { key, error });
    }

    /// The record under a key, expired or not, unless a tag of it was deleted.
    pub(crate) async fn record<I: Io>(&self, io: &I, key: &str) -> Result<Option<Record>> {
        let record = self.ask(io, Operation::Get { key: Cow::Borrowed(key) }).await?.record()?;
        match record {
            // In a box, as most carry none and their futures are to be small.
            Some(record) if record.is_tagged() => Box::pin(self.present(io, record)).await,
            record => Ok(record),
        }
    }

    async fn live<I: Io>(&self, io: &I, key: &str) -> Result<Option<Record>> {
        let record = self.record(io, &self.key(key)?).await?;
        Ok(record.filter(|record| record.is_live(self.now())))
    }

    /// When a value goes that has not expired.
    async fn live_until<I: Io>(&self, io: &I, key: &str) -> Result<Option<Timestamp>> {
        let Some(record) = self.live(io, key).await? else { return Ok(None) };
        let is_kept_by_the_store = record.expires_at.is_none() && matches!(record.value, Value::Number(_));
        if !is_kept_by_the_store {
            return Ok(Some(record.expiry()));
        }
        let expiry = self.ask(io, Operation::Expiry { key: self.key(key)? }).await?.expiry()?;
        Ok(expiry.filter(|expiry| self.now() < *expiry))
    }

    /// What was written, as a `T`; what cannot be read as one is absent.
    pub(crate) fn decoded<T: DeserializeOwned>(&self, key: &str, value: &Value) -> Option<T> {
        self.if_readable(key, entry::read(value))
    }

    /// The same for a record that nobody needs any more.
    pub(crate) fn taken<T: DeserializeOwned>(&self, key: &str, record: Record) -> Option<T> {
        self.if_readable(key, entry::take(record.value))
    }

    fn if_readable<T>(&self, key: &str, read: Result<T, Unreadable>) -> Option<T> {
        read.inspect_err(|reason| self.unreadable(key, &reason.to_string())).ok()
    }

    fn unreadable(&self, key: &str, reason: &str) {
        tracing::debug!(key, reason, "cache: an entry that cannot be read counts as absent");
        self.core.observers.tell(&Event::Unreadable { key, reason });
    }

    /// Keeps what is encoded, or forgets the key where nothing is to be kept.
    pub(crate) async fn put<I: Io>(&self, io: &I, key: &str, value: Cow<'_, Value>, lifetime: Lifetime) -> Result<()> {
        let key = Cow::Borrowed(key);
        if self.keeps_nothing() {
            return self.ask(io, Operation::Delete { key, now: lifetime.now }).await?.was().map(drop);
        }
        self.ask(io, Operation::Set { key, value, lifetime }).await?.done()
    }

    async fn put_many<I: Io>(&self, io: &I, values: Vec<(String, Value)>, lifetime: Lifetime) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        if self.keeps_nothing() {
            let keys = values.into_iter().map(|(key, _)| key).collect();
            return self.ask(io, Operation::DeleteMany { keys, now: lifetime.now }).await?.count().map(drop);
        }
        self.ask(io, Operation::SetMany { values, lifetime }).await?.done()
    }

    pub(crate) async fn get<I: Io, T: DeserializeOwned>(&self, io: &I, key: &str) -> Result<Option<T>> {
        let record = self.live(io, key).await?;
        Ok(record.and_then(|record| self.taken(key, record)))
    }

    pub(crate) async fn set<I: Io, T: Serialize + ?Sized>(&self, io: &I, key: &str, value: &T) -> Result<()> {
        self.set_written(io, key, |lifetime| entry::write_untyped(value, lifetime).map(Some)).await
    }

    /// Keeps what `write` makes, if it makes anything.
    pub(crate) async fn set_written<I: Io>(
        &self,
        io: &I,
        key: &str,
        write: impl FnOnce(&Lifetime) -> Result<Option<Value>>,
    ) -> Result<()> {
        let key = self.key(key)?;
        let lifetime = self.lifetime(&key);
        let written = write(&lifetime).map_err(|error| self.explained(error, "set", Some(&key)))?;
        let Some(value) = written else { return Ok(()) };
        let value = entry::tagged(value, &self.marks_if_any(io).await?, &lifetime);
        self.core.watches.change(&key);
        self.put(io, &key, Cow::Owned(value), lifetime).await
    }

    pub(crate) async fn delete<I: Io>(&self, io: &I, key: &str) -> Result<bool> {
        let key = self.key(key)?;
        self.core.watches.change(&key);
        self.ask(io, Operation::Delete { key: Cow::Borrowed(&key), now: self.now() }).await?.was()
    }

    pub(crate) async fn exists<I: Io>(&self, io: &I, key: &str) -> Result<bool> {
        Ok(self.live(io, key).await?.is_some())
    }

    pub(crate) async fn expiry<I: Io>(&self, io: &I, key: &str) -> Result<Option<Expiry>> {
        Ok(self.live_until(io, key).await?.map(Expiry::from))
    }

    pub(crate) async fn touch<I: Io>(&self, io: &I, key: &str) -> Result<bool> {
        if self.keeps_nothing() {
            return self.delete(io, key).await;
        }
        let key = self.key(key)?;
        let lifetime = self.lifetime(&key);
        self.ask(io, Operation::Touch { key: Cow::Borrowed(&key), lifetime }).await?.was()
    }

    pub(crate) async fn increment<I: Io>(&self, io: &I, key: &str, by: i64) -> Result<i64> {
        if self.view.tags.is_some() {
            let message = "a counter carries no tags: increment it by a view without them, and forget it by its key";
            return Err(Error::new(ErrorKind::Value, message));
        }
        if self.keeps_nothing() {
            return self.delete(io, key).await.map(|_| by);
        }
        let key = self.key(key)?;
        match self.count(io, &key, by).await {
            Err(error) if error.kind() == ErrorKind::NotANumber => Box::pin(self.count_anew(io, &key, by, error)).await,
            counted => counted,
        }
    }

    async fn count<I: Io>(&self, io: &I, key: &str, by: i64) -> Result<i64> {
        let increment = Operation::Increment { key: Cow::Borrowed(key), by, lifetime: self.counting() };
        self.ask(io, increment).await?.number()
    }

    /// Begins to count in the place of what a tag has forgotten: only its store still sees it.
    async fn count_anew<I: Io>(&self, io: &I, key: &str, by: i64, error: Error) -> Result<i64> {
        if self.record(io, key).await?.is_some() {
            return Err(error);
        }
        self.ask(io, Operation::Delete { key: Cow::Borrowed(key), now: self.now() }).await?.was()?;
        self.count(io, key, by).await
    }

    pub(crate) async fn decrement<I: Io>(&self, io: &I, key: &str, by: i64) -> Result<i64> {
        let overflow = || Error::new(crate::ErrorKind::Overflow, format!("decrement `{key}` by {by}: beyond i64"));
        self.increment(io, key, by.checked_neg().ok_or_else(overflow)?).await
    }

    pub(crate) async fn delete_multi<I: Io, K: AsRef<str>>(
        &self,
        io: &I,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<u64> {
        let keys = self.keys(keys)?;
        if keys.is_empty() {
            return Ok(0);
        }
        keys.iter().for_each(|key| self.core.watches.change(key));
        self.ask(io, Operation::DeleteMany { keys, now: self.now() }).await?.count()
    }

    pub(crate) async fn clear<I: Io>(&self, io: &I) -> Result<u64> {
        let prefix = Cow::Borrowed(&*self.view.namespace);
        self.core.watches.change_all(&prefix);
        self.ask(io, Operation::Clear { prefix }).await?.count()
    }

    pub(crate) async fn delete_expired<I: Io>(&self, io: &I) -> Result<u64> {
        self.ask(io, Operation::DeleteExpired { now: self.now() }).await?.count()
    }

    /// The keys as asked, each once and in order, with their records.
    async fn records<I: Io>(&self, io: &I, asked: Vec<String>) -> Result<Vec<(String, Option<Record>)>> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.stored(&asked)?;
        let records = self.ask(io, Operation::GetMany { keys }).await?.records(asked.len())?;
        let mut records: Vec<_> = asked.into_iter().zip(records).collect();
        if records.iter().flat_map(|(_, record)| record).any(Record::is_tagged) {
            Box::pin(self.present_of_many(io, &mut records)).await?;
        }
        Ok(records)
    }

    pub(crate) async fn read_multi<I: Io, T: DeserializeOwned, K: AsRef<str>>(
        &self,
        io: &I,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<HashMap<String, T>> {
        let records = self.records(io, each_once(keys)).await?;
        let now = self.now();
        let mut found = HashMap::with_capacity(records.len());
        found.extend(records.into_iter().filter_map(|(key, record)| {
            let record = record.filter(|record| record.is_live(now))?;
            let value = self.taken(&key, record)?;
            Some((key, value))
        }));
        Ok(found)
    }

    pub(crate) async fn write_multi<I: Io, K: AsRef<str>, T: Serialize>(
        &self,
        io: &I,
        pairs: impl IntoIterator<Item = (K, T)>,
    ) -> Result<()> {
        let named = pairs.into_iter().map(|(key, value)| Ok((self.key(key.as_ref())?.into_owned(), value)));
        let pairs = named.collect::<Result<Vec<_>>>()?;
        let lifetime = self.lifetime_of_many(pairs.iter().map(|(key, _)| key.as_str()));
        let encoded = pairs.into_iter().map(|(key, value)| {
            let value = entry::write_untyped(&value, &lifetime)
                .map_err(|error| self.explained(error, "write_multi", Some(&key)))?;
            Ok((key, value))
        });
        let values = self.tagged(encoded.collect::<Result<Vec<_>>>()?, &self.marks_if_any(io).await?, &lifetime);
        values.iter().for_each(|(key, _)| self.core.watches.change(key));
        self.put_many(io, values, lifetime).await
    }

    /// The records that `get_or_set_multi` starts from. A store that fails has none of them.
    ///
    /// A key that cannot be one is computed each time and does not stand in the way of the others.
    pub(crate) async fn records_or_none<I: Io>(&self, io: &I, asked: Vec<String>) -> Vec<(String, Option<Record>)> {
        let usable = |key: &String| !self.keeps_nothing() && self.key(key).is_ok();
        let (usable, unusable): (Vec<_>, Vec<_>) = asked.into_iter().partition(usable);
        let none = |keys: Vec<String>| keys.into_iter().map(|key| (key, None));
        let mut records = self.records(io, usable.clone()).await.unwrap_or_else(|error| {
            self.pass_over(&error);
            none(usable).collect()
        });
        records.extend(none(unusable));
        records
    }

    /// Keeps what was computed for many keys, with the tags as they were before. That it could not be kept is not the
    /// caller's failure.
    pub(crate) async fn keep_many<I: Io, T: Serialize + DeserializeOwned>(
        &self,
        io: &I,
        watches: &[Watch],
        marks: Option<Vec<Mark>>,
        computed: &[(&str, &T)],
    ) {
        let Some(marks) = marks else { return };
        let computed: Vec<_> = computed.iter().map(|(key, value)| (*key, *value, &*marks)).collect();
        self.keep_each(io, watches, &computed).await;
    }

    /// The same, with tags of its own for each.
    pub(crate) async fn keep_each<I: Io, T: Serialize + DeserializeOwned>(
        &self,
        io: &I,
        watches: &[Watch],
        computed: &[(&str, &T, &[Mark])],
    ) {
        let lifetime = self.lifetime_of_many(computed.iter().map(|(key, ..)| *key));
        let encoded = computed.iter().filter_map(|(key, value, marks)| {
            let key = self.key(key).ok()?.into_owned();
            let written = entry::write(Plain::storable(*value)?, self.core.settings.codec, &lifetime);
            let value = written.inspect_err(|error| self.not_saved(&key, error)).ok()?;
            Some((key, entry::tagged(value, marks, &lifetime)))
        });
        let mut values: Vec<(String, Value)> = encoded.collect();
        let changed = changed(watches);
        values.retain(|(key, _)| !changed.contains(key.as_str()));
        let written = self.put_many(io, values, lifetime).await;
        let _ = written.inspect_err(|error| self.not_saved("", error));
        // A change came between the look and the write. Nothing is never wrong.
        let late = self::changed(watches).into_iter().filter(|key| !changed.contains(key));
        self.forget_many(io, late.map(str::to_owned).collect()).await;
    }

    async fn forget_many<I: Io>(&self, io: &I, keys: Vec<String>) {
        if keys.is_empty() {
            return;
        }
        let forgotten = self.ask(io, Operation::DeleteMany { keys, now: self.now() }).await;
        let _ = forgotten.inspect_err(|error| self.pass_over(error));
    }

    /// Watches the keys of a batch, for which no claims are taken: each would be a write of its own.
    pub(crate) fn watch_each<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Vec<Watch> {
        keys.filter_map(|key| Some(self.core.watches.watch(&self.key(key).ok()?))).collect()
    }
}

/// The keys whose watches have seen a change.
fn changed(watches: &[Watch]) -> HashSet<&str> {
    watches.iter().filter(|watch| watch.saw_change()).map(Watch::key).collect()
}

impl Handle {
    fn tagged(&self, values: Vec<(String, Value)>, marks: &[Mark], lifetime: &Lifetime) -> Vec<(String, Value)> {
        values.into_iter().map(|(key, value)| (key, entry::tagged(value, marks, lifetime))).collect()
    }

    /// The tags for what is about to be computed; `None`, and then it is not kept, where they cannot be had.
    pub(crate) async fn marks_or_none<I: Io>(&self, io: &I) -> Option<Vec<Mark>> {
        self.marks_if_any(io).await.inspect_err(|error| self.pass_over(error)).ok()
    }

    /// Most views have no tags, and need no future that asks for them.
    async fn marks_if_any<I: Io>(&self, io: &I) -> Result<Vec<Mark>> {
        if self.view.tags.is_none() { Ok(Vec::new()) } else { Box::pin(self.marks(io)).await }
    }
}

/// The keys in the order asked, each once.
pub(crate) fn each_once<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> Vec<String> {
    let keys: Vec<_> = keys.into_iter().map(|key| key.as_ref().to_owned()).collect();
    let mut seen = HashSet::with_capacity(keys.len());
    let is_first: Vec<_> = keys.iter().map(|key| seen.insert(key.as_str())).collect();
    keys.into_iter().zip(is_first).filter_map(|(key, is_first)| is_first.then_some(key)).collect()
}
