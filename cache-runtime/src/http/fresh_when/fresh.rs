//! What a page is sent with.

use http::HeaderMap;
use http::header::{CACHE_CONTROL, HeaderValue, VARY};

use crate::http::Directives;

/// What a page is sent with, if it was rendered: its `ETag`, `Last-Modified`, `Cache-Control` and `Vary`.
#[derive(Clone, Debug)]
#[must_use = "without these fields the browser asks for the whole page the next time, too"]
pub struct Fresh {
    headers: HeaderMap,
    is_public: bool,
}

impl Fresh {
    pub(super) fn new(headers: HeaderMap, is_public: bool) -> Self {
        Fresh { headers, is_public }
    }

    /// Returns the fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Writes the fields into those of a response.
    ///
    /// A `Cache-Control` that is there already stays. Where it does not say who may keep the page, `public` or `private` is added.
    /// A `Vary` gets what it lacks.
    ///
    /// ```
    /// use cache_runtime::http::{FreshWhen, Preconditions, set_cache_control};
    /// use http::{HeaderMap, Method};
    ///
    /// let request = Preconditions::new(&Method::GET, &HeaderMap::new());
    /// let mut response = HeaderMap::new();
    /// set_cache_control(&mut response, ["max-age=60"])?;
    /// FreshWhen::new().etag("v1").check(&request)?.write(&mut response);
    /// assert_eq!(response["cache-control"], "max-age=60, private");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(mut self, response: &mut HeaderMap) {
        if let Some(control) = merged(response, self.is_public) {
            self.headers.insert(CACHE_CONTROL, control);
        } else if response.contains_key(CACHE_CONTROL) {
            self.headers.remove(CACHE_CONTROL);
        }
        for (name, value) in &self.headers {
            if name == VARY {
                add_vary(response, value);
            } else {
                response.insert(name, value.clone());
            }
        }
    }
}

/// The `Cache-Control` of the response with a word on who may keep it; `None` if it needs none.
fn merged(response: &HeaderMap, is_public: bool) -> Option<HeaderValue> {
    let mut lines = response.get_all(CACHE_CONTROL).iter().peekable();
    lines.peek()?;
    let there = Directives::of(response);
    if there.public || there.private || there.no_store || there.s_maxage.is_some() {
        return None;
    }
    let word: &[u8] = if is_public { b"public" } else { b"private" };
    let all: Vec<&[u8]> = lines.map(HeaderValue::as_bytes).chain([word]).collect();
    HeaderValue::from_bytes(&all.join(&b", "[..])).ok()
}

/// Adds a name of a field that is not there.
fn add_vary(response: &mut HeaderMap, name: &HeaderValue) {
    let lines = response.get_all(VARY).iter().filter_map(|line| line.to_str().ok());
    let mut names = lines.flat_map(|line| line.split(',')).map(str::trim);
    if !names.any(|there| there == "*" || there.as_bytes().eq_ignore_ascii_case(name.as_bytes())) {
        response.append(VARY, name.clone());
    }
}
