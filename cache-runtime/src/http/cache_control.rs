//! The field `Cache-Control`: written by type or by text, and read as RFC 9111 says.

mod directives;
mod reader;

use std::fmt;

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue};

pub use self::directives::Directives;
use crate::{Error, ErrorKind, Result, Ttl};

/// A `Cache-Control` to send.
///
/// ```
/// use cache_runtime::http::CacheControl;
///
/// let assets = CacheControl::new().max_age(31_536_000).public().immutable();
/// assert_eq!(assets.to_string(), "max-age=31536000, public, immutable");
/// let page = CacheControl::new().max_age(60).private().stale_while_revalidate(30);
/// assert_eq!(page.to_string(), "max-age=60, private, stale-while-revalidate=30");
/// ```
///
/// A bare number is in seconds; a `Duration` is cut to them. [`Ttl::Never`] is a year, the longest that caches keep to.
/// Without any directive the text is empty, and the field is not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheControl {
    max_age: Option<u64>,
    s_maxage: Option<u64>,
    visibility: Option<Visibility>,
    no_store: bool,
    no_cache: bool,
    must_revalidate: bool,
    proxy_revalidate: bool,
    immutable: bool,
    stale_while_revalidate: Option<u64>,
    stale_if_error: Option<u64>,
    no_transform: bool,
    must_understand: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visibility {
    Public,
    Private,
}

/// In seconds.
const YEAR: u64 = 365 * 24 * 60 * 60;

fn seconds(ttl: impl Into<Ttl>) -> Option<u64> {
    match ttl.into() {
        Ttl::After(duration) => Some(duration.as_secs()),
        Ttl::Never => Some(YEAR),
    }
}

impl CacheControl {
    /// Starts without any directive.
    pub fn new() -> Self {
        CacheControl::default()
    }

    /// `max-age`: for how long a cache may answer with it without asking.
    #[must_use]
    pub fn max_age(self, ttl: impl Into<Ttl>) -> Self {
        CacheControl { max_age: seconds(ttl), ..self }
    }

    /// `s-maxage`: the same for caches that many people share, such as a CDN.
    #[must_use]
    pub fn s_maxage(self, ttl: impl Into<Ttl>) -> Self {
        CacheControl { s_maxage: seconds(ttl), ..self }
    }

    /// `public`: caches that many people share may keep it. It takes back [`private`](CacheControl::private).
    #[must_use]
    pub fn public(self) -> Self {
        CacheControl { visibility: Some(Visibility::Public), ..self }
    }

    /// `private`: only the browser of the one who asked may keep it. It takes back [`public`](CacheControl::public).
    #[must_use]
    pub fn private(self) -> Self {
        CacheControl { visibility: Some(Visibility::Private), ..self }
    }

    /// `no-store`: nobody may keep it.
    #[must_use]
    pub fn no_store(self) -> Self {
        CacheControl { no_store: true, ..self }
    }

    /// `no-cache`: it may be kept, but nobody may answer with it without asking.
    #[must_use]
    pub fn no_cache(self) -> Self {
        CacheControl { no_cache: true, ..self }
    }

    /// `must-revalidate`: once it is stale, nobody may answer with it without asking, even if the server is down.
    #[must_use]
    pub fn must_revalidate(self) -> Self {
        CacheControl { must_revalidate: true, ..self }
    }

    /// `proxy-revalidate`: the same for caches that many people share.
    #[must_use]
    pub fn proxy_revalidate(self) -> Self {
        CacheControl { proxy_revalidate: true, ..self }
    }

    /// `immutable`: it never changes, so a browser need not ask even when the page is reloaded (RFC 8246).
    #[must_use]
    pub fn immutable(self) -> Self {
        CacheControl { immutable: true, ..self }
    }

    /// `stale-while-revalidate`: for so long after it is stale, a cache may answer with it while it asks (RFC 5861).
    #[must_use]
    pub fn stale_while_revalidate(self, window: impl Into<Ttl>) -> Self {
        CacheControl { stale_while_revalidate: seconds(window), ..self }
    }

