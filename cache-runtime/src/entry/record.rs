//! A value read from a store, with its expiry.

use std::time::Duration;

use super::{Expiration, Value, header, set_expiry};
use crate::time::Timestamp;

/// How far the clocks of two machines may be apart.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// What a store returns for a key.
///
/// ```
/// use cache_runtime::store::{Record, Timestamp, Value};
///
/// let record = Record::new(Value::Number(5)).expires_at(Timestamp::from_millis(1_000));
/// assert!(record.is_live(Timestamp::from_millis(999)) && !record.is_live(Timestamp::from_millis(1_000)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The value that was written.
    pub value: Value,
    /// When the value expires, if the store knows it. Otherwise the entry's header says it. A number without it is live
    /// as long as the store has it, as in a store whose server expires numbers by itself.
    pub expires_at: Option<Timestamp>,
}

impl Record {
    /// Makes a record whose expiry the store does not know.
    ///
    /// ```
    /// use cache_runtime::store::{Record, Value};
    ///
    /// assert_eq!(Record::new(Value::Number(7)).expires_at, None);
    /// ```
    #[must_use]
    pub fn new(value: Value) -> Self {
        Record { value, expires_at: None }
    }

    /// Adds the expiry that the store knows.
    ///
    /// ```
    /// use cache_runtime::store::{Record, Timestamp, Value};
    ///
    /// let expires_at = Timestamp::from_millis(1000);
    /// assert_eq!(Record::new(Value::Number(7)).expires_at(expires_at).expiry(), expires_at);
    /// ```
    #[must_use]
    pub fn expires_at(self, expires_at: Timestamp) -> Self {
        Record { expires_at: Some(expires_at), ..self }
    }

    /// Returns when the value expires.
    ///
    /// It is what the store says, or else the entry's header.
    ///
    /// ```
    /// use cache_runtime::store::{Record, Timestamp, Value};
    ///
    /// let number = Record::new(Value::Number(7));
    /// assert_eq!(number.expiry(), Timestamp::NEVER); // live as long as the store has it
    /// ```
    #[must_use]
    pub fn expiry(&self) -> Timestamp {
        let in_the_value = || match &self.value {
            Value::Number(_) => Some(Timestamp::NEVER),
            Value::Bytes(bytes) => header::expires_at(bytes),
        };
        self.expires_at.or_else(in_the_value).unwrap_or(Timestamp::EPOCH)
    }

    /// Returns whether the value has not expired.
    ///
    /// At the exact moment of its expiry it has expired.
    ///
    /// ```
    /// use cache_runtime::store::{Record, Timestamp, Value};
    ///
    /// let (before, expiry) = (Timestamp::from_millis(999), Timestamp::from_millis(1000));
    /// let record = Record::new(Value::Number(7)).expires_at(expiry);
    /// assert!(record.is_live(before) && !record.is_live(expiry));
    /// ```
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expiry()
    }

    /// Whether it was written by a clock so far ahead that nobody knows when it should expire: it counts as absent.
    ///
    /// It would outlive its lifetime by as much as the clock was ahead, so that may be no more than the lifetime.
    pub(crate) fn is_of_a_fast_clock(&self, now: Timestamp) -> bool {
        let (Some(written_at), expiry) = (self.written_at().filter(|written_at| *written_at > now), self.expiry())
        else {
            return false;
        };
        expiry != Timestamp::NEVER && written_at.since(now) > expiry.since(written_at).min(CLOCK_SKEW)
    }

    /// Returns the value with a new expiry, or `None` if it has expired.
    ///
    /// A value other than a number contains its expiry. A store that overrides [`touch`](crate::Store::touch) writes what
    /// this returns, in the step in which it has read the record.
    ///
    /// ```
    /// use cache_runtime::store::{Expiration, Record, Timestamp, Value};
    ///
    /// let [now, soon, later] = [0, 1000, 2000].map(Timestamp::from_millis);
    /// let record = Record::new(Value::Number(7)).expires_at(soon);
    /// assert_eq!(record.clone().touched("key", &Expiration::new(now, later)), Some(Value::Number(7)));
    /// assert_eq!(record.touched("key", &Expiration::new(soon, later)), None);
    /// ```
    #[must_use]
    pub fn touched(self, key: &str, expiration: &Expiration) -> Option<Value> {
        let mut value = self.is_live(expiration.now).then_some(self.value)?;
        if let Value::Bytes(bytes) = &mut value {
            set_expiry(bytes, key, expiration.expires_at);
        }
        Some(value)
    }

    /// When the value was written; a number does not tell.
    pub(crate) fn written_at(&self) -> Option<Timestamp> {
        match &self.value {
            Value::Number(_) => None,
            Value::Bytes(bytes) => header::written_at(bytes),
        }
    }

    /// Whether the value carries tags.
    pub(crate) fn is_tagged(&self) -> bool {
        matches!(&self.value, Value::Bytes(bytes) if header::is_tagged(bytes))
    }
}
