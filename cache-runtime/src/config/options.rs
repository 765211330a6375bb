//! What the configuration says about one store, as its builder asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::did_you_mean::suggestion;
use super::origin::Origin;
use super::value::Value;
use crate::{Error, Result, Ttl};

/// One option as it was written, and where.
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// The options of one cache, for whoever builds its store.
///
/// It remembers what was asked for: an option that nobody asks for is an error, because it is most likely a
/// slip of the keyboard. So ask for every option that you know, also where another one makes it needless.
///
/// Values are read with serde. A value from an address, or from a string with `${NAME}` in it, may be read as a
/// string and, if it looks like one, as a number or boolean. Errors show no value, except of a time that is none
/// and where the message of a type's own `Deserialize` does.
///
/// ```
/// use cache_runtime::{Options, Result};
/// use std::time::Duration;
///
/// struct Memcached {
///     servers: Vec<String>,
///     timeout: Duration,
/// }
///
/// fn memcached(options: &Options) -> Result<Memcached> {
///     Ok(Memcached {
///         servers: options.get("servers")?,
///         timeout: options.duration("timeout")?.unwrap_or(Duration::from_secs(1)),
///     })
/// }
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
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is missing or of another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T> {
        self.find(key)?.ok_or_else(|| self.error(key, format_args!("missing; write `{key} = …`")))
    }

    /// Reads an option that may be missing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is of another type.
    pub fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(setting) = self.ask(key) else { return Ok(None) };
        T::deserialize(setting.value.clone()).map(Some).map_err(|mismatch| setting.origin.error(key, mismatch))
    }

    /// Reads a span of time: a number of seconds, or `"5m"`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is no time, or `never`.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>> {
        match self.ttl(key)? {
            None => Ok(None),
            Some(Ttl::After(duration)) => Ok(Some(duration)),
            Some(Ttl::Never) => Err(self.error(key, "it cannot be \"never\"; write seconds, \"5m\" or \"1h 30m\"")),
        }
    }

    /// Reads a time to live: a number of seconds, `"2 days"` or `"never"`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is no time.
    pub fn ttl(&self, key: &str) -> Result<Option<Ttl>> {
        let Some(setting) = self.ask(key) else { return Ok(None) };
        let text = setting.value.as_text();
        let text = text.ok_or_else(|| self.error(key, "expected a time; write seconds, \"5m\" or \"2 days\""))?;
        time(&text).map(Some).map_err(|error| error.context(format_args!("{} {key}", setting.origin)))
    }

    /// Reads a size: a number of bytes, or `"256 MiB"`, `"1 GiB"`, `"64 KiB"`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is no size.
    pub fn size(&self, key: &str) -> Result<Option<u64>> {
        let Some(setting) = self.ask(key) else { return Ok(None) };
        let size = setting.value.as_text().and_then(|text| size(&text));
        size.map(Some).ok_or_else(|| self.error(key, "not a size; write a number of bytes or \"256 MiB\""))
    }

    /// Makes an error that names where an option stands.
    ///
    /// For rules of one's own. The message must hold no password.
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

/// A number of seconds, whole or not, or what [`Ttl::parse`] reads.
fn time(text: &str) -> Result<Ttl> {
    let seconds = text.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.map_or_else(|| Ttl::parse(text), |duration| Ok(Ttl::After(duration)))
}

/// A number of bytes, or a whole number of KiB, MiB or GiB.
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

/// The names of the options. Their values may be passwords.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.settings.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
