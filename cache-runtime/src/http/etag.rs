//! Entity tags: names for the state of a page.

use std::fmt;

use http::HeaderValue;
use sha2::{Digest as _, Sha256};

mod list;

pub(super) use self::list::{Member, members};

/// An entity tag: a name for the state of a page, weak or strong.
///
/// Two pages with one strong tag are equal byte for byte. With one weak tag, which is written `W/"…"`, they are as good as
/// equal to a reader.
///
/// ```
/// use cache_runtime::http::ETag;
///
/// let tag = ETag::of_content("<h1>Tea</h1>");
/// assert_eq!(tag.to_string(), "\"95da430871f9ebb8a4dd10e46d08b86e\"");
/// let weak = tag.clone().into_weak();
/// assert!(tag.matches_weakly(&weak) && !tag.matches_strongly(&weak));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ETag {
    /// As it is sent: `"…"` or `W/"…"`.
    text: HeaderValue,
}

impl ETag {
    /// Makes a strong tag of a hash of the content, the same in every release.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// assert_eq!(ETag::of_content("a"), ETag::of_content(b"a"));
    /// assert_ne!(ETag::of_content("a"), ETag::of_content("b"));
    /// ```
    pub fn of_content(content: impl AsRef<[u8]>) -> Self {
        ETag::of_hash(Sha256::digest(content))
    }

    /// 128 bits of a hash: as good as all of them against chance.
    pub(super) fn of_hash(hash: impl AsRef<[u8]>) -> Self {
        let digits: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        ETag { text: as_sent(format!("\"{digits}\"").as_bytes()) }
    }

    /// Reads one tag as it is sent, `"…"` or `W/"…"`; `None` if it is not one.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// assert!(ETag::parse(b"W/\"a,b\"").unwrap().is_weak());
    /// assert_eq!(ETag::parse(b"a"), None);
    /// assert_eq!(ETag::parse(b"\"a\", \"b\""), None);
    /// ```
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let quoted = text.strip_prefix(b"W/").unwrap_or(text);
        let opaque = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if opaque.contains(&b'"') {
            return None;
        }
        HeaderValue::from_bytes(text).ok().map(|text| ETag { text })
    }

    /// Says whether the tag is weak: `W/"…"`.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// assert!(!ETag::parse(b"\"a\"").unwrap().is_weak());
    /// ```
    pub fn is_weak(&self) -> bool {
        self.text.as_bytes().starts_with(b"W")
    }

    /// Returns the same tag as a weak one.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// assert_eq!(ETag::parse(b"\"a\"").unwrap().into_weak().to_string(), "W/\"a\"");
    /// ```
    #[must_use]
    pub fn into_weak(self) -> Self {
        if self.is_weak() {
            return self;
        }
        ETag { text: as_sent(&[b"W/", self.text.as_bytes()].concat()) }
    }

    /// Returns what stands between the quotes.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// assert_eq!(ETag::parse(b"W/\"a\"").unwrap().opaque(), b"a");
    /// ```
    pub fn opaque(&self) -> &[u8] {
        let text = self.text.as_bytes();
        let start = if self.is_weak() { 3 } else { 1 };
        &text[start..text.len() - 1]
    }

    /// Compares two tags for reading: `W/"a"` and `"a"` match.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// let tag = ETag::parse(b"\"a\"").unwrap();
    /// assert!(tag.matches_weakly(&ETag::parse(b"W/\"a\"").unwrap()));
    /// ```
    pub fn matches_weakly(&self, other: &ETag) -> bool {
        self.opaque() == other.opaque()
    }

    /// Compares two tags for writing: a weak one matches nothing.
    ///
    /// ```
    /// use cache_runtime::http::ETag;
    ///
    /// let weak = ETag::parse(b"W/\"a\"").unwrap();
    /// assert!(!weak.matches_strongly(&weak));
    /// ```
    pub fn matches_strongly(&self, other: &ETag) -> bool {
        !self.is_weak() && !other.is_weak() && self.opaque() == other.opaque()
    }
}

/// A tag made of hexadecimal digits, or of another tag.
fn as_sent(text: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(text).expect("it has only bytes that a field may have")
}

/// The text as it is sent. Bytes that are not UTF-8 are replaced; the header value keeps them.
impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.text.as_bytes()))
    }
}

impl fmt::Debug for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<ETag> for HeaderValue {
    fn from(tag: ETag) -> Self {
        tag.text
    }
}

#[cfg(test)]
mod tests;
