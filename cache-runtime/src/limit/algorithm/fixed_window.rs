//! The fixed window: a counter that lives as long as the window, from the first request on.

use std::time::Duration;

use crate::limit::rule::{Reading, Rule};
use crate::store::{Count, Expiration, Step};
use crate::time::Timestamp;

pub(in crate::limit) fn step(rule: &Rule, key: String, by: i64, now: Timestamp) -> Step {
    Step::new(key, by, rule.to, Expiration { is_explicit: true, ..Expiration::new(now, now.after(rule.within)) })
}

pub(in crate::limit) fn read(rule: &Rule, count: Option<Count>, cost: i64, now: Timestamp) -> Reading {
    let (value, reset_after) = count.map_or((0, Duration::ZERO), |count| (count.value, count.expires_at.since(now)));
    let fits = value.saturating_add(cost) <= rule.to;
    let retry_after = match (fits, cost > rule.to) {
        (true, _) => Duration::ZERO,
        (false, true) => Duration::MAX,
        (false, false) => reset_after,
    };
    Reading { remaining: rule.to - value, reset_after, retry_after }
}
