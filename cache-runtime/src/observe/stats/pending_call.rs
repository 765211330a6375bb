//! A call that has begun and is not counted yet.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::row::Row;
use super::{MissReason, Moment, findings};

/// How a call was answered without its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// By a record that is kept in this process.
    Near,
    /// By the store.
    Store,
    /// By an expired value.
    Stale,
    /// By the computation of another caller, for which it waited.
    Coalesced,
}

/// A call that has begun and is not counted yet. One that is dropped has failed: its body has panicked, or its caller has
/// given up.
#[must_use = "a call that is dropped counts as an error"]
pub(crate) struct PendingCall {
    /// Whose call it is, unless it is not counted.
    row: Option<Arc<Row>>,
    begun: Moment,
    /// Among how many calls the time is divided.
    share: u32,
    kind: Kind,
    reason: MissReason,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Call,
    Refresh,
}

impl PendingCall {
    /// One of so many calls that began together at this moment.
    pub(crate) fn new(row: Option<Arc<Row>>, begun: Moment, share: usize) -> Self {
        row.iter().for_each(|row| row.call_begun());
        let share = u32::try_from(share.max(1)).unwrap_or(u32::MAX);
        PendingCall { row, begun, share, kind: Kind::Call, reason: MissReason::Cold }
    }

    /// A call that runs its body in any case.
    pub(crate) fn refresh(row: Option<Arc<Row>>) -> Self {
        row.iter().for_each(|row| row.refresh_begun());
        PendingCall { row, begun: Moment::now(), share: 1, kind: Kind::Refresh, reason: MissReason::Cold }
    }

    /// The same call, which has found no value.
    pub(crate) fn missed(mut self, reason: MissReason) -> Self {
        self.reason = reason;
        self
    }

    /// Ends a call that was answered by a value of so many bytes.
    pub(crate) fn answered(mut self, how: Answered, bytes: usize) {
        let Some(row) = self.end() else { return };
        // A hit near is not timed: to read the clock would cost a good part of it.
        let took = if how == Answered::Near { Duration::ZERO } else { self.begun.elapsed() / self.share };
        row.answered(how, bytes, took);
        findings::after_answer(&row);
    }

    /// Ends a call that was answered by an expired value, while this goes on as a refresh.
    pub(crate) fn goes_on_in_background(&mut self) {
        let refresh = PendingCall::refresh(self.row.clone());
        mem::replace(self, refresh).answered(Answered::Stale, 0);
    }

    /// Counts a run of the body that was to return so many values.
    pub(crate) fn ran(&self, values: u64, took: Duration) {
        self.row.iter().for_each(|row| row.ran(values, took));
    }

    /// Ends a call that got its value from the body, which is to be stored in so many bytes.
    pub(crate) fn computed(mut self, bytes: Option<usize>) {
        if let (Some(row), Some(bytes)) = (&self.row, bytes) {
            row.wrote(bytes);
        }
        let (kind, reason) = (self.kind, self.reason);
        let Some(row) = self.end() else { return };
        if kind == Kind::Call {
            row.missed(reason);
            findings::after_miss(&row);
        }
    }

    /// Ends a call that asks for a value and computes none.
    pub(crate) fn found_nothing(self, reason: MissReason) {
        self.missed(reason).computed(None);
    }

    /// Whose call it is; after this it counts as ended.
    fn end(&mut self) -> Option<Arc<Row>> {
        self.row.take()
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        if let (Some(row), Kind::Call) = (self.end(), self.kind) {
            row.failed();
        }
    }
}
