//! What a look-up of a record found: where it was, or why there is none.

use std::sync::Arc;

use crate::near::Loaded;
use crate::observe::stats::{Answered, MissReason};
use crate::time::Timestamp;

/// What a look-up of a record found.
#[derive(Clone)]
pub(crate) enum Read {
    /// A record that is kept in this process.
    Near(Arc<Loaded>),
    /// A record of the store, expired or not.
    Store(Arc<Loaded>),
    /// Nothing that can be used.
    Absent(MissReason),
}

impl Read {
    /// The record, and where it was found.
    pub(crate) fn found(self) -> Result<(Answered, Arc<Loaded>), MissReason> {
        match self {
            Read::Near(record) => Ok((Answered::Near, record)),
            Read::Store(record) => Ok((Answered::Store, record)),
            Read::Absent(reason) => Err(reason),
        }
    }

    pub(crate) fn record(self) -> Option<Arc<Loaded>> {
        self.found().ok().map(|(_, record)| record)
    }

    /// The same without a record that has expired.
    pub(super) fn live_at(self, now: Timestamp) -> Self {
        match &self {
            Read::Near(record) | Read::Store(record) if !record.is_live(now) => Read::Absent(MissReason::Expired),
            _ => self,
        }
    }
}
