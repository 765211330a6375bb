//! The embedded store: SQLite in a file that several processes share, or in this process's memory.

mod database;
mod file;
mod patience;
mod sql;
mod upkeep;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use rusqlite::types::{ToSql, ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use self::database::{Database, Pragmas, Unusable};
use super::{Begun, Claim, Lifetime, Operation, Record, Store, Timestamp, Value};
use crate::config::Options;
use crate::{Error, ErrorKind, Result};

/// What a file holds at most, about: the file itself, not the memory.
const DEFAULT_MAX_SIZE: u64 = 256 << 20;

/// How long an operation waits for another process's write.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the file at the path is looked at: somebody may have deleted it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// More keys or more bytes than this are too much for a task's own thread.
const FEW_KEYS: usize = 50;
const FEW_BYTES: usize = 256 << 10;

/// SQLite as a store.
///
/// Reading never waits for a write; writing waits for other writes, for `timeout` at most. A file is opened at the
/// first use, with its folder. One that is damaged, no database or of a newer release is moved aside, and one that
/// belongs to another program is refused.
pub(crate) struct SqliteStore {
    place: Place,
    timeout: Duration,
    max_size: u64,
    pragmas: Arc<Pragmas>,
    database: RwLock<Option<Arc<Database>>>,
    /// When the file was last looked at, in milliseconds since `begun`.
    looked: AtomicU64,
    begun: Instant,
}

#[derive(Debug)]
enum Place {
    Memory,
    File(PathBuf),
}

impl SqliteStore {
    /// In this process's memory.
    pub(crate) fn memory() -> Self {
        Self::new(Place::Memory, DEFAULT_TIMEOUT, DEFAULT_MAX_SIZE, Pragmas::new())
    }

    /// By the configuration: `database`, `timeout`, `max_size`, `pragmas`.
    pub(crate) fn from_options(options: &Options) -> Result<Self> {
        let place = match options.get::<String>("database")?.as_str() {
            ":memory:" => Place::Memory,
            "" => return Err(options.error("database", "empty; write a path or \":memory:\"")),
            path => Place::File(PathBuf::from(path)),
        };
        let timeout = options.duration("timeout")?.unwrap_or(DEFAULT_TIMEOUT);
        let max_size = options.size("max_size")?.unwrap_or(DEFAULT_MAX_SIZE);
        Ok(Self::new(place, timeout, max_size, pragmas(options)?))
    }

    fn new(place: Place, timeout: Duration, max_size: u64, mut pragmas: Pragmas) -> Self {
        // Checkpoints are made beside the callers. This limit, of pages, is for when that does not come to work.
        let log = (max_size / 4 / upkeep::PAGE).clamp(250, 16_000);
        pragmas.entry("wal_autocheckpoint".to_owned()).or_insert_with(|| log.to_string());
        SqliteStore {
            place,
            timeout,
            max_size,
            pragmas: Arc::new(pragmas),
            database: RwLock::default(),
            looked: AtomicU64::new(0),
            begun: Instant::now(),
        }
    }

    /// The open database, if there is one and it need not be looked after.
    fn opened(&self) -> Option<Arc<Database>> {
        let database = self.database.read().clone()?;
        let good = !database.damaged.load(Ordering::Relaxed) && (!self.time_to_look() || database.is_in_place());
        good.then_some(database)
    }

