//! Entries, expirations and clocks for the tests of a store's contract.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use cache_runtime::store::{Answer, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result, Ttl};

use crate::Executor;

/// A store that captures the entry that a cache writes.
#[derive(Clone, Default)]
struct CapturingStore(Arc<Mutex<Option<(Value, Expiration)>>>);

impl Store for CapturingStore {
    fn get(&self, _: &str) -> Result<Option<Record>> {
        Ok(None)
    }
    fn set(&self, _: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        *self.0.lock().expect("no panic while it is held") = Some((value.clone(), *expiration));
        Ok(())
    }
    fn delete(&self, _: &str, _: Timestamp) -> Result<bool> {
        Ok(false)
    }
    fn increment(&self, _: &str, _: i64, _: &Expiration) -> Result<i64> {
        Err(Error::new(ErrorKind::Unavailable, "it only captures what is set"))
    }
    fn clear(&self, _: &str) -> Result<u64> {
        Ok(0)
    }
}

/// An entry as a cache writes it, whose header contains its expiry, with its expiration.
pub(crate) fn entry(text: &str, ttl: impl Into<Ttl>) -> (Value, Expiration) {
    let capturing = CapturingStore::default();
    Cache::new(capturing.clone()).expires_in(ttl).set("k", text).expect("text can be written");
    let entry = capturing.0.lock().expect("no panic while it is held").take();
    entry.expect("the cache has written it")
}

/// An expiration ten seconds from now.
pub(crate) fn ten_seconds() -> Expiration {
    entry("", 10).1
}

pub(crate) fn seconds_after(expiration: &Expiration, seconds: u64) -> Timestamp {
    expiration.now.after(Duration::from_secs(seconds))
}

/// The expiration of an entry that is written `seconds` later and lives for `ttl` seconds.
pub(crate) fn later(expiration: &Expiration, seconds: u64, ttl: u64) -> Expiration {
    lives(seconds_after(expiration, seconds), ttl)
}

fn lives(now: Timestamp, ttl: u64) -> Expiration {
    let expires_at = now.after(Duration::from_secs(ttl));
    let mut expiration = Expiration::new(now, expires_at);
    expiration.is_explicit = true;
    expiration
}

pub(crate) fn kept(store: &dyn Store, key: &str) -> Option<Value> {
    store.get(key).unwrap().map(|record| record.value)
}

pub(crate) fn is_live(store: &dyn Store, key: &str, now: Timestamp) -> bool {
    store.get(key).unwrap().is_some_and(|record| record.is_live(now))
}

/// Runs an operation as a task does.
pub(crate) fn answer_for_a_task(store: &dyn Store, operation: Operation<'_>) -> Answer {
    match store.dispatch(operation) {
        Dispatch::Done(answer) => answer.unwrap(),
        Dispatch::Pending(answer) => Executor::Bare.block_on(answer).unwrap(),
        Dispatch::Blocking(operation) => operation.run(store).unwrap(),
        _ => panic!("the suite does not know this kind of dispatch"),
    }
}

/// How late a server that keeps time itself may notice an expiry.
const SLACK: Duration = Duration::from_millis(50);

/// The clock by which a number expires: the one that the cache passes to the store, or the server's own.
pub(crate) struct NumberClock<'a> {
    store: &'a dyn Store,
    now: Timestamp,
    server_keeps_time: bool,
}

impl<'a> NumberClock<'a> {
    pub(crate) fn of(store: &'a dyn Store) -> Self {
        NumberClock { store, now: Timestamp::now(), server_keeps_time: server_keeps_time(store) }
    }

    /// Advances the clock by some seconds; if it is the server's, waits for them.
    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
        if self.server_keeps_time {
            wait(seconds);
        }
    }

    /// The expiration of an entry that is written now and lives for `ttl` seconds.
    pub(crate) fn expiration(&self, ttl: u64) -> Expiration {
        lives(self.now, ttl)
    }

    pub(crate) fn is_live(&self, key: &str) -> bool {
        is_live(self.store, key, self.now)
    }
}

pub(crate) fn wait(seconds: u64) {
    sleep(Duration::from_secs(seconds) + SLACK);
}

/// Whether numbers expire by the clock of the store's server: it then reads them without their expiry.
pub(crate) fn server_keeps_time(store: &dyn Store) -> bool {
    store.set("probe", &Value::Number(1), &ten_seconds()).unwrap();
    let record = store.get("probe").unwrap().expect("it has just been written");
    store.delete("probe", Timestamp::now()).unwrap();
    record.expires_at.is_none()
}
