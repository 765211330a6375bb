//! The error of this crate: one type, with a kind to decide by.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of this crate, with a kind to decide by.
///
/// It has a [kind](Error::kind), a message, and perhaps a [source](std::error::Error::source). No message contains a
/// password: addresses are shown without their credentials.
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
    /// Whether the store could not be reached, so that no operation works, whichever this was.
    is_unreachable: bool,
}

/// The kind of an [`Error`], for programs to decide by.
///
/// ```
/// use cache_runtime::{Cache, ErrorKind};
///
/// let cache = Cache::memory();
/// cache.set("greeting", "hello")?;
/// let error = cache.increment("greeting", 1).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotANumber);
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key, the tag or the name of the namespace is empty, or the arguments of a function make no key.
    Key,
    /// The value cannot be stored: serde cannot write it, for example.
    Value,
    /// The entry cannot be incremented, because it is not a whole number. Nothing was changed.
    NotANumber,
    /// The counter would leave the range of `i64`. Nothing was changed.
    Overflow,
    /// The configuration, an address or an option is wrong; trying again will not help.
    Config,
    /// The store cannot write or read this one entry: it is too large, for example, or another program stored something
    /// else under its key. Other entries are served, so this error never opens the circuit breaker.
    Entry,
    /// The store is down, busy or full now; it may answer later.
    Unavailable,
    /// The store refused for another reason, which [`source`](std::error::Error::source) says. It is assumed to concern
    /// all entries, as a wrong password does.
    Store,
}

impl Error {
    /// Makes an error, for stores of your own.
    ///
    /// The message says what is wrong, where, and what to do instead. It must not contain a password.
    ///
    /// ```
    /// use cache_runtime::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Unavailable, "memcached does not answer");
    /// assert_eq!(error.to_string(), "memcached does not answer");
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), source: None, is_unreachable: false }
    }

    /// Adds the cause, which [`source`](std::error::Error::source) then returns.
    ///
    /// What the cause displays must not contain a password.
    ///
    /// ```
    /// use cache_runtime::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Unavailable, "memcached does not answer").with_source("connection refused");
    /// assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "connection refused");
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind, for programs to decide by.
    ///
    /// ```
    /// use cache_runtime::{Cache, ErrorKind};
    ///
    /// let error = Cache::memory().get::<String>("").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Key); // the key is empty
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Marks the error of a store that could not be reached.
    #[cfg(feature = "redis")]
    pub(crate) fn unreachable(mut self) -> Self {
        self.is_unreachable = true;
        self
    }

    pub(crate) fn is_unreachable(&self) -> bool {
        self.is_unreachable
    }

    /// Prefixes the message with what was being done, and where.
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
