//! The error of a refusal.

use std::fmt;
use std::time::Duration;

use super::Decision;
use crate::Error;

/// The error of what a limit refuses.
///
/// [`RateLimiter::attempt`](super::RateLimiter::attempt) returns it, and a function under
/// [`#[limited]`](macro@crate::limited) turns it into its own error.
///
/// ```
/// use cache_runtime::limit::RateLimiter;
/// use cache_runtime::{Cache, Ttl};
///
/// let exports = RateLimiter::new(&Cache::memory(), "export").to(1).within(Ttl::parse("1h")?);
/// assert_eq!(exports.attempt("ada", || "a file").ok(), Some("a file"));
///
/// let refused = exports.attempt("ada", || "a file").unwrap_err();
/// assert_eq!(refused.name(), "export");
/// assert!(refused.to_string().starts_with("the limit `export` of 1 within 1h is used up"), "{refused}");
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
pub struct RateLimited {
    reason: Reason,
    #[source]
    source: Option<Error>,
}

#[derive(Debug)]
enum Reason {
    UsedUp(Box<Decision>),
    /// The limit of this name could not be checked.
    Unchecked(String),
}

impl RateLimited {
    pub(crate) fn used_up(decision: Decision) -> Self {
        RateLimited { reason: Reason::UsedUp(Box::new(decision)), source: None }
    }

    pub(crate) fn unchecked(name: &str, error: Error) -> Self {
        RateLimited { reason: Reason::Unchecked(name.to_owned()), source: Some(error) }
    }

    /// Returns the name of the limit.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.reason {
            Reason::UsedUp(decision) => &decision.decisive().name,
            Reason::Unchecked(name) => name,
        }
    }

    /// Returns what the limit said; `None` if it could not be checked.
    ///
    /// The latter only happens if the limiter [refuses while the store is away](super::WhenAway::Closed), or if it cannot
    /// tell who is limited; then [`source`](std::error::Error::source) says why.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        match &self.reason {
            Reason::UsedUp(decision) => Some(decision),
            Reason::Unchecked(_) => None,
        }
    }

    /// Returns how long to wait before the next attempt.
    ///
    /// If the limit could not be checked, it is a second.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        self.decision().map_or(Duration::from_secs(1), |decision| decision.retry_after)
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decision = match &self.reason {
            Reason::UsedUp(decision) => decision,
            Reason::Unchecked(name) => return write!(f, "the limit `{name}` cannot be checked now; try again later"),
        };
        let limit = decision.decisive();
        let within = humantime::format_duration(limit.within);
        write!(f, "the limit `{}` of {} within {within} is used up", limit.name, limit.limit)?;
        if decision.retry_after == Duration::MAX {
            return write!(f, "; the request costs more than the whole limit");
        }
        let seconds = Duration::from_secs(decision.retry_after.as_millis().div_ceil(1000) as u64);
        write!(f, "; try again in {}", humantime::format_duration(seconds))
    }
}
