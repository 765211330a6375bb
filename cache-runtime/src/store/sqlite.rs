//! The embedded store: SQLite in a file that several processes share, or in this process's memory.

mod busy_timeout;
mod claims;
mod database;
mod error;
mod file;
mod maintenance;
mod rows;
mod settings;
mod sql;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, params};

use self::database::{Database, Pragmas, Unusable};
use self::error::{explained, refused, unreachable_file};
use self::rows::{after_prefix, break_claims, count, fetch, put, remove};
use self::settings::{Place, Settings};
use super::{Claims, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};
use crate::config::Options;
use crate::time::Stopwatch;
use crate::{Error, ErrorKind, Result};

/// How often the file at the path is looked at: somebody may have deleted it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// More keys or more bytes than this are too much for a task's own thread.
const FEW_KEYS: usize = 50;
const FEW_BYTES: usize = 256 << 10;

/// SQLite as a store.
///
/// In a file, reading never waits for a write; writing waits for other writes, for `timeout` at most. A file is opened
/// at the first use, with its folder. One that is damaged, no database or of a newer release is moved aside, and one
/// that belongs to another program is refused.
pub(crate) struct SqliteStore {
    place: Place,
    timeout: Duration,
    max_size: u64,
    pragmas: Arc<Pragmas>,
    database: RwLock<Option<Arc<Database>>>,
    /// When the file was last looked at, in milliseconds since `begun`.
    looked: AtomicU64,
    begun: Stopwatch,
}

impl SqliteStore {
    /// In this process's memory.
    pub(crate) fn memory() -> Self {
        Self::new(Settings::memory())
    }

    /// By the configuration: `database`, `timeout`, `max_size`, `pragmas`.
    pub(crate) fn from_options(options: &Options) -> Result<Self> {
        Settings::read(options).map(Self::new)
    }

    fn new(settings: Settings) -> Self {
        SqliteStore {
            place: settings.place,
            timeout: settings.timeout,
            max_size: settings.max_size,
            pragmas: Arc::new(settings.pragmas),
            database: RwLock::default(),
            looked: AtomicU64::new(0),
            begun: Stopwatch::start(),
        }
    }

    /// The open database, if there is one, nothing is wrong with it, and nobody is about to open another.
    fn opened(&self) -> Option<Arc<Database>> {
        let database = self.database.try_read()?.clone()?;
        if self.time_to_look() {
            database.look();
        }
        database.is_usable().then_some(database)
    }

