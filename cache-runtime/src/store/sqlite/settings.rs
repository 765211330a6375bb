//! The options of SQLite in the configuration.

use std::collections::BTreeMap;
use std::path::{self, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::database::Pragmas;
use super::error::explained;
use super::{maintenance, sql};
use crate::Result;
use crate::config::Options;

/// Where a database is, and how it is used.
pub(super) struct Settings {
    pub(super) place: Place,
    /// How long an operation waits for another process's write.
    pub(super) timeout: Duration,
    /// What a file holds at most, about.
    pub(super) max_size: u64,
    pub(super) pragmas: Pragmas,
}

pub(super) enum Place {
    Memory,
    File(PathBuf),
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_MAX_SIZE: u64 = 256 << 20;

impl Settings {
    /// In this process's memory, with the defaults.
    pub(super) fn memory() -> Self {
        Settings { place: Place::Memory, timeout: DEFAULT_TIMEOUT, max_size: DEFAULT_MAX_SIZE, pragmas: Pragmas::new() }
            .with_log_limit()
    }

    /// `database`, `timeout`, `max_size` and `pragmas`.
    pub(super) fn read(options: &Options) -> Result<Self> {
        let settings = Settings {
            place: place(options)?,
            timeout: options.duration("timeout")?.unwrap_or(DEFAULT_TIMEOUT),
            max_size: options.size("max_size")?.unwrap_or(DEFAULT_MAX_SIZE),
            pragmas: pragmas(options)?,
        };
        Ok(settings.with_log_limit())
    }

    /// Checkpoints are made beside the callers. This limit, of pages, is for when that does not come to work.
    fn with_log_limit(mut self) -> Self {
        let pages = (self.max_size / 4 / maintenance::PAGE).clamp(250, 16_000);
        self.pragmas.entry("wal_autocheckpoint".to_owned()).or_insert_with(|| pages.to_string());
        self
    }
}

fn place(options: &Options) -> Result<Place> {
    match options.get::<String>("database")?.as_str() {
        ":memory:" => Ok(Place::Memory),
        "" => Err(options.error("database", "empty; write a path or \":memory:\"")),
        // The current folder may be another one when the file is opened, or opened anew.
        relative => match path::absolute(relative) {
            Ok(path) => Ok(Place::File(path)),
            Err(error) => Err(options.error("database", format_args!("no path: {error}"))),
        },
    }
}

/// What the store itself relies on.
const OURS: [&str; 5] = ["application_id", "journal_mode", "locking_mode", "query_only", "user_version"];

/// The pragmas, as they stand in a statement.
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
        if OURS.contains(&name.as_str()) {
            return Err(options.error("pragmas", format_args!("`{name}` is not to be set: the cache relies on it")));
        }
        let value = written(&value).ok_or_else(|| {
            options.error("pragmas", format_args!("`{name}` takes a whole number, a boolean or a word"))
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
