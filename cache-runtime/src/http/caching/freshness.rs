//! How old a response is, and for how long it is fresh (RFC 9111, 4.2).

use std::time::{Duration, SystemTime};

use http::header::{AGE, DATE, EXPIRES};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::Rules;
use super::fields::list;
use super::storable::is_heuristically_cacheable;
use crate::http::{Directives, HttpDate, Validators, only_value};
use crate::store::Timestamp;

/// For how long a stale response is kept that can be validated, in seconds: a day.
const KEPT_FOR_VALIDATION: u64 = 24 * 60 * 60;

/// When a response was asked for, and when it came.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Arrival {
    pub(in crate::http) requested_at: Timestamp,
    pub(in crate::http) received_at: Timestamp,
}

/// How old a stored response is and for how long it may be served, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http) struct Freshness {
    /// In milliseconds since 1970.
    received_at: i64,
    age_when_received: u64,
    lifetime: u64,
    /// It is validated before each use.
    no_cache: bool,
    /// It is never served stale.
    must_revalidate: bool,
    stale_while_revalidate: u64,
    stale_if_error: u64,
    has_validators: bool,
}

impl Freshness {
    pub(in crate::http) fn new(
        rules: &Rules,
        arrival: Arrival,
        status: StatusCode,
        headers: &HeaderMap,
        directives: &Directives,
    ) -> Self {
        let must_revalidate = directives.must_revalidate || directives.proxy_revalidate && rules.is_shared;
        // `s-maxage` forbids stale answers, unless the server allows them in so many words (RFC 9111, 5.2.2.10; RFC 5861).
        let is_strict = rules.is_shared && directives.s_maxage.is_some();
        let window = |named: Option<Duration>, otherwise: u64| match named {
            _ if must_revalidate || directives.no_cache => 0,
            Some(named) => named.as_secs(),
            None if is_strict => 0,
            None => otherwise,
        };
        let validators = Validators::of(headers);
        Freshness {
            received_at: arrival.received_at.as_millis(),
            age_when_received: age_when_received(arrival, headers),
            lifetime: lifetime(rules, arrival, status, headers, directives),
            no_cache: directives.no_cache,
            must_revalidate: must_revalidate || is_strict || directives.no_cache,
            stale_while_revalidate: window(directives.stale_while_revalidate, rules.stale_while_revalidate),
            stale_if_error: window(directives.stale_if_error, rules.stale_if_error),
            has_validators: validators.etag.is_some() || validators.last_modified.is_some(),
        }
    }

    /// How old the response is now.
    pub(in crate::http) fn age(&self, now: Timestamp) -> u64 {
        let resident = now.since(Timestamp::from_millis(self.received_at)).as_secs();
        self.age_when_received.saturating_add(resident)
    }

    /// For how long it stays fresh; negative once it is stale.
    pub(in crate::http) fn ttl(&self, now: Timestamp) -> i64 {
        let signed = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        signed(self.lifetime).saturating_sub(signed(self.age(now)))
    }

    /// Whether it is validated before each use, so that no two requests can share it.
    pub(in crate::http) fn is_always_validated(&self) -> bool {
        self.no_cache || self.lifetime == 0
    }

    /// What tells this response from a later one of the same URL.
    pub(in crate::http) fn identity(&self) -> i64 {
        self.received_at
    }

    pub(in crate::http) fn must_be_validated(&self) -> bool {
        self.no_cache
    }

    /// Whether a client that takes stale responses may be given it.
    pub(in crate::http) fn may_be_stale(&self) -> bool {
        !self.must_revalidate
    }

    /// Whether it may be served while it is validated.
    pub(in crate::http) fn is_servable_meanwhile(&self, now: Timestamp) -> bool {
        self.is_within(self.stale_while_revalidate, now)
    }

    /// Whether it may be served instead of an error.
    pub(in crate::http) fn is_servable_on_error(&self, now: Timestamp) -> bool {
        self.is_within(self.stale_if_error, now)
    }

