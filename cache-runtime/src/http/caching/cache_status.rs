//! What a cache did, for whoever debugs it (RFC 9211).

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What a cache did with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum CacheStatus {
    /// A stored response was served, which stays fresh for so many seconds; fewer than none if it is stale.
    Hit { ttl: i64 },
    /// The request went on.
    Forwarded { why: Forwarded, status: Option<u16>, is_stored: bool },
    /// The request waited for the answer to another one.
    Collapsed { why: Forwarded },
    /// The client wants a stored response, and there is none.
    Refused,
}

/// Why a request went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Forwarded {
    /// The cache does not handle such requests.
    Bypass,
    /// The method is not one of those that are answered from a cache.
    Method,
    UriMiss,
    VaryMiss,
    /// The stored response had to be validated.
    Stale,
    /// The request asks for a newer response.
    Request,
}

impl CacheStatus {
    /// Whether the origin has just made or confirmed the response.
    pub(in crate::http) fn is_from_origin(self) -> bool {
        matches!(self, CacheStatus::Forwarded { is_stored: true, .. })
    }

    /// Adds the field to a response, behind those of other caches.
    pub(in crate::http) fn append(self, cache: &str, response: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::try_from(format!("{cache}; {self}")) {
            response.append(CACHE_STATUS, value);
        }
    }
}

impl fmt::Display for CacheStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CacheStatus::Hit { ttl } => write!(f, "hit; ttl={ttl}"),
            CacheStatus::Forwarded { why, status, is_stored } => {
                write!(f, "fwd={why}")?;
                if let Some(status) = status {
                    write!(f, "; fwd-status={status}")?;
                }
                f.write_str(if *is_stored { "; stored" } else { "" })
            }
            CacheStatus::Collapsed { why } => write!(f, "fwd={why}; collapsed"),
            CacheStatus::Refused => f.write_str("fwd=request; detail=only-if-cached"),
        }
    }
}

impl fmt::Display for Forwarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Forwarded::Bypass => "bypass",
            Forwarded::Method => "method",
            Forwarded::UriMiss => "uri-miss",
            Forwarded::VaryMiss => "vary-miss",
            Forwarded::Stale => "stale",
            Forwarded::Request => "request",
        })
    }
}
