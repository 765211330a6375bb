//! A value read from a store, with its expiry.

use super::{Value, header};
use crate::time::Timestamp;

/// What a store answers to a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The value that was written.
    pub value: Value,
    /// When the value expires, if the store knows. Otherwise the entry's header says it, and a number is live as long as
    /// the store has it, as in a store whose server expires numbers by its own clock.
    pub expires_at: Option<Timestamp>,
}

impl Record {
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

    /// Whether the value carries tags.
    pub(crate) fn is_tagged(&self) -> bool {
        matches!(&self.value, Value::Bytes(bytes) if header::is_tagged(bytes))
    }
}
