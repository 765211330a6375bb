//! Which store each cache has, with which options: from a file, the environment and addresses.

mod address;
mod cache_config;
mod did_you_mean;
mod document;
mod environment;
mod interpolation;
mod options;
mod origin;
mod redact;
mod tables;
mod value;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

pub(crate) use self::cache_config::CacheConfig;
pub(crate) use self::did_you_mean::suggestion;
use self::document::Document;
use self::environment::Environment;
pub use self::options::Options;
#[cfg(feature = "redis")]
pub(crate) use self::redact::without_secrets;
use crate::{Error, ErrorKind, Result};

/// The file that is read where no other is named.
const DEFAULT_FILE: &str = "config/storage.toml";

/// Says which store each cache of a program has.
///
/// # The file
///
/// `[cache]` holds for every environment; the variable `APP_ENV` (`dev` without one) chooses a table that is laid
/// over it, option by option. One of another `type` starts afresh. A table inside is a named cache. Other tables
/// are left alone, so that the file may be shared with other libraries.
///
/// ```toml
/// [cache]
/// type = "sqlite"
/// database = ":memory:"
///
/// [test.cache]
/// type = "none"
///
/// [prod.cache]
/// type = "sqlite"
/// database = "${STORAGE_DIR:-storage}/cache.sqlite3"
/// expires_in = "2 days"
///
/// [prod.cache.sessions]
/// type = "sqlite"
/// database = "storage/sessions.sqlite3"
/// ```
///
/// In every string `${NAME}` is the value of a variable, `${NAME:-default}` too where it may be missing, and `$${`
/// stands for `${` itself.
///
/// # Options of every cache
///
/// | option | meaning |
/// |---|---|
/// | `expires_in` | what entries live where nobody says otherwise; two days |
/// | `codec` | `"bincode"` or `"messagepack"`: see [`Codec`](crate::Codec) |
/// | `shared_lease` | for how long a process that computes a cold `shared` key may keep others waiting; 30 seconds |
/// | `stall_timeout` | for how long a task that computes may go without being polled while others wait; 30 seconds |
///
/// Those of SQLite are `database` (a path, or `":memory:"`), `timeout` (how long to wait for another writer; 5 seconds),
/// `max_size` (about; `"256 MiB"`), and `pragmas`, a table.
///
/// # Addresses
///
/// An address is a store with its options in one line: `sqlite://storage/cache.sqlite3?timeout=5` (relative to the
/// current folder), `sqlite:///var/cache.sqlite3`, `sqlite::memory:`, `redis://localhost:6379/0`, `none:`. Every
/// option may stand in its query, a pragma of SQLite as `pragmas.cache_size=-20000`; in an address of Redis these are
/// `expires_in`, `namespace` and `timeout`, and the rest is its client's. An address of another scheme belongs to
/// the store that was registered by that name, as its option `url`.
#[derive(Debug, Default)]
pub struct Config {
    pub(crate) default: Option<CacheConfig>,
    pub(crate) named: BTreeMap<String, CacheConfig>,
}

impl Config {
    /// Loads what the environment and the file say.
    ///
    /// The variable `CACHE_URL` is an address that replaces everything else; `CACHE_CONFIG` names the file. Without
    /// them it is `config/storage.toml` of the current folder, and without that file nothing is configured.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the address is none, the file cannot be read, the file that `CACHE_CONFIG`
    /// names is missing, or what is written is wrong; the message names file, line, table and key.
    pub fn load() -> Result<Self> {
        load(Path::new(DEFAULT_FILE), &Environment::of_process())
    }

    /// Reads a file, for the environment that `APP_ENV` names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the file cannot be read or what is written is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
        from_text(&text, Some(path), &Environment::of_process())
    }

    /// Reads the text of a file, for the environment that `APP_ENV` names.
    ///
    /// ```
    /// use cache_runtime::Config;
    ///
    /// let text = "
    ///     [cache]
    ///     type = 'sqlite'
    ///     database = ':memory:'
    /// ";
    /// let config = Config::from_toml(text)?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if what is written is wrong.
    pub fn from_toml(text: &str) -> Result<Self> {
        from_text(text, None, &Environment::of_process())
    }

    /// Makes the store of an address the default cache.
    ///
    /// ```
    /// use cache_runtime::Config;
    ///
    /// let config = Config::from_address("sqlite://storage/cache.sqlite3?timeout=5")?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is no address.
    pub fn from_address(address: &str) -> Result<Self> {
        address::parse(address, None).map(Config::only)
    }

    fn only(section: CacheConfig) -> Self {
        Config { default: Some(section), named: BTreeMap::new() }
    }
}

fn load(default_file: &Path, environment: &Environment<'_>) -> Result<Config> {
    if let Some(address) = environment.setting("CACHE_URL")? {
        return address::parse(&address, Some("CACHE_URL")).map(Config::only);
    }
    let named = environment.setting("CACHE_CONFIG")?;
    let path = named.as_deref().map_or(default_file, Path::new);
    match fs::read_to_string(path) {
        Ok(text) => from_text(&text, Some(path), environment),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && named.is_none() => Ok(Config::default()),
        Err(cause) if named.is_some() => Err(unreadable(path, cause).context("CACHE_CONFIG")),
        Err(cause) => Err(unreadable(path, cause)),
    }
}

fn from_text(text: &str, path: Option<&Path>, environment: &Environment<'_>) -> Result<Config> {
    let file = path.map(|path| path.display().to_string());
    let app_env = environment.setting("APP_ENV")?.unwrap_or_else(|| "dev".to_owned());
    let caches = Document::parse(text, file.as_deref())?.caches(&app_env, environment)?;
    let default = caches.default.map(|table| CacheConfig::of_default(table, environment)).transpose()?;
    let named = caches.named.into_iter().map(|(name, table)| {
        let section = CacheConfig::of_named(&name, table, environment)?;
        Ok((name, section))
    });
    Ok(Config { default, named: named.collect::<Result<_>>()? })
}

fn unreadable(path: &Path, cause: io::Error) -> Error {
    let what = match cause.kind() {
        io::ErrorKind::NotFound => "the file does not exist",
        io::ErrorKind::PermissionDenied => "the file may not be read",
        io::ErrorKind::InvalidData => "the file is not valid UTF-8",
        _ => "the file cannot be read",
    };
    Error::new(ErrorKind::Config, format!("{}: {what}", path.display())).with_source(cause)
}

#[cfg(test)]
mod tests;
