//! A store whose client is asynchronous.

use super::{
    Answer, Deleted, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value, forward_methods, short_type_name,
};
use crate::Result;
use crate::block_on::block_on;

/// A store whose client has only asynchronous methods.
///
/// Five methods are required. The contract of each is that of the [`Store`] method of the same name, and write them as
/// `async fn`. [`FromAsync`] makes a store of it, for tasks and for threads. It has no [claims](super::Claims).
///
/// # Which executor polls it
///
/// Any: the executor of the calling task, or, for a blocking call, the calling thread alone. If the client needs tokio,
/// run it on a runtime of its own, and await the task:
///
/// ```
/// # use std::sync::LazyLock;
/// use tokio::runtime::Runtime;
///
/// /// In a static, since a runtime must not be dropped inside another one. It has threads of its own.
/// static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime can be started"));
///
/// async fn ask(question: String) -> String {
///     let answer = RUNTIME.spawn(async move {
///         tokio::task::yield_now().await; // the client's work
///         question.to_uppercase()
///     });
///     answer.await.expect("the client does not panic")
/// }
/// ```
///
/// # Example
///
/// ```
/// use cache_runtime::store::{AsyncStore, Expiration, FromAsync, Record, Timestamp, Value};
/// use cache_runtime::{Cache, Error, ErrorKind, Result};
/// use std::collections::HashMap;
/// use tokio::sync::Mutex;
///
/// #[derive(Default)]
/// struct Client(Mutex<HashMap<String, Record>>);
///
/// impl AsyncStore for Client {
///     async fn get(&self, key: &str) -> Result<Option<Record>> {
///         Ok(self.0.lock().await.get(key).cloned())
///     }
///
///     async fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
///         let record = Record::new(value.clone()).expires_at(expiration.expires_at);
///         self.0.lock().await.insert(key.to_owned(), record);
///         Ok(())
///     }
///
///     async fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
///         Ok(self.0.lock().await.remove(key).is_some_and(|record| record.is_live(now)))
///     }
///
///     async fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
///         // As in the example of `Store`.
/// #       let _ = (key, by, expiration);
///         Err(Error::new(ErrorKind::Store, "this example does not count"))
///     }
///
///     async fn clear(&self, prefix: &str) -> Result<u64> {
///         self.0.lock().await.retain(|key, _| !key.starts_with(prefix));
///         Ok(0)
///     }
/// }
///
/// let cache = Cache::new(FromAsync(Client::default()));
/// cache.set("greeting", "hello")?;
/// assert_eq!(cache.get::<String>("greeting")?.as_deref(), Some("hello"));
/// # Ok::<(), Error>(())
/// ```
pub trait AsyncStore: Send + Sync + 'static {
    /// Reads the record of a key: [`Store::get`].
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Record>>> + Send;

    /// Writes a value: [`Store::set`].
    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> impl Future<Output = Result<()>> + Send;

    /// Deletes a key: [`Store::delete`].
    fn delete(&self, key: &str, now: Timestamp) -> impl Future<Output = Result<bool>> + Send;

    /// Adds to a whole number atomically: [`Store::increment`].
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> impl Future<Output = Result<i64>> + Send;

    /// Deletes every key that starts with `prefix`: [`Store::clear`].
    fn clear(&self, prefix: &str) -> impl Future<Output = Result<u64>> + Send;

    /// Reads many keys: [`Store::read_multi`].
    fn read_multi(&self, keys: &[String]) -> impl Future<Output = Result<Vec<Option<Record>>>> + Send {
        async move {
            let mut records = Vec::with_capacity(keys.len());
            for key in keys {
                records.push(self.get(key).await?);
            }
            Ok(records)
        }
    }

    /// Writes many values: [`Store::write_multi`].
    fn write_multi(
        &self,
        values: &[(String, Value)],
        expiration: &Expiration,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for (key, value) in values {
                self.set(key, value, expiration).await?;
            }
            Ok(())
        }
    }

    /// Deletes many keys: [`Store::delete_multi`].
    fn delete_multi(&self, keys: &[String], now: Timestamp) -> impl Future<Output = Result<u64>> + Send {
        async move {
            let mut deleted = 0;
            for key in keys {
                deleted += u64::from(self.delete(key, now).await?);
            }
            Ok(deleted)
        }
    }

    /// Deletes many keys, and returns what was there: [`Store::delete_returning`].
    fn delete_returning(&self, keys: &[String], now: Timestamp) -> impl Future<Output = Result<Deleted>> + Send {
        async move {
            let records = self.read_multi(keys).await.unwrap_or_default();
            let live = match keys {
                [key] => u64::from(self.delete(key, now).await?),
                _ => self.delete_multi(keys, now).await?,
            };
            Ok(Deleted::new(live, records))
        }
    }

    /// Returns when a value expires: [`Store::expiry`].
    fn expiry(&self, key: &str) -> impl Future<Output = Result<Option<Timestamp>>> + Send {
        async move { Ok(self.get(key).await?.map(|record| record.expiry())) }
    }

    /// Gives a value a new expiration: [`Store::touch`].
    fn touch(&self, key: &str, expiration: &Expiration) -> impl Future<Output = Result<bool>> + Send {
        async move {
            let Some(value) = self.get(key).await?.and_then(|record| record.touched(key, expiration)) else {
                return Ok(false);
            };
            self.set(key, &value, expiration).await?;
            Ok(true)
        }
    }

    /// Deletes the values that have expired: [`Store::delete_expired`].
    fn delete_expired(&self, now: Timestamp) -> impl Future<Output = Result<u64>> + Send {
        let _ = now;
        async { Ok(0) }
    }

    /// The name of this store in messages: [`Store::name`].
    fn name(&self) -> String {
        short_type_name::<Self>()
    }
}

