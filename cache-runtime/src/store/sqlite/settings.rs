//! The options of SQLite in the configuration.

use std::collections::BTreeMap;
use std::path::{self, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::database::Pragmas;
use super::error::explained;
use super::progress::PAGE;
use super::sql;
use crate::Result;
use crate::config::Options;

/// Where a database is, and how it is used.
pub(super) struct SqliteSettings {
    pub(super) location: Location,
    /// How long an operation waits for another writer.
    pub(super) timeout: Duration,
    /// About how many bytes of the file may be in use.
    pub(super) max_size: u64,
    pub(super) pragmas: Pragmas,
}

/// Where a database is.
pub(super) enum Location {
    Memory,
    File(PathBuf),
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_MAX_SIZE: u64 = 256 << 20;

impl SqliteSettings {
    /// The defaults, in this process's memory.
    pub(super) fn memory() -> Self {
        let (timeout, max_size, pragmas) = (DEFAULT_TIMEOUT, DEFAULT_MAX_SIZE, Pragmas::new());
        SqliteSettings { location: Location::Memory, timeout, max_size, pragmas }.with_log_limit()
    }

    /// Reads `database`, `timeout`, `max_size` and `pragmas`.
    pub(super) fn read(options: &Options) -> Result<Self> {
        let settings = SqliteSettings {
            location: location(options)?,
            timeout: options.duration("timeout")?.unwrap_or(DEFAULT_TIMEOUT),
            max_size: options.size("max_size")?.unwrap_or(DEFAULT_MAX_SIZE),
            pragmas: pragmas(options)?,
        };
        Ok(settings.with_log_limit())
    }

    /// Limits the log, in pages, for when the checkpoints of maintenance do not keep up.
    fn with_log_limit(mut self) -> Self {
        let pages = (self.max_size / 4 / PAGE).clamp(250, 16_000);
        self.pragmas.entry("wal_autocheckpoint".to_owned()).or_insert_with(|| pages.to_string());
        self
    }
}

fn location(options: &Options) -> Result<Location> {
    match options.get::<String>("database")?.as_str() {
        ":memory:" => Ok(Location::Memory),
        "" => Err(options.error("database", "empty; write a path or \":memory:\"")),
        // The current folder may have changed when the file is opened, or opened again.
        relative => match path::absolute(relative) {
            Ok(path) => Ok(Location::File(path)),
            Err(error) => Err(options.error("database", format_args!("not a path: {error}"))),
        },
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
