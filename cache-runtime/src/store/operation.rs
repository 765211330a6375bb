//! An operation on a store as a value, so that it can be handed to another thread or to a client's queue.

use std::borrow::Cow;
use std::time::Duration;

use super::{Claim, Lifetime, Record, Store, Timestamp, Value};
use crate::{Error, ErrorKind, Result, entry};

/// What a store can be asked. Each is the method of [`Store`] of the same name.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names and fields are those of the methods")]
pub enum Operation<'a> {
    Get { key: Cow<'a, str> },
    GetMany { keys: Cow<'a, [String]> },
    Expiry { key: Cow<'a, str> },
    Set { key: Cow<'a, str>, value: Cow<'a, Value>, lifetime: Lifetime },
    SetMany { values: Vec<(String, Value)>, lifetime: Lifetime },
    Delete { key: Cow<'a, str>, now: Timestamp },
    DeleteMany { keys: Vec<String>, now: Timestamp },
    Increment { key: Cow<'a, str>, by: i64, lifetime: Lifetime },
    Touch { key: Cow<'a, str>, lifetime: Lifetime },
    Clear { prefix: Cow<'a, str> },
    DeleteExpired { now: Timestamp },
    Claim { key: Cow<'a, str>, claim: Claim },
    Fulfil { key: Cow<'a, str>, value: Cow<'a, Value>, lifetime: Lifetime, token: u64 },
    Release { key: Cow<'a, str>, token: u64, pause: Duration },
}

/// What a store answers to an [`Operation`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// To `Get`.
    Record(Option<Record>),
    /// To `GetMany`, in the order asked.
    Records(Vec<Option<Record>>),
    /// To `Expiry`.
    Expiry(Option<Timestamp>),
    /// To `Set`, `SetMany` and `Release`.
    Done,
    /// To `Delete` and `Touch`: whether it was there; to `Claim` and `Fulfil`: whether it holds.
    Was(bool),
    /// To `DeleteMany`, `Clear` and `DeleteExpired`: how many went.
    Count(u64),
    /// To `Increment`: the sum.
    Number(i64),
}

impl<'a> Operation<'a> {
    /// The name of the method, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Operation::Get { .. } => "get",
            Operation::GetMany { .. } => "read_multi",
            Operation::Expiry { .. } => "expiry",
            Operation::Set { .. } => "set",
            Operation::SetMany { .. } => "write_multi",
            Operation::Delete { .. } => "delete",
            Operation::DeleteMany { .. } => "delete_multi",
            Operation::Increment { .. } => "increment",
            Operation::Touch { .. } => "touch",
            Operation::Clear { .. } => "clear",
            Operation::DeleteExpired { .. } => "delete_expired",
            Operation::Claim { .. } => "claim",
            Operation::Fulfil { .. } => "fulfil",
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
            | Operation::Fulfil { key, .. }
            | Operation::Release { key, .. } => Some(key.clone()),
            _ => None,
        }
    }

    /// Calls the store's method.
    ///
    /// # Errors
    ///
    /// Those of the method.
    pub fn run<S: Store + ?Sized>(&self, store: &S) -> Result<Answer> {
        match self {
            Operation::Get { key } => store.get(key).map(Answer::Record),
            Operation::GetMany { keys } => store.get_many(keys).map(Answer::Records),
            Operation::Expiry { key } => store.expiry(key).map(Answer::Expiry),
            Operation::Set { key, value, lifetime } => store.set(key, value, lifetime).map(|()| Answer::Done),
            Operation::SetMany { values, lifetime } => store.set_many(values, lifetime).map(|()| Answer::Done),
            Operation::Delete { key, now } => store.delete(key, *now).map(Answer::Was),
            Operation::DeleteMany { keys, now } => store.delete_many(keys, *now).map(Answer::Count),
            Operation::Increment { key, by, lifetime } => store.increment(key, *by, lifetime).map(Answer::Number),
            Operation::Touch { key, lifetime } => store.touch(key, lifetime).map(Answer::Was),
            Operation::Clear { prefix } => store.clear(prefix).map(Answer::Count),
            Operation::DeleteExpired { now } => store.delete_expired(*now).map(Answer::Count),
            Operation::Claim { key, claim } => store.claim(key, claim).map(Answer::Was),
            Operation::Fulfil { key, value, lifetime, token } => {
                store.fulfil(key, value, lifetime, *token).map(Answer::Was)
            }
            Operation::Release { key, token, pause } => store.release(key, *token, *pause).map(|()| Answer::Done),
        }
    }

    /// Ends an operation that has been carried out: the memory of its entry serves the next one.
    pub(crate) fn end(self) {
        if let Operation::Set { value: Cow::Owned(value), .. } | Operation::Fulfil { value: Cow::Owned(value), .. } =
            self
        {
            entry::give_back(value);
        }
    }

    /// The same operation with keys of its own, to be sent to another thread.
    pub fn into_owned(self) -> Operation<'static> {
        fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
            Cow::Owned(text.into_owned())
        }
        match self {
            Operation::Get { key } => Operation::Get { key: owned(key) },
            Operation::GetMany { keys } => Operation::GetMany { keys: Cow::Owned(keys.into_owned()) },
            Operation::Expiry { key } => Operation::Expiry { key: owned(key) },
            Operation::Set { key, value, lifetime } => {
                Operation::Set { key: owned(key), value: Cow::Owned(value.into_owned()), lifetime }
            }
            Operation::SetMany { values, lifetime } => Operation::SetMany { values, lifetime },
            Operation::Delete { key, now } => Operation::Delete { key: owned(key), now },
            Operation::DeleteMany { keys, now } => Operation::DeleteMany { keys, now },
            Operation::Increment { key, by, lifetime } => Operation::Increment { key: owned(key), by, lifetime },
            Operation::Touch { key, lifetime } => Operation::Touch { key: owned(key), lifetime },
            Operation::Clear { prefix } => Operation::Clear { prefix: owned(prefix) },
            Operation::DeleteExpired { now } => Operation::DeleteExpired { now },
            Operation::Claim { key, claim } => Operation::Claim { key: owned(key), claim },
            Operation::Fulfil { key, value, lifetime, token } => {
                Operation::Fulfil { key: owned(key), value: Cow::Owned(value.into_owned()), lifetime, token }
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

    pub(crate) fn was(self) -> Result<bool> {
        if let Answer::Was(was) = self { Ok(was) } else { Err(self.unexpected()) }
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