    /// Whether it is this caller's turn to look at the file.
    fn time_to_look(&self) -> bool {
        if matches!(self.place, Place::Memory) {
            return false;
        }
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.looked.load(Ordering::Relaxed);
        now.saturating_sub(last) >= LOOK_EVERY.as_millis() as u64
            && self.looked.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The database, opened now if need be.
    fn database(&self) -> Result<Arc<Database>> {
        if let Some(database) = self.opened() {
            return Ok(database);
        }
        let mut slot = self.database.write();
        if let Some(database) = slot.as_ref() {
            if database.damaged.load(Ordering::Relaxed) {
                set_aside(database, "it is damaged").map_err(|error| unreachable_file(&error))?;
            } else if database.is_in_place() {
                return Ok(Arc::clone(database));
            }
        }
        *slot = None;
        let database = Arc::new(self.open()?);
        *slot = Some(Arc::clone(&database));
        Ok(database)
    }

    fn open(&self) -> Result<Database> {
        let pragmas = || Arc::clone(&self.pragmas);
        let Place::File(path) = &self.place else {
            return Database::in_memory(pragmas()).map_err(|reason| refused(":memory:", reason));
        };
        file::create(path).map_err(|error| unreachable_file(&error))?;
        let identity = file::identity(path);
        let reason = match Database::in_file(path, pragmas()) {
            Err(Unusable::Ours(reason)) => reason,
            result => return result.map_err(|reason| refused(&path.display().to_string(), reason)),
        };
        aside(path, identity, &reason).map_err(|error| unreachable_file(&error))?;
        file::create(path).map_err(|error| unreachable_file(&error))?;
        Database::in_file(path, pragmas()).map_err(|reason| refused(&path.display().to_string(), reason))
    }

    /// Runs `work` on the database. If the file turns out to be damaged or gone, once more on a new one.
    fn run<T>(&self, work: impl Fn(&Database) -> rusqlite::Result<T>) -> Result<T> {
        let _allowed = patience::or_allow(self.timeout);
        let database = self.database()?;
        let error = match work(&database) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if database::is_damage(&error) {
            database.damaged.store(true, Ordering::Relaxed);
        } else if database.is_in_place() {
            return Err(explained(error));
        }
        work(&*self.database()?).map_err(explained)
    }

    /// Runs a write, and brings on the upkeep that it makes due.
    fn write<T>(
        &self,
        (rows, bytes, now): (usize, usize, Timestamp),
        work: impl Fn(&Database, &Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.run(|database| database.write(|connection| work(database, connection)))
            .inspect(|_| self.note(rows, bytes, now))
    }

    fn note(&self, rows: usize, bytes: usize, now: Timestamp) {
        let database = self.database.read().clone();
        if let Some(database) = database {
            upkeep::after_write(&database, self.max_size, rows, bytes, now);
        }
    }
}

impl Store for SqliteStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.run(|database| {
            database.read(|connection| fetch(&mut connection.prepare_cached(sql::GET)?, database.hash(key), key))
        })
    }

    fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        self.run(|database| {
            database.read(|connection| {
                database::in_one_view(connection, || {
                    let mut statement = connection.prepare_cached(sql::GET)?;
                    keys.iter().map(|key| fetch(&mut statement, database.hash(key), key)).collect()
                })
            })
        })
    }

    fn set(&self, key: &str, value: &Value, lifetime: &Lifetime) -> Result<()> {
        self.write((1, value.size(), lifetime.now), |database, connection| {
            let hash = database.hash(key);
            break_claims(connection, hash)?;
            put(&mut connection.prepare_cached(sql::SET)?, hash, key, value, lifetime)
        })
    }

    fn set_many(&self, values: &[(String, Value)], lifetime: &Lifetime) -> Result<()> {
        let bytes = values.iter().map(|(_, value)| value.size()).sum();
        self.write((values.len(), bytes, lifetime.now), |database, connection| {
            let mut statement = connection.prepare_cached(sql::SET)?;
            values.iter().try_for_each(|(key, value)| {
                let hash = database.hash(key);
                break_claims(connection, hash)?;
                put(&mut statement, hash, key, value, lifetime)
            })
        })
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.write((1, 0, now), |database, connection| remove(connection, database.hash(key), key, now))
    }

    fn delete_many(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.write((keys.len(), 0, now), |database, connection| {
            let gone = keys.iter().map(|key| remove(connection, database.hash(key), key, now));
            gone.map(|was| was.map(u64::from)).sum()
        })
    }

    /// Reads and writes under the write lock, so nobody can come between.
    fn increment(&self, key: &str, by: i64, lifetime: &Lifetime) -> Result<i64> {
        let sum = self.write((1, 0, lifetime.now), |database, connection| {
            let hash = database.hash(key);
            let old = fetch(&mut connection.prepare_cached(sql::GET)?, hash, key)?;
            let counted = match count(old, by, lifetime) {
                Ok(counted) => counted,
                Err(hindrance) => return Ok(Err(hindrance)),
            };
            if counted.keeps_lifetime {
                connection.prepare_cached(sql::COUNT)?.execute([hash, counted.sum])?;
            } else {
                let sum = Value::Number(counted.sum);
                put(&mut connection.prepare_cached(sql::SET)?, hash, key, &sum, lifetime)?;
            }
            Ok(Ok(counted.sum))
        });
        sum?
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let gone = self.write((1, 0, Timestamp(0)), |_, connection| {
            connection.prepare_cached(sql::BREAK_ALL_CLAIMS)?.execute([])?;
            match after_prefix(prefix) {
                None => connection.prepare_cached(sql::CLEAR_ALL)?.execute([]),
                Some(end) => connection.prepare_cached(sql::CLEAR_PREFIX)?.execute([prefix, &end]),
            }
        });
        gone.map(|rows| rows as u64)
    }