    /// Whether it is this caller's turn to look at the file.
    fn time_to_look(&self) -> bool {
        let now = self.begun.millis();
        let last = self.looked.load(Ordering::Relaxed);
        now.saturating_sub(last) >= LOOK_EVERY.as_millis() as u64
            && self.looked.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The database, opened now if need be.
    fn database(&self) -> Result<Arc<Database>> {
        if let Some(database) = self.opened() {
            return Ok(database);
        }
        let slot = busy_timeout::may_wait().then(|| self.database.try_write_for(busy_timeout::left())).flatten();
        let mut slot = slot.ok_or_else(|| explained(database::busy()))?;
        if let Some(database) = slot.as_ref().filter(|database| database.is_usable()) {
            return Ok(Arc::clone(database));
        }
        let unusable = slot.take();
        let database = Arc::new(self.open(unusable.as_deref())?);
        *slot = Some(Arc::clone(&database));
        Ok(database)
    }

    /// Opens the database in the place of one that cannot be used any more.
    fn open(&self, unusable: Option<&Database>) -> Result<Database> {
        let Place::File(path) = &self.place else {
            return Database::in_memory(Arc::clone(&self.pragmas)).map_err(|reason| refused(":memory:", reason));
        };
        let damaged = unusable.filter(|database| database.damaged.load(Ordering::Relaxed));
        self.make_way(path, damaged.map(|database| (database.identity(), "it is damaged")))?;
        let identity = file::identity(path);
        let reason = match self.open_file(path) {
            Err(Unusable::Ours(reason)) => reason,
            result => return result.map_err(|reason| refused(&path.display().to_string(), reason)),
        };
        self.make_way(path, Some((identity, &reason)))?;
        self.open_file(path).map_err(|reason| refused(&path.display().to_string(), reason))
    }

    /// Moves a file aside that cannot be used, and makes one where there is none: one caller at a time.
    fn make_way(&self, path: &Path, unusable: Option<(Option<file::Identity>, &str)>) -> Result<()> {
        /// In this process: to close a new file ends the locks of whoever has just opened it.
        static MAKING: Mutex<()> = Mutex::new(());
        let _here = MAKING.lock();
        file::create_folder_of(path).map_err(|error| unreachable_file(&error))?;
        let _elsewhere = file::lock_folder(path, || !busy_timeout::left().is_zero());
        if let Some((identity, reason)) = unusable {
            aside(path, identity, reason)?;
        }
        file::create(path).map_err(|error| unreachable_file(&error))
    }

    fn open_file(&self, path: &Path) -> Result<Database, Unusable> {
        Database::in_file(path, Arc::clone(&self.pragmas)).inspect(|_| file::warn_of_permissions(path))
    }

    /// Runs `work` on the database. If the file turns out to be damaged or gone, once more on a new one.
    fn run<T>(&self, work: impl Fn(&Database) -> rusqlite::Result<T>) -> Result<T> {
        let _allowed = busy_timeout::or_allow(self.timeout);
        let database = self.database()?;
        let error = match work(&database) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        database.suspect(&error);
        if database.is_usable() {
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
        if let Some(database) = self.opened() {
            maintenance::after_write(&database, self.max_size, rows, bytes, now);
        }
    }

    /// One value must not drive out everything else.
    fn fits<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Result<()> {
        let (largest, most) = (values.into_iter().map(Value::size).max().unwrap_or(0) as u64, self.max_size / 4);
        if largest <= most {
            return Ok(());
        }
        let message = format!("a value of {largest} bytes is too large: `max_size` allows {most}, a quarter of it");
        Err(Error::new(ErrorKind::Value, message))
    }
}

fn aside(path: &Path, identity: Option<file::Identity>, reason: &str) -> Result<()> {
    let moved = file::move_aside(path, identity).map_err(|error| unreachable_file(&error))?;
    if let Some(target) = moved {
        let (path, target) = (path.display(), target.display());
        tracing::warn!("cache: {path} cannot be used ({reason}); it was moved to {target} and a new one was made");
    }
    Ok(())
}

impl Store for SqliteStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.run(|database| {
            let most = most_bytes(1);
            database.read(|connection| fetch(&mut connection.prepare_cached(sql::GET)?, database.hash(key), key, most))
        })
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        self.run(|database| {
            let most = most_bytes(keys.len());
            database.read(|connection| {
                database::in_one_view(connection, || {
                    let mut statement = connection.prepare_cached(sql::GET)?;
                    keys.iter().map(|key| fetch(&mut statement, database.hash(key), key, most)).collect()
                })
            })
        })
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.fits([value])?;
        self.write((1, value.size(), expiration.now), |database, connection| {
            let hash = database.hash(key);
            break_claims(connection, hash)?;
            put(&mut connection.prepare_cached(sql::SET)?, hash, key, value, expiration)
        })
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        self.fits(values.iter().map(|(_, value)| value))?;
        let bytes = values.iter().map(|(_, value)| value.size()).sum();
        self.write((values.len(), bytes, expiration.now), |database, connection| {
            let mut statement = connection.prepare_cached(sql::SET)?;
            values.iter().try_for_each(|(key, value)| {
                let hash = database.hash(key);
                break_claims(connection, hash)?;
                put(&mut statement, hash, key, value, expiration)
            })
        })
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.write((1, 0, now), |database, connection| remove(connection, database.hash(key), key, now))
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.write((keys.len(), 0, now), |database, connection| {
            let gone = keys.iter().map(|key| remove(connection, database.hash(key), key, now));
            gone.map(|was| was.map(u64::from)).sum()
        })
    }

