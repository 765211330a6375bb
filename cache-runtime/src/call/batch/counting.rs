//! The elements of a batch in the statistics: each is a call.

use std::time::Duration;

use super::Batch;
use crate::mode::Mode;
use crate::observe::stats::{Answered, MissReason, Moment, PendingCall};

impl<M: Mode, E> Batch<'_, M, E> {
    /// The calls of all elements. Nothing is cached for those without a key.
    pub(super) fn pending_calls(&self) -> Vec<Option<PendingCall>> {
        let (begun, number) = (Moment::now(), self.elements.len());
        let pending = self.elements.iter().map(|element| {
            let key = element.key.as_deref().and_then(|key| self.handle.key(key).ok());
            let pending = self.handle.pending_call_among(key.as_deref().unwrap_or_default(), begun, number);
            Some(pending.missed(MissReason::Off))
        });
        pending.collect()
    }

    /// The refreshes of all elements.
    pub(super) fn pending_refreshes(&self) -> Vec<Option<PendingCall>> {
        let pending = self.elements.iter().map(|element| {
            let key = element.key.as_deref().and_then(|key| self.handle.key(key).ok());
            Some(self.handle.pending_refresh(key.as_deref().unwrap_or_default()))
        });
        pending.collect()
    }

    /// Counts the elements whose values others have computed meanwhile.
    pub(super) fn count_coalesced<V>(&mut self, values: &[Option<V>]) {
        for (pending, _) in self.pending.iter_mut().zip(values).filter(|(_, value)| value.is_some()) {
            pending.take().into_iter().for_each(|pending| pending.answered(Answered::Coalesced, 0));
        }
    }

    /// Counts a run of the body for these elements.
    pub(super) fn count_run(&self, missing: &[usize], took: Duration) {
        let first = missing.first().and_then(|at| self.pending.get(*at)?.as_ref());
        first.into_iter().for_each(|pending| pending.ran(missing.len() as u64, took));
    }
}

impl<M: Mode> Batch<'_, M, usize> {
    /// Goes on without the elements that have a value. Each element is the position of its value.
    pub(super) fn retain_missing<V>(&mut self, values: &[Option<V>]) {
        self.elements.retain(|element| values[element.itself].is_none());
        self.pending.retain(Option::is_some);
    }
}