    fn is_within(&self, window: u64, now: Timestamp) -> bool {
        !self.no_cache && self.age(now) < self.lifetime.saturating_add(window)
    }

    /// The window in which one caller validates and the others are served at once.
    pub(in crate::http) fn window(&self) -> Duration {
        Duration::from_secs(self.stale_while_revalidate)
    }

    /// For how long the response is worth keeping, from its arrival on.
    pub(in crate::http) fn retention(&self) -> Duration {
        let for_validation = if self.has_validators { KEPT_FOR_VALIDATION } else { 0 };
        let stale = self.stale_while_revalidate.max(self.stale_if_error).max(for_validation);
        let useful = if self.no_cache { 0 } else { self.lifetime.saturating_sub(self.age_when_received) };
        Duration::from_secs(useful.saturating_add(stale))
    }
}

/// The age of a response when it came (RFC 9111, 4.2.3): what it says itself and the time of its way, or the time since its
/// date.
fn age_when_received(arrival: Arrival, headers: &HeaderMap) -> u64 {
    let on_its_way = arrival.received_at.since(arrival.requested_at).as_secs();
    let since_date = date(headers).map_or(0, |date| seconds(arrival.received_at).saturating_sub(seconds_of(date)));
    stated_age(headers).saturating_add(on_its_way).max(since_date)
}

/// The first member of the first line of `Age`; what is no number is ignored, and one beyond 2³¹ is 2³¹.
fn stated_age(headers: &HeaderMap) -> u64 {
    let first = headers.get(AGE).and_then(|line| list(line.as_bytes()).next());
    let digits = first.filter(|digits| digits.iter().all(u8::is_ascii_digit)).unwrap_or_default();
    digits.iter().fold(0, |sum, digit| (sum * 10 + u64::from(digit - b'0')).min(1 << 31))
}

fn lifetime(rules: &Rules, arrival: Arrival, status: StatusCode, headers: &HeaderMap, directives: &Directives) -> u64 {
    let for_all = directives.s_maxage.filter(|_| rules.is_shared);
    if let Some(stated) = for_all.or(directives.max_age) {
        return stated.as_secs();
    }
    let sent_at = date(headers).map_or_else(|| seconds(arrival.received_at), seconds_of);
    if headers.contains_key(EXPIRES) {
        let expires = only_value(headers, EXPIRES).and_then(date_in_any_case);
        return expires.map_or(0, |expires| seconds_of(expires).saturating_sub(sent_at));
    }
    let may_guess = directives.public || is_heuristically_cacheable(status);
    let last_modified = Validators::of(headers).last_modified.filter(|_| may_guess);
    let guessed = last_modified.map_or(0, |changed| sent_at.saturating_sub(seconds_of(changed)) / 10);
    guessed.min(rules.heuristic.unwrap_or(0))
}

fn date(headers: &HeaderMap) -> Option<HttpDate> {
    only_value(headers, DATE).and_then(date_in_any_case)
}

/// A date as caches read it: the names of days and months may be in any case (RFC 9111, 4.2). It must be exact otherwise.
fn date_in_any_case(text: &[u8]) -> Option<HttpDate> {
    HttpDate::parse(text).or_else(|| HttpDate::parse(&with_usual_capitals(text)))
}

/// `sun, 06 nov 1994 08:49:37 gmt` as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn with_usual_capitals(text: &[u8]) -> Vec<u8> {
    let mut text = text.to_ascii_lowercase();
    for word in text.split_mut(|byte| !byte.is_ascii_alphabetic()) {
        match word == b"gmt" {
            true => word.make_ascii_uppercase(),
            false => word.iter_mut().take(1).for_each(|first| first.make_ascii_uppercase()),
        }
    }
    text
}

/// Whole seconds, as dates have them: a fraction would make a response older than it is.
fn seconds(moment: Timestamp) -> u64 {
    moment.since(Timestamp::EPOCH).as_secs()
}

fn seconds_of(date: HttpDate) -> u64 {
    SystemTime::from(date).duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
