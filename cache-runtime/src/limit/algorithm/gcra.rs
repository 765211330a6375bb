//! GCRA: the moment at which all that has passed would have passed evenly spaced, in microseconds.

use std::time::Duration;

use crate::limit::rule::{Reading, Rule};
use crate::store::{Count, Expiration, Step};
use crate::time::Timestamp;

/// The space between two requests; never more than exact, so that no lawful client is refused.
fn space(rule: &Rule) -> i64 {
    (rule.within_millis() * 1000 / rule.to.max(1)).max(1)
}

/// How far the moment may be ahead of now.
fn burst(rule: &Rule) -> i64 {
    space(rule) * rule.to
}

pub(in crate::limit) fn step(rule: &Rule, key: String, by: i64, now: Timestamp) -> Step {
    let by = space(rule).saturating_mul(by.clamp(-rule.to, rule.to + 1));
    let (micros, end) = (micros(now), now.after(rule.within));
    Step { floor: Some(micros), ..Step::new(key, by, micros + burst(rule), Expiration::new(now, end)) }
}

pub(in crate::limit) fn read(rule: &Rule, count: Option<Count>, cost: i64, now: Timestamp) -> Reading {
    let ahead = count.map_or(0, |count| count.value - micros(now)).max(0);
    let (free, wanted) = (burst(rule) - ahead, space(rule).saturating_mul(cost));
    let fits = wanted <= free;
    let retry_after = match (fits, cost > rule.to) {
        (true, _) => Duration::ZERO,
        (false, true) => Duration::MAX,
        (false, false) => whole_millis(wanted - free),
    };
    Reading { remaining: free / space(rule), reset_after: whole_millis(ahead), retry_after }
}

fn micros(now: Timestamp) -> i64 {
    now.as_millis().saturating_mul(1000)
}

/// Rounded up: the clock shows milliseconds.
fn whole_millis(micros: i64) -> Duration {
    Duration::from_millis(u64::try_from(micros).unwrap_or(0).div_ceil(1000))
}
