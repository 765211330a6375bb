//! The options of one cache, for the function that builds its store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::did_you_mean::{nearest, suggestion};
use super::origin::Origin;
use super::value::SettingValue;
use crate::{Error, Result, Ttl};

/// One option, and where it was written.
pub(super) struct Setting {
    pub(super) value: SettingValue,
    pub(super) origin: Origin,
}

/// The options of one cache, for the function that builds its store.
///
/// [`register`](crate::register) passes them to your function. They come from a table of the configuration file or from
/// an address.
///
/// An option that the function does not ask for is an error, because it is probably misspelt. So ask for every option
/// that you know, even if another one makes it unnecessary.
///
/// Values are read with serde. A value from an address, or from a string with `${NAME}` in it, can be read as a string
/// and, if it looks like one, as a number or boolean. Errors show no values, except a time that cannot be read, and what
/// a type's own `Deserialize` says.
///
/// ```
/// use cache_runtime::{Cache, register, store::NoCache};
///
/// register("memcached", |options| {
///     assert_eq!(options.get::<u16>("port")?, 11211);
///     Ok(NoCache) // in your program: your own store
/// })?;
/// assert!(Cache::open("memcached:?port=11211").is_ok());
/// assert!(Cache::open("memcached:?prot=11211").is_err());
/// # Ok::<(), cache_runtime::Error>(())
/// ```
pub struct Options {
    origin: Origin,
    settings: BTreeMap<String, Setting>,
    asked: Mutex<BTreeSet<String>>,
}

impl Options {
    pub(super) fn new(origin: Origin, settings: BTreeMap<String, Setting>) -> Self {
        Options { origin, settings, asked: Mutex::default() }
    }

    /// Reads an option that must be there.
    ///
    /// ```
    /// fn port(options: &cache_runtime::Options) -> cache_runtime::Result<u16> {
    ///     options.get("port")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is missing, misspelt or of another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T> {
        self.find(key)?.ok_or_else(|| match self.misspelt(key) {
            Some((misspelt, setting)) => {
                setting.origin.error(misspelt, format_args!("did you mean `{key}`? That one is missing"))
            }
            None => self.error(key, format_args!("missing; write `{key} = …`")),
        })
    }

    /// An option that nobody asked for and that may be meant as this one.
    fn misspelt(&self, key: &str) -> Option<(&String, &Setting)> {
        let asked = self.asked();
        let unknown = self.settings.keys().filter(|key| !asked.contains(*key));
        self.settings.get_key_value(nearest(key, unknown.map(String::as_str))?)
    }

    /// Reads an option that may be missing.
    ///
    /// ```
    /// fn user(options: &cache_runtime::Options) -> cache_runtime::Result<Option<String>> {
    ///     options.find("user")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is of another type.
    pub fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(setting) = self.ask(key) else { return Ok(None) };
        T::deserialize(setting.value.clone()).map(Some).map_err(|mismatch| setting.origin.error(key, mismatch))
    }

    /// Reads a duration: seconds, or a text such as `"5m"`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// fn timeout(options: &cache_runtime::Options) -> cache_runtime::Result<Duration> {
    ///     Ok(options.duration("timeout")?.unwrap_or(Duration::from_millis(500)))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not a duration, or `"never"`.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>> {
        match self.ttl(key)? {
            None => Ok(None),
            Some(Ttl::After(duration)) => Ok(Some(duration)),
            Some(Ttl::Never) => {
                Err(self.error(key, "\"never\" is not possible here; write seconds, \"5m\" or \"1h 30m\""))
            }
        }
    }

    /// Reads a time to live: seconds, `"2 days"` or `"never"`.
    ///
    /// ```
    /// use cache_runtime::{Options, Result, Ttl};
    ///
    /// fn keep(options: &Options) -> Result<Ttl> {
    ///     Ok(options.ttl("keep")?.unwrap_or(Ttl::DEFAULT))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not a time.
    pub fn ttl(&self, key: &str) -> Result<Option<Ttl>> {
        let Some(setting) = self.ask(key) else { return Ok(None) };
        let text = setting.value.as_text();
        let text = text.ok_or_else(|| self.error(key, "expected a time; write seconds, \"5m\" or \"2 days\""))?;
        time(&text).map(Some).map_err(|error| error.context(format_args!("{} {key}", setting.origin)))
    }

    /// Reads a size: bytes, or a text such as `"256 MiB"`.
    ///
    /// The units are `B`, `KiB`, `MiB` and `GiB`, after a whole number.
    ///
    /// ```
    /// fn max_item(options: &cache_runtime::Options) -> cache_runtime::Result<u64> {
    ///     Ok(options.size("max_item")?.unwrap_or(1024 * 1024))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not a size.
    pub fn size(&self, key: &str) -> Result<Option<u64>> {
        let Some(setting) = self.ask(key) else { return Ok(None) };
        let size = setting.value.as_text().and_then(|text| size(&text));
        size.map(Some).ok_or_else(|| self.error(key, "not a size; write a number of bytes or \"256 MiB\""))
    }

    /// Makes an error that names where an option was written.
    ///
    /// It is for rules of your own. The message must not contain a password.
    ///
    /// ```
    /// use cache_runtime::{Cache, register, store::NoCache};
    ///
    /// register("memcached", |options| match options.find("connections")? {
    ///     Some(0) => Err(options.error("connections", "write at least 1")),
    ///     _ => Ok(NoCache),
    /// })?;
    /// let error = Cache::open("memcached:?connections=0").unwrap_err();
    /// assert_eq!(error.to_string(), "memcached:: connections: write at least 1");
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn error(&self, key: &str, message: impl fmt::Display) -> Error {
        self.settings.get(key).map_or(&self.origin, |setting| &setting.origin).error(key, message)
    }

    /// Checks that every option was asked for.
    pub(crate) fn finish(&self) -> Result<()> {
        let asked = self.asked();
        let unknown = self.settings.iter().filter(|(key, _)| !asked.contains(key.as_str()));
        match unknown.min_by_key(|(_, setting)| setting.origin.line()) {
            None => Ok(()),
            Some((key, setting)) => {
                let suggestion = suggestion(key, asked.iter().map(String::as_str));
                Err(setting.origin.error(key, format_args!("unknown key{suggestion}")))
            }
        }
    }

    fn ask(&self, key: &str) -> Option<&Setting> {
        self.asked().insert(key.to_owned());
        self.settings.get(key)
    }

    fn asked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a number of seconds, which may have a fraction, or what [`Ttl::parse`] reads.
fn time(text: &str) -> Result<Ttl> {
    let seconds = text.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.map_or_else(|| Ttl::parse(text), |duration| Ok(Ttl::After(duration)))
}

/// Reads a number of bytes, or a whole number of KiB, MiB or GiB.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(unit)
}

/// Shows the names of the options alone, because their values may be passwords.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.settings.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
