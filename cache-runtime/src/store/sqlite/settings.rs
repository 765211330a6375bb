//! The options of SQLite in the configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use super::database::Pragmas;
use super::error::explained;
use super::maintenance::PAGE;
use super::sql;
use crate::Result;
use crate::config::Options;

/// Where a database is, and how it is used.
pub(super) struct SqliteSettings {
    /// The file, or `None` for this process's memory.
    pub(super) path: Option<PathBuf>,
    /// How long an operation waits for another writer.
    pub(super) timeout: Duration,
    pub(super) limits: Limits,
    pub(super) pragmas: Arc<Pragmas>,
}

/// How large the files may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// About how many bytes of the database may be in use.
    pub(super) max_size: u64,
    /// How large the write-ahead log may be.
    pub(super) max_wal_size: u64,
}

impl Limits {
    /// The log is not larger than this part of the database may be.
    const SHARE_OF_LOG: u64 = 4;

    /// A smaller log would be copied into the database all the time.
    const SMALLEST_LOG: u64 = 1 << 20;

    fn new(max_size: u64, max_wal_size: u64) -> Self {
        let max_wal_size = max_wal_size.min(max_size / Self::SHARE_OF_LOG).max(Self::SMALLEST_LOG);
        Limits { max_size, max_wal_size }
    }

    /// A log of this size is truncated.
    pub(super) fn large_wal_size(self) -> u64 {
        self.max_wal_size / 2
    }
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_MAX_SIZE: u64 = 256 << 20;
const DEFAULT_MAX_WAL_SIZE: u64 = 64 << 20;

impl SqliteSettings {
    /// The defaults, in this process's memory.
    pub(super) fn memory() -> Self {
        Self::new(None, DEFAULT_TIMEOUT, Limits::new(DEFAULT_MAX_SIZE, DEFAULT_MAX_WAL_SIZE), Pragmas::new())
    }

    /// Reads `database`, `timeout`, `max_size`, `max_wal_size` and `pragmas`.
    pub(super) fn read(options: &Options) -> Result<Self> {
        let timeout = options.duration("timeout")?.unwrap_or(DEFAULT_TIMEOUT);
        let max_size = options.size("max_size")?.unwrap_or(DEFAULT_MAX_SIZE);
        let max_wal_size = options.size("max_wal_size")?.unwrap_or(DEFAULT_MAX_WAL_SIZE);
        Ok(Self::new(path(options)?, timeout, Limits::new(max_size, max_wal_size), pragmas(options)?))
    }

    fn new(path: Option<PathBuf>, timeout: Duration, limits: Limits, mut pragmas: Pragmas) -> Self {
        // SQLite copies the log at this number of pages, for when maintenance does not keep up; and a log that begins anew
        // is not kept at the size that it once had.
        let pages = (limits.large_wal_size() / PAGE).to_string();
        let size = limits.large_wal_size().to_string();
        let of_the_log = [("wal_autocheckpoint", &*pages), ("journal_size_limit", &*size)];
        for (name, value) in DEFAULT_PRAGMAS.into_iter().chain(of_the_log) {
            pragmas.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        SqliteSettings { path, timeout, limits, pragmas: Arc::new(pragmas) }
    }
}

/// With `NORMAL`, a power failure loses the last writes at most, and never the file. `mmap_size` stays off: if somebody
/// truncated the file, the program would crash.
const DEFAULT_PRAGMAS: [(&str, &str); 3] =
    [("synchronous", "NORMAL"), ("cache_size", "-16384"), ("temp_store", "MEMORY")];

fn path(options: &Options) -> Result<Option<PathBuf>> {
    match options.get::<String>("database")?.as_str() {
        ":memory:" => Ok(None),
        "" => Err(options.error("database", "empty; write a path or \":memory:\"")),
        home if home.starts_with('~') => {
            let message = "`~` stands for a home folder only in a shell; write \"${HOME}/…\", or \"./~…\" for a name";
            Err(options.error("database", message))
        }
        // The current folder may have changed when the file is opened, or opened again.
        relative => std::path::absolute(relative)
            .map(Some)
            .map_err(|error| options.error("database", format_args!("not a path: {error}"))),
    }
}

/// Pragmas that the store itself relies on.
const RESERVED: [&str; 5] = ["application_id", "journal_mode", "locking_mode", "query_only", "user_version"];

/// The pragmas, as they are written into statements.
fn pragmas(options: &Options) -> Result<Pragmas> {
    let given = options.find::<BTreeMap<String, toml::Value>>("pragmas")?.unwrap_or_default();
    if given.is_empty() {
        return Ok(Pragmas::new());
    }
    let scratch = Connection::open_in_memory().map_err(explained)?;
    let written = given.into_iter().map(|(name, value)| {
        let known = scratch.query_row(sql::PRAGMA_EXISTS, [&name], |row| row.get::<_, bool>(0)).map_err(explained)?;
        if !known {
            return Err(options.error("pragmas", format_args!("SQLite has no pragma `{name}`")));
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(
                options.error("pragmas", format_args!("`{name}` cannot be set, because the cache relies on it"))
            );
        }
        let value = written(&value).ok_or_else(|| {
            options.error("pragmas", format_args!("`{name}` must be a whole number, a boolean or a word"))
        })?;
        Ok((name, value))
    });
    written.collect()
}

fn written(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::String(word) if word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => Some(word.clone()),
        _ => None,
    }
}
