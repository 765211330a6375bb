//! A `Cache-Control` that was received.

use std::time::Duration;

use http::HeaderMap;
use http::header::CACHE_CONTROL;

use super::reader::{Directive, directives};

/// The directives of a `Cache-Control` that was received, in a request or a response.
///
/// ```
/// use cache_runtime::http::Directives;
/// use std::time::Duration;
///
/// let received = Directives::parse([r#"Max-Age="60", private="Set-Cookie", rating=5"#]);
/// assert_eq!(received.max_age, Some(Duration::from_secs(60)));
/// assert!(received.private);
/// ```
///
/// It is read from any bytes, by these rules of RFC 9111:
///
/// - A name may be in any case, and a value quoted. Unknown directives are left out.
/// - Of a directive that is there twice, in one line or in two, the first counts.
/// - A `max-age` or `s-maxage` that is no number, such as `-1`, is zero: the response is stale. Another time that is no number
///   is left out. A number beyond 2³¹ is 2³¹.
/// - `private` and `no-cache` with names of fields count as without. `public`, `immutable` and `must-understand`, which allow
///   something, do not count with a value; what forbids something does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Directives {
    /// In a response, for how long it is fresh; in a request, how old an answer may be.
    pub max_age: Option<Duration>,
    /// For how long it is fresh in a cache that many people share.
    pub s_maxage: Option<Duration>,
    /// Such a cache may keep it, even if the request had an `Authorization`.
    pub public: bool,
    /// Such a cache may not keep it.
    pub private: bool,
    /// No cache may keep it.
    pub no_store: bool,
    /// No cache may answer with it without asking.
    pub no_cache: bool,
    /// No cache may answer with it without asking once it is stale.
    pub must_revalidate: bool,
    /// The same for a cache that many people share.
    pub proxy_revalidate: bool,
    /// It never changes while it is fresh.
    pub immutable: bool,
    /// For how long after it is stale a cache may answer with it while it asks.
    pub stale_while_revalidate: Option<Duration>,
    /// For how long after it is stale a cache may answer with it if the server fails.
    pub stale_if_error: Option<Duration>,
    /// The content may not be changed on the way.
    pub no_transform: bool,
    /// Only a cache that knows the rules of the status may keep it, and then may ignore `no-store`.
    pub must_understand: bool,
    /// In a request: for how long the answer may have been stale. `max-stale` without a value is [`Duration::MAX`].
    pub max_stale: Option<Duration>,
    /// In a request: for how long the answer must still be fresh.
    pub min_fresh: Option<Duration>,
    /// In a request: the answer must come from the cache, or be a 504.
    pub only_if_cached: bool,
}

impl Directives {
    /// Reads the field `Cache-Control`, which may have several lines.
    ///
    /// ```
    /// use cache_runtime::http::Directives;
    /// use http::{HeaderMap, HeaderValue, header::CACHE_CONTROL};
    ///
    /// let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
    /// assert!(Directives::of(&headers).no_store);
    /// assert_eq!(Directives::of(&HeaderMap::new()), Directives::default());
    /// ```
    pub fn of(headers: &HeaderMap) -> Self {
        Directives::parse(headers.get_all(CACHE_CONTROL))
    }

    /// Reads the lines of a `Cache-Control`.
    pub fn parse(lines: impl IntoIterator<Item: AsRef<[u8]>>) -> Self {
        let mut read = Directives::default();
        for line in lines {
            directives(line.as_ref()).for_each(|directive| read.add(&directive));
        }
        read
    }

    fn add(&mut self, directive: &Directive<'_>) {
        match &*directive.name.to_ascii_lowercase() {
            b"max-age" => set_first(&mut self.max_age, directive.seconds().or(Some(Duration::ZERO))),
            b"s-maxage" => set_first(&mut self.s_maxage, directive.seconds().or(Some(Duration::ZERO))),
            b"public" => self.public |= directive.value.is_none(),
            b"private" => self.private = true,
            b"no-store" => self.no_store = true,
            b"no-cache" => self.no_cache = true,
            b"must-revalidate" => self.must_revalidate = true,
            b"proxy-revalidate" => self.proxy_revalidate = true,
            b"immutable" => self.immutable |= directive.value.is_none(),
            b"stale-while-revalidate" => set_first(&mut self.stale_while_revalidate, directive.seconds()),
            b"stale-if-error" => set_first(&mut self.stale_if_error, directive.seconds()),
            b"no-transform" => self.no_transform = true,
            b"must-understand" => self.must_understand |= directive.value.is_none(),
            b"max-stale" if directive.value.is_none() => set_first(&mut self.max_stale, Some(Duration::MAX)),
            b"max-stale" => set_first(&mut self.max_stale, directive.seconds()),
            b"min-fresh" => set_first(&mut self.min_fresh, directive.seconds()),
            b"only-if-cached" => self.only_if_cached = true,
            _ => {}
        }
    }
}

fn set_first(field: &mut Option<Duration>, value: Option<Duration>) {
    *field = field.or(value);
}
