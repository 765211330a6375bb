//! Which caches a program has: from a file, from an address, or from code.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::{CacheConfig, Configuration, Source};
use crate::{Cache, Result};

/// Says which caches a program has.
///
/// Pass it to [`init`](crate::init). Without it, the first use of a cache loads what [`Config::load`] loads. The guide's
/// page on [configuration](crate::guide::configuration) describes the tables of the file, the options of each store, and
/// addresses.
///
/// ```
/// use cache_runtime::{Cache, Config};
///
/// let from_a_text = Config::from_toml("cache = { type = 'sqlite', database = ':memory:' }")?;
/// let from_an_address = Config::from_address("sqlite://storage/cache.sqlite3?timeout=5")?;
/// let from_code = Config::builder().default(Cache::memory());
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a configuration does nothing until it is passed to `init`"]
pub struct Config {
    pub(super) default: Option<CacheSource>,
    pub(super) named: BTreeMap<String, CacheSource>,
    pub(super) source: Source,
    pub(super) check_all: bool,
}

/// What a configured cache is made of.
#[derive(Debug)]
pub(super) enum CacheSource {
    /// The options of a file or an address. The store is built by `init`, after users' stores are registered.
    Options(CacheConfig),
    /// A cache made in code.
    Cache(Cache),
}

impl Config {
    /// Loads the configuration of the environment and the file.
    ///
    /// The variable `CACHE_URL` is an address that replaces everything else; `CACHE_CONFIG` names the file. Without
    /// them it is `config/storage.toml` in the current folder, and without that file nothing is configured.
    ///
    /// ```no_run
    /// cache_runtime::init(cache_runtime::Config::load()?)?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if `CACHE_URL` is not an address, the file cannot be read, the
    /// file that `CACHE_CONFIG` names is missing, or its content is wrong. The message names file, line, table and key.
    pub fn load() -> Result<Self> {
        Configuration::load().map(Config::from)
    }

    /// Reads a file, for the environment in `APP_ENV`.
    ///
    /// ```no_run
    /// let config = cache_runtime::Config::from_file("/etc/shop/caches.toml")?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the file cannot be read or its content is wrong. The message
    /// names file, line, table and key.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Configuration::from_file(path.as_ref()).map(Config::from)
    }

    /// Reads the text of a file, for the environment in `APP_ENV`.
    ///
    /// ```
    /// let config = cache_runtime::Config::from_toml("cache = { type = 'sqlite', database = ':memory:' }")?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the text is wrong. The message names line, table and key.
    pub fn from_toml(text: &str) -> Result<Self> {
        Configuration::from_toml(text).map(Config::from)
    }

    /// Makes the store of an address the default cache.
    ///
    /// ```
    /// let config = cache_runtime::Config::from_address("sqlite://storage/cache.sqlite3?timeout=5")?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not an address. A wrong option is an error of
    /// [`init`](crate::init).
    pub fn from_address(address: &str) -> Result<Self> {
        Configuration::from_address(address).map(Config::from)
    }

    /// Makes an empty configuration, to which caches made in code are added.
    ///
    /// A cache keeps the options of its view, such as a namespace. With the cargo feature `no-cache` the program gets
    /// NoCache in place of each of them.
    ///
    /// ```
    /// use cache_runtime::{Cache, Config};
    ///
    /// let sessions = Cache::open("sqlite::memory:?expires_in=30m")?;
    /// cache_runtime::init(Config::builder().default(Cache::memory()).named("sessions", sessions))?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn builder() -> Self {
        Config { default: None, named: BTreeMap::new(), source: Source::default(), check_all: false }
    }

    /// Sets the cache of `cache()` and annotated functions, in place of the one before.
    ///
    /// Without a default cache, functions that name no cache are not cached.
    ///
    /// ```
    /// use cache_runtime::{Cache, Config};
    ///
    /// let config = Config::builder().default(Cache::memory());
    /// ```
    pub fn default(mut self, cache: Cache) -> Self {
        self.default = Some(CacheSource::Cache(cache));
        self
    }

    /// Adds a named cache, or replaces the one before.
    ///
    /// [`named("sessions")`](crate::named()) returns it, and `#[cached(cache = "sessions")]` uses it.
    ///
    /// ```
    /// use cache_runtime::{Cache, Config};
    ///
    /// let config = Config::load()?.named("sessions", Cache::memory());
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn named(mut self, name: impl Into<String>, cache: Cache) -> Self {
        self.named.insert(name.into(), CacheSource::Cache(cache));
        self
    }

    /// Lets [`init`](crate::init) ask every store, so that a wrong password is found when you deploy.
    ///
    /// `init` looks a key up in each store and writes one, and returns the first error. It waits for as long as the stores'
    /// own timeouts say. In a file the option `check = true` does the same for one cache. Without it a store that cannot be
    /// used is found at the first use, which goes on without it.
    ///
    /// ```no_run
    /// cache_runtime::init(cache_runtime::Config::load()?.checked())?;
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn checked(mut self) -> Self {
        self.check_all = true;
        self
    }
}

impl From<Configuration> for Config {
    fn from(configuration: Configuration) -> Self {
        let named = configuration.named.into_iter().map(|(name, cache)| (name, CacheSource::Options(cache)));
        let default = configuration.default.map(CacheSource::Options);
        Config { default, named: named.collect(), source: configuration.source, check_all: false }
    }
}
