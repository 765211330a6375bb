//! An operation on a store as a value, so that it can be handed to another thread or to a client's queue.

use std::borrow::Cow;
use std::time::Duration;

use super::{Claim, ClaimsOrNone as _, Expiration, Record, Store, Timestamp, Value};
use crate::{Error, ErrorKind, Result, entry};

/// What a store can be asked. Each is the method of [`Store`] of the same name.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names and fields are those of the methods")]
pub enum Operation<'a> {
    Get { key: Cow<'a, str> },
    ReadMulti { keys: Cow<'a, [String]> },
    Expiry { key: Cow<'a, str> },
    Set { key: Cow<'a, str>, value: Cow<'a, Value>, expiration: Expiration },
    WriteMulti { values: Vec<(String, Value)>, expiration: Expiration },
    Delete { key: Cow<'a, str>, now: Timestamp },
    DeleteMulti { keys: Vec<String>, now: Timestamp },
    Increment { key: Cow<'a, str>, by: i64, expiration: Expiration },
    Touch { key: Cow<'a, str>, expiration: Expiration },
    Clear { prefix: Cow<'a, str> },
    DeleteExpired { now: Timestamp },
    Claim { key: Cow<'a, str>, claim: Claim },
    Complete { key: Cow<'a, str>, value: Cow<'a, Value>, expiration: Expiration, token: u64 },
    Release { key: Cow<'a, str>, token: u64, pause: Duration },
}

/// What a store answers to an [`Operation`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// To `Get`.
    Record(Option<Record>),
    /// To `ReadMulti`, in the order asked.
    Records(Vec<Option<Record>>),
    /// To `Expiry`.
    Expiry(Option<Timestamp>),
    /// To `Set`, `WriteMulti` and `Release`.
    Done,
    /// To `Delete` and `Touch`: whether it was there; to `Claim` and `Complete`: whether it holds.
    Bool(bool),
    /// To `DeleteMulti`, `Clear` and `DeleteExpired`: how many went.
    Count(u64),
    /// To `Increment`: the sum.
    Number(i64),
}

impl<'a> Operation<'a> {
    /// The name of the method, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Operation::Get { .. } => "get",
            Operation::ReadMulti { .. } => "read_multi",
            Operation::Expiry { .. } => "expiry",
            Operation::Set { .. } => "set",
            Operation::WriteMulti { .. } => "write_multi",
            Operation::Delete { .. } => "delete",
            Operation::DeleteMulti { .. } => "delete_multi",
            Operation::Increment { .. } => "increment",
            Operation::Touch { .. } => "touch",
            Operation::Clear { .. } => "clear",
            Operation::DeleteExpired { .. } => "delete_expired",
            Operation::Claim { .. } => "claim",
            Operation::Complete { .. } => "complete",
            Operation::Release { .. } => "release",
        }
    }

    /// The key, where it is one; free of cost where it is borrowed.
    pub(crate) fn key(&self) -> Option<Cow<'a, str>> {
        match self {
            Operation::Get { key }
            | Operation::Expiry { key }
            | Operation::Set { key, .. }
            | Operation::Delete { key, .. }
            | Operation::Increment { key, .. }
            | Operation::Touch { key, .. }
            | Operation::Claim { key, .. }
            | Operation::Complete { key, .. }
            | Operation::Release { key, .. } => Some(key.clone()),
            _ => None,
        }
    }

    /// Whether it only reads.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self, Operation::Get { .. } | Operation::ReadMulti { .. } | Operation::Expiry { .. })
    }

    /// Calls the store's method.
    ///
    /// # Errors
    ///
    /// Those of the method.
    pub fn run<S: Store + ?Sized>(&self, store: &S) -> Result<Answer> {
        match self {
            Operation::Get { key } => store.get(key).map(Answer::Record),
            Operation::ReadMulti { keys } => store.read_multi(keys).map(Answer::Records),
            Operation::Expiry { key } => store.expiry(key).map(Answer::Expiry),
            Operation::Set { key, value, expiration } => store.set(key, value, expiration).map(|()| Answer::Done),
            Operation::WriteMulti { values, expiration } => {
                store.write_multi(values, expiration).map(|()| Answer::Done)
            }
            Operation::Delete { key, now } => store.delete(key, *now).map(Answer::Bool),
            Operation::DeleteMulti { keys, now } => store.delete_multi(keys, *now).map(Answer::Count),
            Operation::Increment { key, by, expiration } => store.increment(key, *by, expiration).map(Answer::Number),
            Operation::Touch { key, expiration } => store.touch(key, expiration).map(Answer::Bool),
            Operation::Clear { prefix } => store.clear(prefix).map(Answer::Count),
            Operation::DeleteExpired { now } => store.delete_expired(*now).map(Answer::Count),
            Operation::Claim { key, claim } => store.claim(key, claim).map(Answer::Bool),
            Operation::Complete { key, value, expiration, token } => {
                store.complete(key, value, expiration, *token).map(Answer::Bool)
            }
            Operation::Release { key, token, pause } => store.release(key, *token, *pause).map(|()| Answer::Done),
        }
    }

    /// Ends an operation that has been carried out: the memory of its entry serves the next one.
    pub(crate) fn recycle(self) {
        if let Operation::Set { value: Cow::Owned(value), .. } | Operation::Complete { value: Cow::Owned(value), .. } =
            self
        {
            entry::recycle(value);
        }
    }

    /// The same operation with keys of its own, to be sent to another thread.
    pub fn into_owned(self) -> Operation<'static> {
        fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
            Cow::Owned(text.into_owned())
        }
        match self {
            Operation::Get { key } => Operation::Get { key: owned(key) },
            Operation::ReadMulti { keys } => Operation::ReadMulti { keys: Cow::Owned(keys.into_owned()) },
            Operation::Expiry { key } => Operation::Expiry { key: owned(key) },
            Operation::Set { key, value, expiration } => {
                Operation::Set { key: owned(key), value: Cow::Owned(value.into_owned()), expiration }
            }
            Operation::WriteMulti { values, expiration } => Operation::WriteMulti { values, expiration },
            Operation::Delete { key, now } => Operation::Delete { key: owned(key), now },
            Operation::DeleteMulti { keys, now } => Operation::DeleteMulti { keys, now },
            Operation::Increment { key, by, expiration } => Operation::Increment { key: owned(key), by, expiration },
            Operation::Touch { key, expiration } => Operation::Touch { key: owned(key), expiration },
            Operation::Clear { prefix } => Operation::Clear { prefix: owned(prefix) },
            Operation::DeleteExpired { now } => Operation::DeleteExpired { now },
            Operation::Claim { key, claim } => Operation::Claim { key: owned(key), claim },
            Operation::Complete { key, value, expiration, token } => {
                Operation::Complete { key: owned(key), value: Cow::Owned(value.into_owned()), expiration, token }
            }
            Operation::Release { key, token, pause } => Operation::Release { key: owned(key), token, pause },
        }
    }
}

impl Answer {
    pub(crate) fn record(self) -> Result<Option<Record>> {
        if let Answer::Record(record) = self { Ok(record) } else { Err(self.unexpected()) }
    }

    /// As many as were asked for.
    pub(crate) fn records(self, asked: usize) -> Result<Vec<Option<Record>>> {
        match self {
            Answer::Records(records) if records.len() == asked => Ok(records),
            other => Err(other.unexpected()),
        }
    }

    pub(crate) fn expiry(self) -> Result<Option<Timestamp>> {
        if let Answer::Expiry(expiry) = self { Ok(expiry) } else { Err(self.unexpected()) }
    }

    pub(crate) fn done(self) -> Result<()> {
        if let Answer::Done = self { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(crate) fn bool(self) -> Result<bool> {
        if let Answer::Bool(bool) = self { Ok(bool) } else { Err(self.unexpected()) }
    }

    pub(crate) fn count(self) -> Result<u64> {
        if let Answer::Count(count) = self { Ok(count) } else { Err(self.unexpected()) }
    }

    pub(crate) fn number(self) -> Result<i64> {
        if let Answer::Number(number) = self { Ok(number) } else { Err(self.unexpected()) }
    }

    /// Only a store whose `begin` is wrong gives one.
    fn unexpected(self) -> Error {
        Error::new(ErrorKind::Store, format!("the store answered something else than was asked: {self:?}"))
    }
}