    /// `stale-if-error`: for so long after it is stale, a cache may answer with it if the server fails (RFC 5861).
    #[must_use]
    pub fn stale_if_error(self, window: impl Into<Ttl>) -> Self {
        CacheControl { stale_if_error: seconds(window), ..self }
    }

    /// `no-transform`: proxies may not change the content, as by compressing images.
    #[must_use]
    pub fn no_transform(self) -> Self {
        CacheControl { no_transform: true, ..self }
    }

    /// `must-understand`: only a cache that knows the rules of the status may keep it. Send `no-store` with it, which such a
    /// cache then ignores.
    #[must_use]
    pub fn must_understand(self) -> Self {
        CacheControl { must_understand: true, ..self }
    }

    /// Writes the field, in place of the one that is there; without any directive it is removed.
    ///
    /// ```
    /// use cache_runtime::http::CacheControl;
    /// use http::HeaderMap;
    ///
    /// let mut headers = HeaderMap::new();
    /// CacheControl::new().no_store().write(&mut headers);
    /// assert_eq!(headers["cache-control"], "no-store");
    /// ```
    pub fn write(&self, headers: &mut HeaderMap) {
        if *self == CacheControl::new() {
            headers.remove(CACHE_CONTROL);
        } else {
            headers.insert(CACHE_CONTROL, (*self).into());
        }
    }

    /// Whether it says if caches that many people share may keep it.
    pub(super) fn says_who_may_keep_it(&self) -> bool {
        self.visibility.is_some() || self.s_maxage.is_some() || self.no_store
    }

    /// In the order in which they are written.
    fn directives(&self) -> [(&'static str, Written); 13] {
        use Written::{Flag, Seconds};
        [
            ("max-age", Seconds(self.max_age)),
            ("s-maxage", Seconds(self.s_maxage)),
            ("public", Flag(self.visibility == Some(Visibility::Public))),
            ("private", Flag(self.visibility == Some(Visibility::Private))),
            ("no-store", Flag(self.no_store)),
            ("no-cache", Flag(self.no_cache)),
            ("must-revalidate", Flag(self.must_revalidate)),
            ("proxy-revalidate", Flag(self.proxy_revalidate)),
            ("immutable", Flag(self.immutable)),
            ("stale-while-revalidate", Seconds(self.stale_while_revalidate)),
            ("stale-if-error", Seconds(self.stale_if_error)),
            ("no-transform", Flag(self.no_transform)),
            ("must-understand", Flag(self.must_understand)),
        ]
    }
}

enum Written {
    Flag(bool),
    Seconds(Option<u64>),
}

impl fmt::Display for CacheControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, written) in self.directives() {
            match written {
                Written::Flag(false) | Written::Seconds(None) => continue,
                Written::Flag(true) => write!(f, "{separator}{name}")?,
                Written::Seconds(Some(seconds)) => write!(f, "{separator}{name}={seconds}")?,
            }
            separator = ", ";
        }
        Ok(())
    }
}

impl From<CacheControl> for HeaderValue {
    fn from(control: CacheControl) -> Self {
        HeaderValue::try_from(control.to_string()).expect("directives are ASCII")
    }
}

/// Writes a `Cache-Control` of directives as texts, in place of the one that is there; none remove the field.
///
/// ```
/// use cache_runtime::http::set_cache_control;
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// set_cache_control(&mut headers, ["max-age=3600", "public"])?;
/// assert_eq!(headers["cache-control"], "max-age=3600, public");
/// set_cache_control(&mut headers, [])?;
/// assert!(headers.is_empty());
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Value`] if a directive has a character that no field may have, such as the end of a line. The field is then as
/// it was.
pub fn set_cache_control<'a>(headers: &mut HeaderMap, directives: impl AsRef<[&'a str]>) -> Result<()> {
    let directives = directives.as_ref();
    if directives.is_empty() {
        headers.remove(CACHE_CONTROL);
        return Ok(());
    }
    let value = HeaderValue::try_from(directives.join(", ")).map_err(|cause| {
        let message = format!("{directives:?} is no Cache-Control; write directives such as \"max-age=3600\"");
        Error::new(ErrorKind::Value, message).with_source(cause)
    })?;
    headers.insert(CACHE_CONTROL, value);
    Ok(())
}

#[cfg(test)]
mod tests;
