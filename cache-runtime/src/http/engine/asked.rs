//! What a request asks of the cache.

use http::header::{CONNECTION, IF_MATCH, IF_UNMODIFIED_SINCE, RANGE, UPGRADE};
use http::{HeaderMap, Method};

use super::{Origin, Settings};
use crate::http::Preconditions;
use crate::http::caching::{Forwarded, Requested, Selection, Target};

/// A request that the cache may answer.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The key of the URL.
    pub(super) key: String,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) requested: Requested,
    pub(super) preconditions: Preconditions,
    /// The fields of this request that select its response, whatever the response says.
    pub(super) selecting: Selection,
}

/// What becomes of a request.
pub(super) enum Lookup {
    /// It is answered from the cache, if that has a response.
    Of(Box<Asked>),
    /// It may change what is stored of this URL.
    Change(Target),
    /// It goes on, and its response is not stored.
    Bypass(Forwarded),
}

impl Asked {
    pub(super) fn read(settings: &Settings, origin: &impl Origin) -> Lookup {
        let (method, headers) = (origin.method(), origin.headers());
        let target = Target::of(origin.uri(), headers);
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        let target = match target {
            Some(target) if !is_read && !method.is_safe() => return Lookup::Change(target),
            _ if !is_read => return Lookup::Bypass(Forwarded::Method),
            Some(target) if !is_special(settings, origin) => target,
            _ => return Lookup::Bypass(Forwarded::Bypass),
        };
        let requested = match settings.rules.ignores_requests {
            true => Requested::default(),
            false => Requested::read(headers),
        };
        if requested.no_store() {
            return Lookup::Bypass(Forwarded::Request);
        }
        let selecting = settings.selecting.iter().filter(|name| headers.contains_key(*name)).cloned();
        Lookup::Of(Box::new(Asked {
            key: target.key(settings.keeps_scheme),
            method: method.clone(),
            requested,
            preconditions: Preconditions::new(method, headers),
            selecting: Selection::new(selecting),
            headers: headers.clone(),
        }))
    }

    pub(super) fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// Whether the answer to this request is less than the response that is stored.
    pub(super) fn is_partial(&self) -> bool {
        self.is_head() || self.headers.contains_key(RANGE)
    }
}

/// Whether the request means something else than the page at its URL: it has a body, wants another protocol, names a state
/// that only the origin knows (RFC 9111, 4.3.2), or may turn into another request.
fn is_special(settings: &Settings, origin: &impl Origin) -> bool {
    let headers = origin.headers();
    let has = |names: &[http::HeaderName]| names.iter().any(|name| headers.contains_key(name));
    let upgrades = headers.contains_key(UPGRADE)
        || headers.get_all(CONNECTION).iter().any(|value| value.as_bytes().to_ascii_lowercase().ends_with(b"upgrade"));
    origin.has_content() || upgrades || has(&[IF_MATCH, IF_UNMODIFIED_SINCE]) || has(settings.rewriting)
}
