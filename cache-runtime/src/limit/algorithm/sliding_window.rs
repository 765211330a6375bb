//! The sliding window: two counters of neighbouring windows, of which the previous one counts in part.

use std::time::Duration;

use crate::limit::rule::{Reading, Rule};
use crate::store::{Count, Expiration, Step};
use crate::time::Timestamp;

/// Where a moment lies: in which window, and how far into it. In milliseconds.
#[derive(Clone, Copy)]
pub(in crate::limit) struct Phase {
    pub(in crate::limit) window: i64,
    into: i64,
    length: i64,
}

impl Phase {
    pub(in crate::limit) fn at(rule: &Rule, now: Timestamp) -> Self {
        let length = rule.within_millis();
        Phase { window: now.as_millis().div_euclid(length), into: now.as_millis().rem_euclid(length), length }
    }

    /// How much of the previous count is still in a window that ends now: the largest whole number below its share. A steady
    /// client at its limit sends the next request just when a place is free, so the full share would refuse it.
    fn share(self, previous: i64) -> i64 {
        let share = i128::from(previous) * i128::from(self.length - self.into);
        let below = (share - 1).div_euclid(i128::from(self.length)).max(0);
        i64::try_from(below).unwrap_or(i64::MAX)
    }

    /// How far into a window the share of the previous count is down to `room`.
    fn fades_at(self, previous: i64, room: i64) -> i64 {
        let (length, places) = (i128::from(self.length), i128::from(room) + 1);
        let faded = length - places * length / i128::from(previous.max(1));
        i64::try_from(faded.clamp(0, length)).unwrap_or(self.length)
    }

    fn left(self) -> i64 {
        self.length - self.into
    }
}

pub(in crate::limit) fn step(rule: &Rule, key: String, by: i64, previous: i64, now: Timestamp) -> Step {
    let phase = Phase::at(rule, now);
    let end = now.after(millis(phase.left() + phase.length));
    Step::new(key, by, (rule.to - phase.share(previous)).max(0), Expiration::new(now, end))
}

pub(in crate::limit) fn read(rule: &Rule, count: Option<Count>, previous: i64, cost: i64, now: Timestamp) -> Reading {
    let (phase, value) = (Phase::at(rule, now), count.map_or(0, |count| count.value));
    let used = value.saturating_add(phase.share(previous));
    let fits = used.saturating_add(cost) <= rule.to;
    // The previous count fades in this window, and the present one in the next.
    let in_this = |room| (phase.fades_at(previous, room) - phase.into).max(0);
    let in_next = |room| phase.left() + phase.fades_at(value, room);
    let reset_after = match (value, previous) {
        (0, 0) => 0,
        (0, _) => in_this(0),
        _ => in_next(0),
    };
    let retry_after = if fits {
        Duration::ZERO
    } else if cost > rule.to {
        Duration::MAX
    } else if value + cost <= rule.to {
        millis(in_this(rule.to - value - cost))
    } else {
        millis(in_next(rule.to - cost))
    };
    Reading { remaining: rule.to - used, reset_after: millis(reset_after), retry_after }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