    /// Reads and writes under the write lock, so nobody can come between.
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let sum = self.write((1, 0, expiration.now), |database, connection| {
            let hash = database.hash(key);
            let old = fetch(&mut connection.prepare_cached(sql::GET)?, hash, key, i64::MAX)?;
            let counted = match count(old, by, expiration) {
                Ok(counted) => counted,
                Err(hindrance) => return Ok(Err(hindrance)),
            };
            if counted.keeps_lifetime {
                connection.prepare_cached(sql::COUNT)?.execute([hash, counted.sum])?;
            } else {
                let sum = Value::Number(counted.sum);
                put(&mut connection.prepare_cached(sql::SET)?, hash, key, &sum, expiration)?;
            }
            Ok(Ok(counted.sum))
        });
        sum?
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let gone = self.write((1, 0, Timestamp::EPOCH), |_, connection| {
            connection.prepare_cached(sql::BREAK_ALL_CLAIMS)?.execute([])?;
            match after_prefix(prefix) {
                None => connection.prepare_cached(sql::CLEAR_ALL)?.execute([]),
                Some(end) => connection.prepare_cached(sql::CLEAR_PREFIX)?.execute([prefix, &end]),
            }
        });
        gone.map(|rows| rows as u64)
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        let touched = self.write((1, 0, expiration.now), |database, connection| {
            let (expires_at, stale_until) = (expiration.expires_at.as_millis(), expiration.stale_until.as_millis());
            let row = params![database.hash(key), key, expires_at, stale_until, expiration.now.as_millis()];
            connection.prepare_cached(sql::TOUCH)?.execute(row)
        });
        touched.map(|rows| rows > 0)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        let gone = self.write((1, 0, now), |_, connection| {
            connection.prepare_cached(sql::DELETE_EXPIRED)?.execute([now.as_millis()])
        });
        gone.map(|rows| rows as u64)
    }

    fn claims(&self) -> Option<&dyn Claims> {
        Some(self)
    }

    /// In place, as long as it need not wait: a look-up or a write takes a few microseconds, a hop to another thread
    /// several times that. What finds a lock taken (in memory: one that stays taken for longer than an operation takes) has
    /// changed nothing, and begins anew on a thread that may wait.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        if takes_long(&operation) || self.opened().is_none() {
            return Dispatch::Blocking(operation);
        }
        let _allowed = busy_timeout::allow(Duration::ZERO);
        match operation.run(self) {
            Err(error) if would_wait(&error) => Dispatch::Blocking(operation),
            answer => {
                operation.recycle();
                Dispatch::Done(answer)
            }
        }
    }

    fn name(&self) -> String {
        match &self.place {
            Place::Memory => "sqlite in memory".to_owned(),
            Place::File(path) => format!("sqlite {}", path.display()),
        }
    }
}

fn takes_long(operation: &Operation<'_>) -> bool {
    match operation {
        Operation::ReadMulti { keys } => keys.len() > FEW_KEYS,
        Operation::DeleteMulti { keys, .. } => keys.len() > FEW_KEYS,
        Operation::Set { value, .. } | Operation::Complete { value, .. } => value.size() > FEW_BYTES,
        Operation::WriteMulti { values, .. } => {
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

/// How many bytes a value may have to be read here: what takes long is not for a task's own thread.
fn most_bytes(values: usize) -> i64 {
    if busy_timeout::may_wait() { i64::MAX } else { (FEW_BYTES / values.max(1)) as i64 }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn set(key: &str, size: usize) -> Operation<'_> {
        let expiration = Expiration {
            now: Timestamp::EPOCH,
            expires_at: Timestamp::from_millis(1_000),
            stale_until: Timestamp::from_millis(1_000),
            is_explicit: false,
        };
        let value = Cow::Owned(Value::Bytes(vec![0; size]));
        Operation::Set { key: Cow::Borrowed(key), value, expiration }
    }

    /// Whether a task's own thread does it.
    fn is_done_in_place(store: &SqliteStore, operation: Operation<'_>) -> bool {
        match store.dispatch(operation) {
            Dispatch::Done(answer) => answer.map(|_| true).unwrap(),
            Dispatch::Pending(_) => unreachable!("SQLite has no sockets to wait for"),
            Dispatch::Blocking(operation) => operation.run(store).map(|_| false).unwrap(),
        }
    }

    #[test]
    fn what_is_large_is_for_a_thread_that_may_wait() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::File(folder.path().join("cache.sqlite"));
        let store = SqliteStore::new(Settings { place, ..Settings::memory() });
        let get = |key| Operation::Get { key: Cow::Borrowed(key) };
        assert!(!is_done_in_place(&store, set("small", 10)), "the file is not open");
        assert!(is_done_in_place(&store, get("small")));
        assert!(!is_done_in_place(&store, set("large", FEW_BYTES + 1)));
        assert!(!is_done_in_place(&store, get("large")));
        let keys = ["small", "large"].map(str::to_owned).to_vec().into();
        assert!(!is_done_in_place(&store, Operation::ReadMulti { keys }));
        assert!(is_done_in_place(&store, get("small")));
    }
}
