//! What went wrong, as one type with a kind to decide by.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;

/// What this crate's fallible functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: a [kind](Error::kind) to decide by, a sentence to read, and the cause beneath it.
///
/// No text of an error holds a password: addresses are written without their credentials.
///
/// ```
/// use cache_runtime::{Cache, ErrorKind};
///
/// let error = Cache::open("sqlite://x.sqlite3?timeuot=5").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert!(error.to_string().contains("timeout"), "{error}");
/// ```
#[derive(thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`], for a program to decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key, tag or namespace is not one: it is empty.
    Key,
    /// The value is not one that serde can write.
    Value,
    /// The entry is not a whole number, so it cannot be incremented. Nothing was changed.
    NotANumber,
    /// The counter would leave the range of `i64`. Nothing was changed.
    Overflow,
    /// The configuration, an address or an option is wrong; trying again will not help.
    Config,
    /// The store does not take this entry, or cannot read it: it is too large, say, or another program keeps something
    /// else in its place. Other entries are served, so however often this comes, the store is not taken for away.
    Entry,
    /// The store is away, busy or full at this moment; it may answer later.
    Unavailable,
    /// The store refused for another reason, which [`source`](std::error::Error::source) tells: it is taken to be one
    /// that concerns all entries, as a password that is not accepted.
    Store,
}

impl Error {
    /// Makes an error; for stores of one's own.
    ///
    /// ```
    /// use cache_runtime::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Unavailable, "memcached does not answer");
    /// assert_eq!(error.to_string(), "memcached does not answer");
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), source: None }
    }

    /// Adds the cause. What it displays must hold no password.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind, to decide by.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Puts in front what was being done, and where.
    #[must_use]
    pub(crate) fn context(mut self, context: impl fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }
}

/// For conversions that cannot fail, where others may: see [`CacheBuilder::expires_in`](crate::CacheBuilder::expires_in).
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.message)?;
        match &self.source {
            Some(source) => write!(f, " ({source})"),
            None => Ok(()),
        }
    }
}
