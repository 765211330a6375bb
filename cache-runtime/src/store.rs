//! What a store is, and what it promises.

mod claims;
pub(crate) mod none;
mod operation;
mod pointers;
#[cfg(feature = "redis")]
pub(crate) mod redis;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::future::Future;
use std::pin::Pin;

pub(crate) use self::claims::ClaimsOrNone;
pub use self::claims::{Claim, Claims};
pub use self::none::NoCache;
pub use self::operation::{Answer, Operation};
use crate::Result;
use crate::entry;
pub use crate::entry::{Expiration, Record, Value};
pub use crate::time::Timestamp;

/// Keeps values under keys: SQLite, Redis, nothing at all, or one of your own.
///
/// Five methods are asked; the others are given and may be overridden where a store has a faster or a
/// stricter way. The list under each method is the contract: each line of it is a function of the suite in
/// `tests/suite`, through which every store of this library goes.
///
/// # Behaviour of every method
///
/// - It may be called from any number of threads at once.
/// - A key is any text that is not empty, whatever characters are in it; up to 250 bytes, except inside more than three
///   namespaces with long names.
/// - Keys are compared by their bytes: `User` and `user` are two.
/// - A failure is an [`Error`](crate::Error) without a password in its text; it never panics.
/// - A store that cannot be reached answers [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable). After three of
///   these or of [`ErrorKind::Store`](crate::ErrorKind::Store) in a row it is not asked for a while.
/// - What fails for this entry alone, and not for others, is [`ErrorKind::Entry`](crate::ErrorKind::Entry), or else one
///   entry would stop the others.
///
/// # Time
///
/// A store is told the time, in a [`Expiration`] or as `now`; a store whose server keeps time itself may use the
/// server's and take only durations from what it is told. A [`Record`] past its expiry may be returned: who reads
/// it looks at the expiry. It should be kept until [`Expiration::stale_until`], because somebody may serve it stale.
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
///         let record = Record { value: value.clone(), expires_at: Some(expiration.expires_at) };
///         self.0.lock().unwrap().insert(key.to_owned(), record);
///         Ok(())
///     }
///     fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
///         let old = self.0.lock().unwrap().remove(key);
///         Ok(old.is_some_and(|record| record.is_live(now)))
///     }
///     fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
///         let mut map = self.0.lock().unwrap();
///         let fresh = Record { value: Value::Number(0), expires_at: Some(expiration.expires_at) };
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
    /// Reads what is kept under a key.
    ///
    /// - Absent is `None`, and nothing is created.
    /// - What was written comes back byte for byte, a number as that number.
    /// - Reading deletes nothing, not even what has expired.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn get(&self, key: &str) -> Result<Option<Record>>;

    /// Keeps a value under a key.
    ///
    /// - Replaces what was there: value, expiry and window.
    /// - A [`Value::Number`] is kept so that [`increment`](Store::increment) can count on from it.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked or has no room; then the old value may still be there.
    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()>;

    /// Forgets a key.
    ///
    /// - `true` if there was a value that had not expired; `false` otherwise, which is no error.
    /// - An expired value goes too: nobody can serve it stale afterwards.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn delete(&self, key: &str, now: Timestamp) -> Result<bool>;

    /// Adds to a whole number, and returns the sum, as one step that nobody can come between.
    ///
    /// - Absent or expired counts as 0, and the counter starts with the expiration given.
    /// - A counter that lives keeps its expiry, except that one without an expiry takes the one given where
    ///   [`Expiration::is_explicit`] says that a caller asked for it.
    /// - It works on what [`set`](Store::set) wrote as [`Value::Number`].
    ///
    /// # Errors
    ///
    /// [`NotANumber`](crate::ErrorKind::NotANumber) if something else is kept there, and
    /// [`Overflow`](crate::ErrorKind::Overflow) if the sum leaves `i64`: both change nothing.
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64>;

    /// Forgets every key that starts with `prefix`; all of this store's keys if it is empty.
    ///
    /// - Returns how many went, or 0 where the store cannot tell.
    /// - Touches nothing that this library did not write.
    /// - It breaks the claims on these keys, and may break others.
    /// - The prefix is any text. Where a server cannot find keys by their start, the store can write down what was
    ///   cleared and look at that when it reads: `examples/memcached` does.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn clear(&self, prefix: &str) -> Result<u64>;

    /// Reads many keys, in the order asked.
    ///
    /// - The answer has as many places as there are keys, with `None` for an absent one.
    /// - Any number of keys works.
    ///
    /// # Errors
    ///
    /// As [`get`](Store::get).
    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// Keeps many values with one expiration.
    ///
    /// - Where a key stands twice, the later value stays.
    /// - Any number of keys works.
    ///
    /// # Errors
    ///
    /// As [`set`](Store::set). Stores with transactions write all or nothing.
    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        values.iter().try_for_each(|(key, value)| self.set(key, value, expiration))
    }

    /// Forgets many keys, and returns how many of them were there.
    ///
    /// # Errors
    ///
    /// As [`delete`](Store::delete).
    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        keys.iter().try_fold(0, |gone, key| Ok(gone + u64::from(self.delete(key, now)?)))
    }

    /// When what is kept under a key expires.
    ///
    /// - Absent is `None`; the moment may have passed.
    /// - Here it reads the value, too, which is dear where values are large and come from afar.
    ///
    /// # Errors
    ///
    /// As [`get`](Store::get).
    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        Ok(self.get(key)?.map(|record| record.expiry()))
    }

    /// Gives what is kept a new expiration and leaves its value alone.
    ///
    /// - `true` if there was a value that had not expired; `false` otherwise, and nothing is created.
    /// - Here it reads and writes again, so a change in between may be lost, and a tag that is deleted in between lives
    ///   on; stores that can do it in one step should.
    ///
    /// # Errors
    ///
    /// As [`get`](Store::get) and [`set`](Store::set).
    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        let Some(mut record) = self.get(key)?.filter(|record| record.is_live(expiration.now)) else {
            return Ok(false);
        };
        if let Value::Bytes(bytes) = &mut record.value {
            entry::set_expiry(bytes, expiration.expires_at);
        }
        self.set(key, &record.value, expiration)?;
        Ok(true)
    }

    /// Removes at once what has expired and what no window keeps, and returns how many went.
    ///
    /// - Here it does nothing, which is right for a store that expires by itself.
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

    /// Begins an operation for a task, which must not block its thread.
    ///
    /// - Here it asks that the operation be run on a thread that may block. A store that answers in a few
    ///   microseconds may do it in place, and one with an asynchronous client returns its future.
    /// - In place or not, the answer is the one that [`Operation::run`] gives.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        Dispatch::Blocking(operation)
    }

    /// What messages call this store: its kind and place, without credentials.
    fn name(&self) -> String {
        let name = std::any::type_name::<Self>();
        name.rsplit("::").next().unwrap_or(name).to_owned()
    }
}

/// How far a store came with an operation for a task: see [`Store::dispatch`].
pub enum Dispatch<'a> {
    /// It is done.
    Done(Result<Answer>),
    /// It is under way, without a thread that waits. It is to end by itself when the store does not answer, with
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable): that it takes long is not seen as an outage, since on a
    /// busy runtime everything does.
    Pending(Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>),
    /// It would block: it is to be run on a thread that may.
    Blocking(Operation<'a>),
}
