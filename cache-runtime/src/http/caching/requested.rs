//! What a request says about caching, and whether a stored response answers it (RFC 9111, 4 and 5.2.1).

use http::HeaderMap;
use http::header::{CACHE_CONTROL, PRAGMA};

use super::Freshness;
use super::fields::list;
use crate::http::Directives;
use crate::store::Timestamp;

/// What a request says about caching.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::http) struct Requested {
    directives: Directives,
}

/// What may be done with a stored response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Reuse {
    /// Serve it.
    Serve,
    /// Serve it, and validate it meanwhile.
    ServeAndValidate,
    /// Validate it: it is stale.
    Validate,
    /// Validate it: the request asks for that.
    ValidateAsAsked,
}

impl Requested {
    /// Reads the request. `Pragma: no-cache` counts where there is no `Cache-Control`.
    pub(in crate::http) fn read(request: &HeaderMap) -> Self {
        let mut directives = Directives::of(request);
        if !request.contains_key(CACHE_CONTROL) {
            let pragmas = request.get_all(PRAGMA).iter().flat_map(|line| list(line.as_bytes()));
            directives.no_cache = pragmas.into_iter().any(|pragma| pragma.eq_ignore_ascii_case(b"no-cache"));
        }
        Requested { directives }
    }

    pub(in crate::http) fn no_store(&self) -> bool {
        self.directives.no_store
    }

    pub(in crate::http) fn only_if_cached(&self) -> bool {
        self.directives.only_if_cached
    }

    /// Decides about a stored response.
    pub(in crate::http) fn reuse(&self, stored: &Freshness, now: Timestamp) -> Reuse {
        let wanted = &self.directives;
        if stored.must_be_validated() {
            return Reuse::Validate;
        }
        let is_too_old = wanted.max_age.is_some_and(|most| stored.age(now) > most.as_secs());
        if wanted.no_cache || is_too_old {
            return Reuse::ValidateAsAsked;
        }
        let ttl = stored.ttl(now);
        let min_fresh = wanted.min_fresh.map_or(0, |least| i64::try_from(least.as_secs()).unwrap_or(i64::MAX));
        if ttl > 0 {
            return if ttl >= min_fresh { Reuse::Serve } else { Reuse::ValidateAsAsked };
        }
        let takes_stale = wanted.max_stale.is_some_and(|most| ttl.unsigned_abs() <= most.as_secs());
        if takes_stale && stored.may_be_stale() {
            return Reuse::Serve;
        }
        match stored.is_servable_meanwhile(now) && wanted.max_age.is_none() && min_fresh == 0 {
            true => Reuse::ServeAndValidate,
            false => Reuse::Validate,
        }
    }
}

#[cfg(test)]
mod tests;