    fn touch(&self, key: &str, lifetime: &Lifetime) -> Result<bool> {
        let touched = self.write((1, 0, lifetime.now), |database, connection| {
            let (expires_at, stale_until) = (lifetime.expires_at.0, lifetime.stale_until.0);
            let row = params![database.hash(key), key, expires_at, stale_until, lifetime.now.0];
            connection.prepare_cached(sql::TOUCH)?.execute(row)
        });
        touched.map(|rows| rows > 0)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        let gone =
            self.write((1, 0, now), |_, connection| connection.prepare_cached(sql::DELETE_EXPIRED)?.execute([now.0]));
        gone.map(|rows| rows as u64)
    }

    fn keeps_claims(&self) -> bool {
        true
    }

    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        let now = Timestamp::now();
        let taken = self.write((1, 0, Timestamp(0)), |database, connection| {
            let (token, ends_at) = (claim.token.cast_signed(), now.after(claim.length).0);
            let row = params![database.hash(key), token, claim.exclusive, ends_at, now.0];
            connection.prepare_cached(sql::CLAIM)?.execute(row)
        });
        taken.map(|rows| rows > 0)
    }

    fn fulfil(&self, key: &str, value: &Value, lifetime: &Lifetime, token: u64) -> Result<bool> {
        self.write((1, value.size(), lifetime.now), |database, connection| {
            let hash = database.hash(key);
            let unbroken = connection.prepare_cached(sql::END_CLAIM)?.execute([hash, token.cast_signed()])? > 0;
            if unbroken {
                put(&mut connection.prepare_cached(sql::SET)?, hash, key, value, lifetime)?;
            }
            Ok(unbroken)
        })
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<()> {
        let until = Timestamp::now().after(pause).0;
        self.write((1, 0, Timestamp(0)), |database, connection| {
            let (hash, token) = (database.hash(key), token.cast_signed());
            if pause.is_zero() {
                connection.prepare_cached(sql::END_CLAIM)?.execute([hash, token]).map(drop)
            } else {
                connection.prepare_cached(sql::PAUSE_CLAIM)?.execute([hash, token, until]).map(drop)
            }
        })
    }

    /// In place, as long as it need not wait: a look-up or a write takes a few microseconds, a hop to another thread
    /// several times that. What finds a lock taken has changed nothing, and begins anew on a thread that may wait.
    fn begin<'a>(&'a self, operation: Operation<'a>) -> Begun<'a> {
        if takes_long(&operation) || self.opened().is_none() {
            return Begun::Blocking(operation);
        }
        let _allowed = patience::allow(Duration::ZERO);
        match operation.run(self) {
            Err(error) if would_wait(&error) => Begun::Blocking(operation),
            answer => Begun::Done(answer),
        }
    }

    fn name(&self) -> String {
        match &self.place {
            Place::Memory => "sqlite :memory:".to_owned(),
            Place::File(path) => format!("sqlite {}", path.display()),
        }
    }
}

fn takes_long(operation: &Operation<'_>) -> bool {
    match operation {
        Operation::GetMany { keys } | Operation::DeleteMany { keys, .. } => keys.len() > FEW_KEYS,
        Operation::Set { value, .. } | Operation::Fulfil { value, .. } => value.size() > FEW_BYTES,
        Operation::SetMany { values, .. } => {
            values.len() > FEW_KEYS || values.iter().map(|(_, value)| value.size()).sum::<usize>() > FEW_BYTES
        }
        Operation::Clear { .. } | Operation::DeleteExpired { .. } => true,
        _ => false,
    }
}

fn would_wait(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    cause.is_some_and(database::is_busy)
}

/// The record of a key. A row of another key with the same hash is as good as none.
fn fetch(statement: &mut CachedStatement<'_>, hash: i64, key: &str) -> rusqlite::Result<Option<Record>> {
    let mut rows = statement.query([hash])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    if row.get_ref(0)?.as_bytes()? != key.as_bytes() {
        return Ok(None);
    }
    let value = match row.get_ref(2)? {
        ValueRef::Integer(number) => Value::Number(number),
        other => Value::Bytes(other.as_bytes()?.to_vec()),
    };
    Ok(Some(Record { value, expires_at: Some(Timestamp(row.get(1)?)) }))
}

fn put(
    statement: &mut CachedStatement<'_>,
    hash: i64,
    key: &str,
    value: &Value,
    lifetime: &Lifetime,
) -> rusqlite::Result<()> {
    statement.execute(params![hash, key, lifetime.expires_at.0, lifetime.stale_until.0, value]).map(drop)
}

