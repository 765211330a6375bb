//! The rules of RFC 9111 as functions of requests, responses and the time. Nothing is stored or sent here.

mod cache_status;
mod fields;
mod freshness;
mod invalidation;
mod range;
mod requested;
mod storable;
mod target;
mod update;
mod vary;

pub(super) use self::cache_status::{CacheStatus, Forwarded};
pub(super) use self::fields::remove_unstorable;
pub(super) use self::freshness::{Arrival, Freshness};
pub(super) use self::invalidation::changed_urls;
pub(super) use self::range::{Slice, slice};
pub(super) use self::requested::{Requested, Reuse};
pub(super) use self::storable::{Storable, is_failure};
pub(super) use self::target::Target;
pub(super) use self::update::{is_confirmed_by, update};
pub(super) use self::vary::{Selection, Vary};

/// What a cache may store and serve.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// Whether it serves more than one user.
    pub(super) is_shared: bool,
    /// Whether only responses that say `public` or `s-maxage` are stored.
    pub(super) explicit_only: bool,
    /// The longest heuristic lifetime in seconds; `None` for no heuristics.
    pub(super) heuristic: Option<u64>,
    /// The windows in seconds of responses that do not name theirs.
    pub(super) stale_while_revalidate: u64,
    pub(super) stale_if_error: u64,
    /// A field that a server addresses to this cache, and that counts instead of `Cache-Control` (RFC 9213).
    pub(super) targeted: Option<http::HeaderName>,
    /// What requests say about caching is ignored.
    pub(super) ignores_requests: bool,
}

impl Rules {
    /// A cache of one user, without heuristics and without windows of its own.
    pub(super) fn standard() -> Self {
        Rules {
            is_shared: false,
            explicit_only: false,
            heuristic: None,
            stale_while_revalidate: 0,
            stale_if_error: 0,
            targeted: None,
            ignores_requests: false,
        }
    }
}
