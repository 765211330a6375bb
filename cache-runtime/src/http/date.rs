//! Dates of HTTP, which have whole seconds.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

/// A date of HTTP: whole seconds, from 1970 to 9999.
///
/// ```
/// use cache_runtime::http::HttpDate;
/// use std::time::{Duration, SystemTime};
///
/// let date = HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_millis(784_111_777_700));
/// assert_eq!(date.to_string(), "Sun, 06 Nov 1994 08:49:37 GMT");
/// assert_eq!(HttpDate::parse(b"Sunday, 06-Nov-94 08:49:37 GMT"), Some(date));
/// assert_eq!(HttpDate::parse(b"yesterday"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpDate {
    seconds: u64,
}

/// 9999-12-31 23:59:59, the last date that can be written.
const LAST: u64 = 253_402_300_799;

impl HttpDate {
    /// Returns this moment.
    ///
    /// ```
    /// use cache_runtime::http::HttpDate;
    ///
    /// assert!(HttpDate::now() > HttpDate::parse(b"Sun, 06 Nov 1994 08:49:37 GMT").unwrap());
    /// ```
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Reads a date in one of the three forms of RFC 9110; `None` if it is none of them.
    ///
    /// ```
    /// use cache_runtime::http::HttpDate;
    ///
    /// assert_eq!(HttpDate::parse(b"Sun Nov  6 08:49:37 1994"), HttpDate::parse(b"Sun, 06 Nov 1994 08:49:37 GMT"));
    /// ```
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        httpdate::parse_http_date(text).ok().map(HttpDate::from)
    }
}

/// Cut to the second. What is before 1970 or after 9999 becomes the first or the last date.
impl From<SystemTime> for HttpDate {
    fn from(moment: SystemTime) -> Self {
        let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        HttpDate { seconds: seconds.min(LAST) }
    }
}

impl From<HttpDate> for SystemTime {
    fn from(date: HttpDate) -> Self {
        UNIX_EPOCH + Duration::from_secs(date.seconds)
    }
}

/// The text as it is sent, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
impl fmt::Display for HttpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        httpdate::HttpDate::from(SystemTime::from(*self)).fmt(f)
    }
}

impl From<HttpDate> for HeaderValue {
    fn from(date: HttpDate) -> Self {
        HeaderValue::try_from(date.to_string()).expect("a date is ASCII")
    }
}

#[cfg(test)]
mod tests;