fn remove(connection: &Connection, hash: i64, key: &str, now: Timestamp) -> rusqlite::Result<bool> {
    break_claims(connection, hash)?;
    let mut statement = connection.prepare_cached(sql::DELETE)?;
    let live = statement.query_row(params![hash, key, now.0], |row| row.get(0)).optional()?;
    Ok(live.unwrap_or(false))
}

/// Whoever computes this key will find that it has changed meanwhile.
fn break_claims(connection: &Connection, hash: i64) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::BREAK_CLAIMS)?.execute([hash]).map(drop)
}

/// What an increment makes of a counter.
struct Counted {
    sum: i64,
    /// Whether it lives on as it was, or takes the lifetime given.
    keeps_lifetime: bool,
}

fn count(old: Option<Record>, by: i64, lifetime: &Lifetime) -> Result<Counted> {
    let Some(old) = old.filter(|old| old.is_live(lifetime.now)) else {
        return Ok(Counted { sum: by, keeps_lifetime: false });
    };
    let Value::Number(number) = old.value else {
        return Err(Error::new(ErrorKind::NotANumber, "what is kept there is not a whole number"));
    };
    let overflow = || Error::new(ErrorKind::Overflow, format!("adding {by} would leave the range of i64"));
    let sum = number.checked_add(by).ok_or_else(overflow)?;
    let takes_first_expiry = lifetime.asked_for && old.expires_at == Some(Timestamp::NEVER);
    Ok(Counted { sum, keeps_lifetime: !takes_first_expiry })
}

/// The first text after all that start with `prefix`; `None` if every text does.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The range skips the surrogates, which are no characters.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Number(number) => ToSqlOutput::Owned(SqlValue::Integer(*number)),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn set_aside(database: &Database, reason: &str) -> io::Result<()> {
    database.path().map_or(Ok(()), |path| aside(path, database.identity(), reason))
}

fn aside(path: &std::path::Path, identity: Option<file::Identity>, reason: &str) -> io::Result<()> {
    if let Some(target) = file::move_aside(path, identity)? {
        let (path, target) = (path.display(), target.display());
        tracing::warn!("cache: {path} cannot be used ({reason}); it was moved to {target} and a new one was made");
    }
    Ok(())
}

fn unreachable_file(error: &io::Error) -> Error {
    Error::new(ErrorKind::Unavailable, error.to_string())
}

fn refused(place: &str, reason: Unusable) -> Error {
    match reason {
        Unusable::Foreign => Error::new(
            ErrorKind::Config,
            format!("{place} is a database of another program; give the cache a file of its own"),
        ),
        Unusable::Ours(reason) => Error::new(ErrorKind::Unavailable, format!("{place} cannot be used: {reason}")),
        Unusable::Failed(error) => explained(error),
    }
}

/// One place that knows what SQLite's errors mean to a caller.
fn explained(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, PermissionDenied, ReadOnly,
        SystemIoFailure,
    };
    let (kind, message) = match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => (ErrorKind::Unavailable, "another writer held the lock for too long"),
        Some(DiskFull) => (ErrorKind::Unavailable, "the disk is full"),
        Some(ReadOnly | PermissionDenied) => (ErrorKind::Unavailable, "the file may not be written"),
        Some(CannotOpen) => (ErrorKind::Unavailable, "the file cannot be opened"),
        Some(SystemIoFailure) => (ErrorKind::Unavailable, "the file cannot be read or written"),
        Some(DatabaseCorrupt | NotADatabase) => (ErrorKind::Unavailable, "the file is damaged"),
        _ => (ErrorKind::Store, "SQLite refused"),
    };
    Error::new(kind, format!("{message} ({error})")).because(error)
}

/// The pragmas of the configuration, as they stand in a statement.
fn pragmas(options: &Options) -> Result<Pragmas> {
    let given = options.find::<std::collections::BTreeMap<String, toml::Value>>("pragmas")?.unwrap_or_default();
    let known = Connection::open_in_memory().map_err(explained)?;
    let written = given.into_iter().map(|(name, value)| {
        let exists = known.query_row(sql::PRAGMA_EXISTS, [&name], |row| row.get::<_, bool>(0)).map_err(explained)?;
        let value = match value {
            toml::Value::Integer(number) => Some(number.to_string()),
            toml::Value::Boolean(flag) => Some(flag.to_string()),
            toml::Value::String(word) if word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => Some(word),
            _ => None,
        };
        match value {
            _ if !exists => Err(options.error("pragmas", format_args!("SQLite has no pragma `{name}`"))),
            None => Err(options.error("pragmas", format_args!("`{name}` takes a whole number, a boolean or a word"))),
            Some(value) => Ok((name, value)),
        }
    });
    written.collect()
}
