//! Limits: counts that a store changes only within bounds.

mod local;

pub(crate) use self::local::LocalCounts;
use super::{Expiration, Store, Timestamp};
use crate::{Error, ErrorKind, Result};

/// Changes counts within bounds, for limits of rates.
///
/// A store that can do it in one atomic step returns itself from [`Store::limits`]. It is what every algorithm of a
/// [`RateLimiter`](crate::limit::RateLimiter) is made of, and what makes several limits one decision. The list under the
/// method is part of the contract of [`Store`].
pub trait Limits: Send + Sync {
    /// Takes all steps, or none of them, in one atomic step.
    ///
    /// - It is granted if [`Step::next`] passes for each of them.
    /// - If so, each count becomes what that says; otherwise the counts stay, unless one has to be repaired.
    /// - A count is a whole number, as [`increment`](Store::increment) writes it. An absent or expired one is `None`.
    /// - Returns the counts afterwards, in the order of the steps.
    /// - The keys of one call are distinct and in one slot of a Redis cluster, and numbers are below 2⁵³.
    ///
    /// # Errors
    ///
    /// [`NotANumber`](ErrorKind::NotANumber) if a stored value is no number, which changes nothing; otherwise only if the
    /// store cannot be asked.
    fn count_within(&self, steps: &[Step]) -> Result<Counted>;
}

/// A change of one count, and its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The key of the count.
    pub key: String,
    /// What is added. Nothing, or less than nothing, starts no count and is always within the bounds if the count is.
    pub by: i64,
    /// The highest count that is granted.
    pub at_most: i64,
    /// `None` for a counter: it starts at 0, and keeps the expiry with which it started. Otherwise the count is a moment:
    /// it is never below this one, and every change gives it a new expiry.
    pub floor: Option<i64>,
    /// The present time, and when a count that starts now expires.
    pub expiration: Expiration,
}

/// What a store counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Whether all steps were taken.
    pub granted: bool,
    /// The counts afterwards, in the order of the steps.
    pub counts: Vec<Option<Count>>,
}

/// A count in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub value: i64,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// What a step would do to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// Whether it is within the bounds.
    pub passes: bool,
    /// The count if all steps pass.
    pub granted: Option<Count>,
    /// The count if not: the old one, perhaps repaired.
    pub refused: Option<Count>,
}

impl Step {
    /// A step of a counter, for the tests of a store.
    #[must_use]
    pub fn new(key: impl Into<String>, by: i64, at_most: i64, expiration: Expiration) -> Self {
        Step { key: key.into(), by, at_most, floor: None, expiration }
    }

    /// What the step would do to a count.
    ///
    /// A clock that was set back must lock nobody out. So a counter that would outlive one that starts now expires with
    /// it, and a moment above `at_most` becomes `at_most`.
    #[must_use]
    pub fn next(&self, old: Option<Count>) -> Next {
        let fresh = self.expiration.expires_at;
        let old = old.filter(|old| old.expires_at > self.expiration.now).map(|old| match self.floor {
            None => Count { expires_at: old.expires_at.min(fresh), ..old },
            Some(_) if old.value > self.at_most => Count { value: self.at_most, expires_at: fresh },
            Some(_) => old,
        });
        let floor = self.floor.unwrap_or(0);
        let value = old.map_or(floor, |old| old.value.max(floor));
        let sum = value.saturating_add(self.by);
        let changes = self.by > 0 || (self.by < 0 && old.is_some());
        let expires_at = if self.floor.is_some() { fresh } else { old.map_or(fresh, |old| old.expires_at) };
        let changed = Count { value: sum.max(floor), expires_at };
        Next { passes: sum <= self.at_most, granted: if changes { Some(changed) } else { old }, refused: old }
    }
}

/// Takes all steps or none: the counts after them, and whether they pass.
pub(crate) fn take(steps: &[Step], old: impl IntoIterator<Item = Option<Count>>) -> Counted {
    let next: Vec<Next> = steps.iter().zip(old).map(|(step, old)| step.next(old)).collect();
    let granted = next.iter().all(|next| next.passes);
    Counted { granted, counts: next.iter().map(|next| if granted { next.granted } else { next.refused }).collect() }
}

/// The method of [`Limits`] on any store.
pub(crate) trait LimitsOrNone: Store {
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        let unable = || Error::new(ErrorKind::Config, "this store cannot count within bounds");
        self.limits().ok_or_else(unable)?.count_within(steps)
    }
}

impl<S: Store + ?Sized> LimitsOrNone for S {}

#[cfg(test)]
mod tests;