/// Makes a [`Store`] of an [`AsyncStore`].
///
/// A task awaits the client, and a thread blocks until the client is done.
#[derive(Clone, Copy, Debug, Default)]
pub struct FromAsync<S>(pub S);

impl<S: AsyncStore> FromAsync<S> {
    async fn run(&self, operation: Operation<'_>) -> Result<Answer> {
        let store = &self.0;
        match &operation {
            Operation::Get { key } => store.get(key).await.map(Answer::from),
            Operation::ReadMulti { keys } => store.read_multi(keys).await.map(Answer::from),
            Operation::Expiry { key } => store.expiry(key).await.map(Answer::from),
            Operation::Set { key, value, expiration } => store.set(key, value, expiration).await.map(Answer::from),
            Operation::WriteMulti { values, expiration } => {
                store.write_multi(values, expiration).await.map(Answer::from)
            }
            Operation::Delete { key, now } => store.delete(key, *now).await.map(Answer::from),
            Operation::DeleteMulti { keys, now } => store.delete_multi(keys, *now).await.map(Answer::from),
            Operation::DeleteReturning { key, now } => {
                store.delete_returning(&[key.clone().into_owned()], *now).await.map(Answer::from)
            }
            Operation::DeleteMultiReturning { keys, now } => store.delete_returning(keys, *now).await.map(Answer::from),
            Operation::Increment { key, by, expiration } => {
                store.increment(key, *by, expiration).await.map(Answer::from)
            }
            Operation::Touch { key, expiration } => store.touch(key, expiration).await.map(Answer::from),
            Operation::Clear { prefix } => store.clear(prefix).await.map(Answer::from),
            Operation::DeleteExpired { now } => store.delete_expired(*now).await.map(Answer::from),
            // As for every store without claims.
            Operation::Claim { .. } => Ok(Answer::Bool(true)),
            Operation::Complete { values, expiration, .. } => {
                store.write_multi(values, expiration).await.map(|()| Answer::Bools(vec![true; values.len()]))
            }
            Operation::CountWithin { .. } => operation.run(self),
            Operation::Release { keys, .. } => Ok(Answer::Bools(vec![true; keys.len()])),
        }
    }
}

macro_rules! wait_for {
    ($self:ident.$($call:tt)*) => { block_on($self.0.$($call)*) };
}

impl<S: AsyncStore> Store for FromAsync<S> {
    forward_methods!(self, wait_for);

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        block_on(self.0.delete_expired(now))
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        Dispatch::Pending(Box::pin(self.run(operation)))
    }

    fn name(&self) -> String {
        self.0.name()
    }
}
