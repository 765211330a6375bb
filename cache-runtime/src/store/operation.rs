//! A store's operation as a value, which can be sent to another thread or to a client's queue.

use std::borrow::Cow;
use std::time::Duration;

use super::{
    Claim, ClaimsOrNone as _, Counted, Deleted, Expiration, LimitsOrNone as _, Record, Step, Store, Timestamp, Value,
};
use crate::{Error, ErrorKind, Result, entry};

/// Declares the operations, one a line: name, fields, and the call that runs it, with the name of another method if that is what
/// callers know. `of key` adds a field for the key, and
/// fields in brackets may be borrowed.
macro_rules! operations {
    (@name $method:ident) => { stringify!($method) };
    (@name $method:ident $as:ident) => { stringify!($as) };
    ($(
        $name:ident $(of $key:ident)? $([$borrowed:ident: $target:ty])? { $($field:ident: $type:ty),* }
            => $method:ident($($argument:expr),*) $(as $as:ident)?;
    )*) => {
        /// What a store can be asked. Each is the method of [`Store`],
        /// [`Claims`](super::Claims) or [`Limits`](super::Limits) of the same name.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "the names and fields are those of the methods")]
        pub enum Operation<'a> {
            $($name { $($key: Cow<'a, str>,)? $($borrowed: Cow<'a, $target>,)? $($field: $type,)* },)*
        }

        impl<'a> Operation<'a> {
            /// The name of the method by which a caller knows it, for messages.
            pub(crate) fn name(&self) -> &'static str {
                match self {
                    $(Operation::$name { .. } => operations!(@name $method $($as)?),)*
                }
            }

            /// The key, if the operation has a single one; a borrowed key is not copied.
            pub(crate) fn key(&self) -> Option<Cow<'a, str>> {
                match self {
                    $($(Operation::$name { $key, .. } => Some($key.clone()),)?)*
                    Operation::Claim { keys, .. } | Operation::Release { keys, .. } => single(keys, |key| key),
                    Operation::Complete { values, .. } => single(values, |(key, _)| key),
                    _ => None,
                }
            }

            /// Calls the store's method. On a store without claims, every claim is granted and unbroken.
            ///
            /// # Errors
            ///
            /// Those of the method.
            pub fn run<S: Store + ?Sized>(&self, store: &S) -> Result<Answer> {
                match self {
                    $(Operation::$name { $($key,)? $($borrowed,)? $($field,)* } => {
                        store.$method($($argument),*).map(Answer::from)
                    })*
                }
            }

            /// The same operation without borrowed fields, to be sent to another thread.
            pub fn into_owned(self) -> Operation<'static> {
                match self {
                    $(Operation::$name { $($key,)? $($borrowed,)? $($field,)* } => Operation::$name {
                        $($key: Cow::Owned($key.into_owned()),)?
                        $($borrowed: Cow::Owned($borrowed.into_owned()),)?
                        $($field,)*
                    },)*
                }
            }
        }
    };
}

operations! {
    Get of key {} => get(key);
    ReadMulti [keys: [String]] {} => read_multi(keys);
    Expiry of key {} => expiry(key);
    Set of key [value: Value] { expiration: Expiration } => set(key, value, expiration);
    WriteMulti [values: [(String, Value)]] { expiration: Expiration } => write_multi(values, expiration);
    Delete of key { now: Timestamp } => delete(key, *now);
    DeleteMulti [keys: [String]] { now: Timestamp } => delete_multi(keys, *now);
    DeleteReturning of key { now: Timestamp } => delete_returning(&[key.clone().into_owned()], *now) as delete;
    DeleteMultiReturning [keys: [String]] { now: Timestamp } => delete_returning(keys, *now) as delete_multi;
    Increment of key { by: i64, expiration: Expiration } => increment(key, *by, expiration);
    CountWithin [steps: [Step]] {} => count_within(steps);
    Touch of key { expiration: Expiration } => touch(key, expiration);
    Clear [prefix: str] {} => clear(prefix);
    DeleteExpired { now: Timestamp } => delete_expired(*now);
    Claim [keys: [String]] { claim: Claim } => claim(keys, claim);
    Complete [values: [(String, Value)]] { expiration: Expiration, token: u64 }
        => complete(values, expiration, *token);
    Release [keys: [String]] { token: u64, pause: Duration } => release(keys, *token, *pause);
}

/// The key of an operation on a list of one; a borrowed key is not copied.
fn single<'a, T: Clone>(list: &Cow<'a, [T]>, key: impl Fn(&T) -> &String) -> Option<Cow<'a, str>> {
    match list {
        Cow::Borrowed([one]) => Some(Cow::Borrowed(key(one))),
        Cow::Owned(list) if list.len() == 1 => Some(Cow::Owned(key(&list[0]).clone())),
        _ => None,
    }
}

/// Declares the answers, one a line: name, type, and the method that takes it out.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident($type:ty) => $method:ident;)*) => {
        /// What a store answers to an [`Operation`]. It is made by `into` from what the method returns.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum Answer {
            $($(#[$doc])* $name($type),)*
            /// To `Set` and `WriteMulti`.
            Done,
        }

        impl Answer {
            $(pub(crate) fn $method(self) -> Result<$type> {
                if let Answer::$name(value) = self { Ok(value) } else { Err(self.unexpected()) }
            })*
        }

        $(impl From<$type> for Answer {
            fn from(value: $type) -> Self {
                Answer::$name(value)
            }
        })*
    };
}

answers! {
    /// To `Get`.
    Record(Option<Record>) => record;
    /// To `ReadMulti`, in the order asked.
    Records(Vec<Option<Record>>) => all_records;
    /// To `Expiry`.
    Expiry(Option<Timestamp>) => expiry;
    /// To `Delete` and `Touch`: whether the key was there. To `Claim`: whether it is granted.
    Bool(bool) => bool;
    /// To `Complete` and `Release`: whether the claim on each key was unbroken.
    Bools(Vec<bool>) => bools;
    /// To `DeleteMulti`, `Clear` and `DeleteExpired`: how many values were deleted.
    Count(u64) => count;
    /// To `DeleteReturning` and `DeleteMultiReturning`.
    Deleted(Deleted) => deleted;
    /// To `Increment`: the sum.
    Number(i64) => number;
    /// To `CountWithin`.
    Counted(Counted) => counted;
}

impl From<()> for Answer {
    fn from((): ()) -> Self {
        Answer::Done
    }
}

impl Answer {
    pub(crate) fn done(self) -> Result<()> {
        if let Answer::Done = self { Ok(()) } else { Err(self.unexpected()) }
    }

    /// As many records as were asked for.
    pub(crate) fn records(self, asked: usize) -> Result<Vec<Option<Record>>> {
        let records = self.all_records()?;
        if records.len() == asked { Ok(records) } else { Err(Answer::Records(records).unexpected()) }
    }

    /// Only a store with a wrong `dispatch` gives an unexpected answer.
    fn unexpected(self) -> Error {
        Error::new(ErrorKind::Store, format!("the store answered another question: {self:?}"))
    }
}

impl Operation<'_> {
    /// Whether it only reads.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self, Operation::Get { .. } | Operation::ReadMulti { .. } | Operation::Expiry { .. })
    }

    /// Ends an operation that has run, and recycles the buffer of its entry.
    pub(crate) fn recycle(self) {
        if let Operation::Set { value: Cow::Owned(value), .. } = self {
            entry::recycle(value);
        }
    }
}
