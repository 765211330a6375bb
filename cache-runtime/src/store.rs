//! What a store is, and what it guarantees.

mod arc_and_box;
mod claims;
mod deleted;
mod forward;
mod from_async;
mod limits;
pub(crate) mod none;
mod operation;
#[cfg(feature = "redis")]
pub(crate) mod redis;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod stripes;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub(crate) use self::claims::ClaimsOrNone;
pub use self::claims::{Claim, Claims};
pub use self::deleted::Deleted;
pub(crate) use self::forward::{forward_claims, forward_methods};
pub use self::from_async::{AsyncStore, FromAsync};
#[cfg(feature = "sqlite")]
pub(crate) use self::limits::take;
pub use self::limits::{Count, Counted, Limits, Next, Step};
pub(crate) use self::limits::{LimitsOrNone, LocalCounts};
pub use self::none::NoCache;
pub use self::operation::{Answer, Operation};
pub(crate) use self::stripes::Stamp;
pub use self::stripes::{Announced, Stripes};
#[cfg(feature = "sqlite")]
pub(crate) use self::stripes::{Counters, FILE_BYTES};
use crate::Result;
pub use crate::entry::{Expiration, Record, Value};
pub use crate::time::Timestamp;

/// Keeps values under keys: SQLite, Redis, nothing at all, or a store of your own.
///
/// Five methods are required. The others have defaults, which you override where your store has a faster or a stricter
/// way. An `Arc` or a `Box` of a store is a store, and [`FromAsync`] makes one of an [`AsyncStore`].
///
/// The list under each method is the contract. Each line of it is a test of the crate [cache-store-suite], which every store
/// of this library passes. Put yours through it.
///
/// [cache-store-suite]: https://docs.rs/cache-store-suite
///
/// # Behaviour of every method
///
/// - It may be called from any number of threads at once.
/// - A key is any text that is not empty, whatever characters are in it; up to 250 bytes, except inside more than three
///   namespaces with long names.
/// - Keys are compared by their bytes: `User` and `user` are two keys.
/// - A failure is an [`Error`](crate::Error) without a password in its text. It never panics.
/// - A store that cannot be reached returns [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable). After three such
///   errors, or errors of [`ErrorKind::Store`](crate::ErrorKind::Store), in a row it is not called for a while.
/// - A failure that concerns only this entry is [`ErrorKind::Entry`](crate::ErrorKind::Entry), so that one entry does not
///   make the store unavailable for the others.
///
/// # Time
///
/// A store is given the time, in an [`Expiration`] or as `now`. A store whose server keeps time may use the server's
/// clock, and take only durations from what it is given. A [`Record`] may be returned after its expiry: the caller checks
/// the time. It is kept until [`Expiration::stale_until`], because it may be served stale until then.
///
/// # Example
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use cache_runtime::{Cache, Error, ErrorKind, Result};
/// use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
///
/// #[derive(Default)]
/// struct MapStore(Mutex<HashMap<String, Record>>);
///
/// impl Store for MapStore {
///     fn get(&self, key: &str) -> Result<Option<Record>> {
///         Ok(self.0.lock().unwrap().get(key).cloned())
///     }
///     fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
///         let record = Record::new(value.clone()).expires_at(expiration.expires_at);
///         self.0.lock().unwrap().insert(key.to_owned(), record);
///         Ok(())
///     }
///     fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
///         let old = self.0.lock().unwrap().remove(key);
///         Ok(old.is_some_and(|record| record.is_live(now)))
///     }
///     fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
///         let mut map = self.0.lock().unwrap();
///         let fresh = Record::new(Value::Number(0)).expires_at(expiration.expires_at);
///         let live = map.get(key).filter(|record| record.is_live(expiration.now)).cloned();
///         let mut record = live.unwrap_or(fresh);
///         let Value::Number(number) = &mut record.value else {
///             return Err(Error::new(ErrorKind::NotANumber, "not a whole number"));
///         };
///         let sum = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "beyond i64"))?;
///         *number = sum;
///         if expiration.is_explicit && record.expires_at == Some(Timestamp::NEVER) {
///             record.expires_at = Some(expiration.expires_at);
///         }
///         map.insert(key.to_owned(), record);
///         Ok(sum)
///     }
///     fn clear(&self, prefix: &str) -> Result<u64> {
///         let mut map = self.0.lock().unwrap();
///         let before = map.len();
///         map.retain(|key, _| !key.starts_with(prefix));
///         Ok((before - map.len()) as u64)
///     }
/// }
///
/// let cache = Cache::new(MapStore::default());
/// cache.set("greeting", "hello")?;
/// assert_eq!(cache.get::<String>("greeting")?.as_deref(), Some("hello"));
/// assert_eq!(cache.increment("visits", 1)?, 1);
/// # Ok::<(), Error>(())
/// ```
pub trait Store: Send + Sync + 'static {
    /// Reads the record of a key.
    ///
    /// - An absent key is `None`, and nothing is created.
    /// - A value comes back byte for byte as it was written, a number as that number.
    /// - Reading deletes nothing, not even an expired value.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn get(&self, key: &str) -> Result<Option<Record>>;

    /// Writes a value.
    ///
    /// - It replaces the old value, its expiry and its window.
    /// - A [`Value::Number`] is stored so that [`increment`](Store::increment) can continue from it.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked or is full; the old value may still be there then.
    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()>;

    /// Deletes a key.
    ///
    /// - `true` if there was a value that had not expired; `false` otherwise, which is no error.
    /// - An expired value is deleted too: it cannot be served stale afterwards.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn delete(&self, key: &str, now: Timestamp) -> Result<bool>;

    /// Adds to a whole number atomically, and returns the sum.
    ///
    /// - An absent or expired number counts as 0, and the counter starts with the given expiration.
    /// - A live counter keeps its expiry. One that never expires takes the given expiry if a caller chose it, as
    ///   [`Expiration::is_explicit`] says.
    /// - It works on a number that [`set`](Store::set) wrote as [`Value::Number`].
    ///
    /// # Errors
    ///
    /// [`NotANumber`](crate::ErrorKind::NotANumber) if the stored value is no number, and
    /// [`Overflow`](crate::ErrorKind::Overflow) if the sum exceeds the range of `i64`. Both change nothing.
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64>;

    /// Deletes every key that starts with `prefix`; an empty prefix deletes all keys of this store.
    ///
    /// - Returns how many were deleted, or 0 if the store cannot tell.
    /// - Touches nothing that this library did not write.
    /// - Breaks the claims on these keys, and may break others.
    /// - The prefix is any text. If a server cannot find keys by prefix, the store can record what was cleared, and check
    ///   that when it reads, as `examples/memcached` does.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn clear(&self, prefix: &str) -> Result<u64>;

    /// Reads many keys, in the given order.
    ///
    /// - The result has one place for each key, with `None` for an absent one.
    /// - Any number of keys works.
    ///
    /// # Errors
    ///
    /// As [`get`](Store::get).
    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// Writes many values with one expiration.
    ///
    /// - If a key is given twice, the later value stays.
    /// - Any number of keys works.
    ///
    /// # Errors
    ///
    /// As [`set`](Store::set). A store with transactions writes all values or none.
    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        values.iter().try_for_each(|(key, value)| self.set(key, value, expiration))
    }

    /// Deletes many keys, and returns how many values had not expired.
    ///
    /// # Errors
    ///
    /// As [`delete`](Store::delete).
    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        keys.iter().try_fold(0, |gone, key| Ok(gone + u64::from(self.delete(key, now)?)))
    }

    /// Deletes many keys as [`delete_multi`](Store::delete_multi) does, and returns what was there as well.
    ///
    /// It is what [`Cache::delete`](crate::Cache::delete) asks for: only the deleted entry says whether one of its tags was
    /// deleted before, and then it counts as absent.
    ///
    /// - What was there may be read before it is deleted, as it is by default. A store that can do both in one step saves a
    ///   round trip.
    ///
    /// # Errors
    ///
    /// As [`delete`](Store::delete). That what was there cannot be read is no error.
    fn delete_returning(&self, keys: &[String], now: Timestamp) -> Result<Deleted> {
        let records = self.read_multi(keys).unwrap_or_default();
        let live = match keys {
            [key] => u64::from(self.delete(key, now)?),
            _ => self.delete_multi(keys, now)?,
        };
        Ok(Deleted::new(live, records))
    }

    /// Returns when a value expires.
    ///
    /// - An absent key is `None`; the moment may have passed.
    /// - By default it reads the whole value, which is expensive for large values on a distant server.
    ///
    /// # Errors
    ///
    /// As [`get`](Store::get).
    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        Ok(self.get(key)?.map(|record| record.expiry()))
    }

    /// Gives a value a new expiration, and leaves the value as it is.
    ///
    /// - `true` if there was a value that had not expired; `false` otherwise, and nothing is created.
    /// - By default it reads and writes: a change between the two may be lost, and a tag that is deleted between them stays
    ///   valid. A store that can do it atomically should.
    ///
    /// # Errors
    ///
    /// As [`get`](Store::get) and [`set`](Store::set).
    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        let Some(value) = self.get(key)?.and_then(|record| record.touched(key, expiration)) else { return Ok(false) };
        self.set(key, &value, expiration)?;
        Ok(true)
    }

    /// Deletes the values that have expired and have no window left, and returns how many there were.
    ///
    /// - By default it does nothing, which is right for a store that removes expired values by itself.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        let _ = now;
        Ok(0)
    }

    /// The claims of this store, if it records them.
    ///
    /// - By default it has none: each process computes for itself, and a change during a computation wins over its result
    ///   only in the process that computes.
    /// - The answer does not change while the store exists.
    fn claims(&self) -> Option<&dyn Claims> {
        None
    }

    /// The counts within bounds of this store, if it can change several of them in one atomic step.
    ///
    /// - By default it has none, and a [`RateLimiter`](crate::limit::RateLimiter) on it has only the fixed window, which
    ///   [`increment`](Store::increment) is enough for.
    /// - The answer does not change while the store exists.
    fn limits(&self) -> Option<&dyn Limits> {
        None
    }

    /// The stripes on which this store announces its changes, if it does.
    ///
    /// - By default it has none, and every read asks the store. With them, caches keep in this process what they have read.
    /// - Every change that any process makes is announced: see [`Stripes`]. The removal of what has expired and an eviction
    ///   are no changes.
    /// - Others may be returned later, if the announcements on the former have ended what was kept.
    fn stripes(&self) -> Option<Arc<Stripes>> {
        None
    }

    /// Starts an operation for a task, whose thread must not block.
    ///
    /// - By default it asks to run the operation on a thread that may block. A store that answers in a few microseconds
    ///   may run it at once, and a store with an asynchronous client returns a future.
    /// - Every way gives the answer that [`Operation::run`] gives.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        Dispatch::Blocking(operation)
    }

    /// The name of this store in messages: its kind and address, without credentials.
    fn name(&self) -> String {
        short_type_name::<Self>()
    }
}

/// The default name of a store.
fn short_type_name<T: ?Sized>() -> String {
    let name = std::any::type_name::<T>();
    name.rsplit("::").next().unwrap_or(name).to_owned()
}

/// How far a store has got with an operation for a task: see [`Store::dispatch`].
#[non_exhaustive]
pub enum Dispatch<'a> {
    /// It is done.
    Done(Result<Answer>),
    /// It is in flight, and no thread waits for it. It must end by itself if the store does not answer, with
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable). A slow answer is not taken for an outage, since on a busy
    /// runtime every answer is slow.
    Pending(Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>),
    /// It would block, and has to run on a thread that may block.
    Blocking(Operation<'a>),
}
