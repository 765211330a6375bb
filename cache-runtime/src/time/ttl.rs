//! How long a value lives, and when it expires.

use std::time::{Duration, SystemTime};

use super::Timestamp;
use crate::{Error, ErrorKind, Result};

/// How long a value lives: a duration, or for ever.
///
/// A bare number is in seconds. A text is read by [`Ttl::parse`] or by `try_from`.
///
/// ```
/// use cache_runtime::Ttl;
/// use std::time::Duration;
///
/// assert_eq!(Ttl::from(300), Ttl::from(Duration::from_secs(300)));
/// assert_eq!(Ttl::try_from("5m")?, Ttl::After(Duration::from_secs(300)));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ttl {
    /// This long. Zero stores nothing and deletes what was there.
    After(Duration),
    /// For ever: until it is deleted or evicted.
    Never,
}

impl Ttl {
    /// The lifetime of entries if nothing else is configured: 2 days.
    pub const DEFAULT: Ttl = Ttl::After(Duration::from_secs(2 * 24 * 60 * 60));

    /// The length, where for ever is the longest one.
    pub(crate) fn span(self) -> Duration {
        match self {
            Ttl::After(duration) => duration,
            Ttl::Never => Duration::MAX,
        }
    }

    /// Reads `"300"` (seconds), `"5m"`, `"1h 30m"`, `"2 days"` or `"never"`.
    ///
    /// A number has one of these units, and several may follow each other:
    ///
    /// | unit | spellings |
    /// |---|---|
    /// | nanosecond, microsecond | `ns`, `nsec`; `us`, `usec` |
    /// | millisecond | `ms`, `msec` |
    /// | second | `s`, `sec`, `second`, `seconds` |
    /// | minute | `m`, `min`, `minute`, `minutes` |
    /// | hour | `h`, `hr`, `hour`, `hours` |
    /// | day | `d`, `day`, `days` |
    /// | week | `w`, `week`, `weeks` |
    /// | month of 30.44 days | `month`, `months` (not `M`, which looks like minutes) |
    /// | year of 365.25 days | `y`, `year`, `years` |
    ///
    /// It also takes the other spellings of the crate `humantime`, such as `mins`, and a fraction, as in `"1.5h"`.
    ///
    /// ```
    /// use cache_runtime::Ttl;
    ///
    /// assert_eq!(Ttl::parse("1h 30m")?, Ttl::from(5400));
    /// assert!(Ttl::parse("soon").is_err());
    /// assert!(Ttl::parse("5M").is_err()); // "5m", or "5 months"
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the text is not a time.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text == "never" {
            return Ok(Ttl::Never);
        }
        if let Ok(seconds) = text.parse::<u64>() {
            return Ok(Ttl::After(Duration::from_secs(seconds)));
        }
        if let Some((before, after)) = around_capital_m(text) {
            let message = format!(
                "{text:?} may mean minutes or months; write \"{before}m{after}\" or \"{before} months{after}\""
            );
            return Err(Error::new(ErrorKind::Config, message));
        }
        humantime::parse_duration(text).map(Ttl::After).map_err(|cause| {
            let message = format!("{text:?} is not a time; write seconds, \"5m\", \"1h 30m\", \"2 days\" or \"never\"");
            Error::new(ErrorKind::Config, message).with_source(cause)
        })
    }

    /// The moment when a value stored at `now` expires.
    pub(crate) fn end(self, now: Timestamp) -> Timestamp {
        match self {
            Ttl::After(duration) => now.after(duration),
            Ttl::Never => Timestamp::NEVER,
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        matches!(self, Ttl::After(duration) if duration.as_millis() == 0)
    }
}

/// What stands around a unit `M`, which is months to some and minutes to others. `cache_runtime::Ttl::parse` and the
/// attributes refuse it.
fn around_capital_m(text: &str) -> Option<(&str, &str)> {
    let (before, after) = text.split_once('M')?;
    let before = before.trim_end();
    (before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(char::is_alphabetic))
        .then_some((before, after))
}

/// A number of seconds.
impl From<u64> for Ttl {
    fn from(seconds: u64) -> Self {
        Ttl::After(Duration::from_secs(seconds))
    }
}

impl From<Duration> for Ttl {
    fn from(duration: Duration) -> Self {
        Ttl::After(duration)
    }
}

/// Reads a text as [`Ttl::parse`] does.
impl TryFrom<&str> for Ttl {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Ttl::parse(text)
    }
}

/// When an entry expires.
///
/// [`Cache::expiry`](crate::Cache::expiry) returns it.
///
/// ```
/// use cache_runtime::{Cache, Expiry};
///
/// match Cache::memory().expiry("stats")? {
///     Some(Expiry::At(moment)) => println!("it expires at {moment:?}"),
///     Some(Expiry::Never) => println!("it stays"),
///     None => println!("it is not there"),
/// }
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It expires at this moment.
    At(SystemTime),
    /// It does not expire.
    Never,
}

impl From<Timestamp> for Expiry {
    fn from(moment: Timestamp) -> Self {
        if moment == Timestamp::NEVER {
            return Expiry::Never;
        }
        let since = moment.since(Timestamp::EPOCH);
        SystemTime::UNIX_EPOCH.checked_add(since).map_or(Expiry::Never, Expiry::At)
    }
}
