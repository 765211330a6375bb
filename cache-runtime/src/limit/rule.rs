//! One limit: what it counts under which keys, and what the counts mean.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::FixedState;

use super::Algorithm;
use super::algorithm::sliding_window::Phase;
use super::algorithm::{fixed_window, gcra, sliding_window};
use crate::key::{self, WhoDigest};
use crate::store::{Count, Expiration, Step};
use crate::time::{Timestamp, Ttl};

/// The longest window: 100 years, so that moments in microseconds stay below 2⁵³.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The highest limit, so that counts stay below 2⁵³ in Redis.
const HIGHEST: u64 = 1 << 32;

/// One limit. Two rules count together only if name, algorithm and window are equal.
#[derive(Clone, Debug, Hash)]
pub(super) struct Rule {
    pub(super) name: Arc<str>,
    pub(super) to: i64,
    /// Whole milliseconds, and at least one.
    pub(super) within: Duration,
    pub(super) algorithm: Algorithm,
    /// For how long who is over the limit is refused, if not until there is room again.
    pub(super) ban: Option<Duration>,
}

/// What a limit says about its counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) remaining: i64,
    /// When all is forgotten that was counted.
    pub(super) reset_after: Duration,
    /// When a request of the asked cost fits; the longest duration if never.
    pub(super) retry_after: Duration,
}

impl Rule {
    pub(super) fn new(name: &str) -> Self {
        let within = Duration::from_secs(60);
        Rule { name: name.into(), to: 0, within, algorithm: Algorithm::FixedWindow, ban: None }
    }

    pub(super) fn set_to(&mut self, to: u64) {
        self.to = to.min(HIGHEST).cast_signed();
    }

    pub(super) fn set_within(&mut self, within: Ttl) {
        self.within = bounded(within);
    }

    pub(super) fn set_ban(&mut self, ban: Ttl) {
        self.ban = Some(bounded(ban));
    }

    /// Whether two rules have one count.
    pub(super) fn is_counted_with(&self, other: &Rule) -> bool {
        let own = |rule: &Rule| (rule.name.clone(), rule.algorithm, rule.within);
        own(self) == own(other)
    }

    pub(super) fn within_millis(&self) -> i64 {
        i64::try_from(self.within.as_millis()).unwrap_or(i64::MAX)
    }

    /// The key of the count, at a moment.
    pub(super) fn key(&self, namespace: &str, who: &WhoDigest, now: Timestamp) -> String {
        let (letter, within) = (self.algorithm.letter(), self.within_millis());
        match self.algorithm {
            Algorithm::SlidingWindow => self.window_key(namespace, who, Phase::at(self, now).window),
            _ => key::of_limit(namespace, who, format_args!("{letter}{within}"), &self.name),
        }
    }

    /// The key of the count before, if there are two.
    pub(super) fn previous_key(&self, namespace: &str, who: &WhoDigest, now: Timestamp) -> Option<String> {
        let is_sliding = self.algorithm == Algorithm::SlidingWindow;
        is_sliding.then(|| self.window_key(namespace, who, Phase::at(self, now).window - 1))
    }

    fn window_key(&self, namespace: &str, who: &WhoDigest, window: i64) -> String {
        let (letter, within) = (self.algorithm.letter(), self.within_millis());
        key::of_limit(namespace, who, format_args!("{letter}{within}.{window}"), &self.name)
    }

    /// The key under which it is recorded that somebody is banned.
    pub(super) fn ban_key(&self, namespace: &str, who: &WhoDigest) -> Option<String> {
        let (letter, within, ban) = (self.algorithm.letter(), self.within_millis(), self.ban?);
        Some(key::of_limit(namespace, who, format_args!("b{}{letter}{within}", ban.as_millis()), &self.name))
    }

    /// The expiration of a ban that starts now.
    pub(super) fn ban_expiration(&self, now: Timestamp) -> Option<Expiration> {
        Some(Expiration { is_explicit: true, ..Expiration::new(now, now.after(self.ban?)) })
    }

    /// The step that counts a request.
    pub(super) fn step(&self, key: String, by: i64, previous: i64, now: Timestamp) -> Step {
        match self.algorithm {
            Algorithm::FixedWindow => fixed_window::step(self, key, by, now),
            Algorithm::SlidingWindow => sliding_window::step(self, key, by, previous, now),
            Algorithm::Gcra => gcra::step(self, key, by, now),
        }
    }

    /// What the count means for a request that is still to be counted.
    pub(super) fn read(&self, count: Option<Count>, previous: i64, cost: i64, now: Timestamp) -> Reading {
        match self.algorithm {
            Algorithm::FixedWindow => fixed_window::read(self, count, cost, now),
            Algorithm::SlidingWindow => sliding_window::read(self, count, previous, cost, now),
            Algorithm::Gcra => gcra::read(self, count, cost, now),
        }
    }
}

/// A hash that tells limiters of one process apart.
pub(super) fn fingerprint(namespace: &str, rules: &[Rule]) -> u64 {
    FixedState::default().hash_one((namespace, rules))
}

fn bounded(length: Ttl) -> Duration {
    let millis = length.span().min(LONGEST).as_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX).max(1))
}
