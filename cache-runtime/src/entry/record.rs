//! A value read from a store, with its expiry.

use super::{Expiration, Value, header, set_expiry};
use crate::time::Timestamp;

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
    /// When the value expires, if the store knows. If it does not, the expiry is read from the entry's header, and a
    /// number is live as long as the store has it: that is for a server that expires numbers by its own clock.
    pub expires_at: Option<Timestamp>,
}

impl Record {
    /// A record of which the store does not know the expiry.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Record { value, expires_at: None }
    }

    /// The same record, with its expiry.
    #[must_use]
    pub fn expires_at(self, expires_at: Timestamp) -> Self {
        Record { expires_at: Some(expires_at), ..self }
    }

    /// When the value expires, as the store says or else the entry's header.
    pub fn expiry(&self) -> Timestamp {
        let written = || match &self.value {
            Value::Number(_) => Some(Timestamp::NEVER),
            Value::Bytes(bytes) => header::expires_at(bytes),
        };
        self.expires_at.or_else(written).unwrap_or(Timestamp::EPOCH)
    }

    /// Whether the value has not expired. At the exact moment of its expiry it has.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expiry()
    }

    /// The value with a new expiry, for the two steps of a touch; `None` if it has expired.
    pub(crate) fn touched(self, expiration: &Expiration) -> Option<Value> {
        let mut value = self.is_live(expiration.now).then_some(self.value)?;
        if let Value::Bytes(bytes) = &mut value {
            set_expiry(bytes, expiration.expires_at);
        }
        Some(value)
    }

    /// Whether the value carries tags.
    pub(crate) fn is_tagged(&self) -> bool {
        matches!(&self.value, Value::Bytes(bytes) if header::is_tagged(bytes))
    }
}
