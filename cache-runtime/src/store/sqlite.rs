//! The embedded store: SQLite in a file that processes share, or in this process's memory.
//!
//! ```text
//! sqlite.rs                 the store
//! settings                  the configuration
//! file, database            the file; its connections and transactions
//! sql, rows                 the statements; rows of entries
//! stripes_file              where processes announce their changes
//! maintenance               what runs in the background, and when it is due
//! eviction                  removing expired rows; keeping the file under its size
//! full_disk                 making room on a full disk
//! use_counts                how often keys are used
//! busy_timeout, error       how long an operation waits for a lock; errors
//! ```

mod busy_timeout;
mod database;
mod error;
mod eviction;
mod file;
mod full_disk;
mod maintenance;
mod rows;
mod settings;
mod sql;
mod stripes_file;
mod use_counts;

use std::cell::Cell;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, params};

use self::database::{Changes, Database, Former};
use self::error::{Unusable, explained, file_error, unusable};
use self::full_disk::FullDisk;
use self::rows::{after_prefix, count, execute, fetch, fetch_multi, number, put, remove};
use self::settings::SqliteSettings;
use super::{
    Claim, Claims, Counted, Deleted, Dispatch, Expiration, Limits, Operation, Record, Step, Store, Stripes, Timestamp,
    Value, take,
};
use crate::config::Options;
use crate::per_process::PerProcess;
use crate::time::Stopwatch;
use crate::{Error, ErrorKind, Result};

/// How often the path is checked: somebody may have deleted the file.
const FILE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// An operation with more keys or bytes does not run on a task's own thread.
const MAX_INLINE_KEYS: usize = 50;
const MAX_INLINE_BYTES: usize = 256 << 10;

/// SQLite as a store.
///
/// In a file, reads never wait for writes, and a write waits for other writes, for `timeout` at most. The file and its
/// folder are created at the first use. A file that is damaged, not a database or of a newer release is moved aside, and
/// the database of another program is refused.
pub(crate) struct SqliteStore {
    settings: SqliteSettings,
    opened: PerProcess<OpenedFile>,
    started: Stopwatch,
    full_disk: FullDisk,
}

/// The database as this process has opened it.
struct OpenedFile {
    database: RwLock<Option<Arc<Database>>>,
    /// When the path was last checked, in milliseconds since the store was made.
    last_check: AtomicU64,
    /// Until when the file counts as the database of another program, in the same milliseconds: it is looked at once in a
    /// while, and not at each call.
    foreign_until: AtomicU64,
    /// The file that was open last and its log, until another one is open: if opening fails, they are still known.
    former: Mutex<Option<Former>>,
    /// Whether this process was forked while another thread used the file, and cannot use it.
    is_lost: bool,
}

thread_local! {
    /// The address of the store whose file this thread is opening. A subscriber of the log may use the store meanwhile, and
    /// must not wait for itself.
    static OPENING: Cell<usize> = const { Cell::new(0) };
}

/// A file that is being opened; dropped, it no longer is.
struct Opening {
    outer: usize,
}

impl Drop for Opening {
    fn drop(&mut self) {
        OPENING.set(self.outer);
    }
}

impl SqliteStore {
    /// A store in this process's memory.
    pub(crate) fn memory() -> Self {
        Self::new(SqliteSettings::memory())
    }

    /// A store with the options of a configuration.
    pub(crate) fn from_options(options: &Options) -> Result<Self> {
        SqliteSettings::read(options).map(Self::new)
    }

    fn new(settings: SqliteSettings) -> Self {
        SqliteStore { settings, opened: PerProcess::new(), started: Stopwatch::start(), full_disk: FullDisk::default() }
    }

    /// What this process has opened.
    fn file(&self) -> &OpenedFile {
        self.opened.get(|parent| match parent {
            None => OpenedFile::new(None, false),
            Some(parent) => parent.left_by_fork(),
        })
    }

    /// The open database, if it is usable and nobody is opening another one.
    fn opened(&self) -> Option<Arc<Database>> {
        let database = self.file().database.try_read()?.clone()?;
        if self.is_check_due() {
            database.check_file();
        }
        database.is_usable().then_some(database)
    }

    /// Whether this caller has to check the path.
    fn is_check_due(&self) -> bool {
        let now = self.started.millis();
        let last_check = &self.file().last_check;
        let last = last_check.load(Ordering::Relaxed);
        now.saturating_sub(last) >= FILE_CHECK_INTERVAL.as_millis() as u64
            && last_check.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The database, which is opened if necessary.
    fn database(&self) -> Result<Arc<Database>> {
        if let Some(database) = self.opened() {
            return Ok(database);
        }
        if OPENING.get() == self.address() {
            // Of a kind that does not count as an outage: the file is about to be open.
            return Err(Error::new(ErrorKind::Entry, "this thread is opening the file"));
        }
        let file = self.file();
        if file.is_lost {
            return Err(Error::new(ErrorKind::Unavailable, FORKED));
        }
        if let Some(path) = &self.settings.path
            && self.started.millis() < file.foreign_until.load(Ordering::Relaxed)
        {
            return Err(unusable(&path.display().to_string(), Unusable::Foreign));
        }
        let slot = busy_timeout::may_wait().then(|| file.database.try_write_for(busy_timeout::left())).flatten();
        let mut slot = slot.ok_or_else(|| explained(error::busy()))?;
        if let Some(database) = slot.as_ref().filter(|database| database.is_usable()) {
            return Ok(Arc::clone(database));
        }
        let damaged = slot.as_ref().filter(|database| database.damaged.load(Ordering::Relaxed));
        let damaged = damaged.map(|database| database.identity());
        let mut former = file.former.lock();
        *former = slot.as_ref().and_then(|database| database.former()).or(*former);
        // Closed first, because a deleted file takes room on the disk as long as it is open.
        drop(slot.take());
        let _opening = Opening { outer: OPENING.replace(self.address()) };
        let opened = self.open(damaged, *former).inspect_err(|error| {
            if error.kind() == ErrorKind::Config {
                let until = self.started.millis() + FILE_CHECK_INTERVAL.as_millis() as u64;
                file.foreign_until.store(until, Ordering::Relaxed);
            }
        });
        let database = Arc::new(opened?);
        (*slot, *former) = (Some(Arc::clone(&database)), None);
        Ok(database)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Opens the database, perhaps in place of a damaged one, or of one whose log is still there.
    fn open(&self, damaged: Option<Option<file::Identity>>, former: Option<Former>) -> Result<Database> {
        let Some(path) = &self.settings.path else {
            let (pragmas, max_size) = (Arc::clone(&self.settings.pragmas), self.settings.limits.max_size);
            return Database::in_memory(pragmas, max_size).map_err(|reason| unusable(":memory:", reason));
        };
        if let Some(former) = former {
            move_log_aside(path, former)?;
        }
        self.prepare_file(path, damaged.map(|identity| (identity, "it is damaged")))?;
        let identity = file::identity(path);
        let reason = match self.open_file(path) {
            Err(Unusable::Replaceable(reason)) => reason,
            result => return result.map_err(|reason| unusable(&path.display().to_string(), reason)),
        };
        self.prepare_file(path, Some((identity, &reason)))?;
        self.open_file(path).map_err(|reason| unusable(&path.display().to_string(), reason))
    }

    /// Moves an unusable file aside, and creates a missing file: one caller at a time.
    fn prepare_file(&self, path: &Path, replaced: Option<(Option<file::Identity>, &str)>) -> Result<()> {
        file::check(path).and_then(|()| file::create_folder_of(path)).map_err(|error| file_error(&error))?;
        let _alone = file::exclude_others(path, || !busy_timeout::left().is_zero());
        if let Some((identity, reason)) = replaced
            && let Some(target) = file::move_aside(path, identity).map_err(|error| file_error(&error))?
        {
            let (path, target) = (path.display(), target.display());
            tracing::warn!(
                "cache: {path} cannot be used ({reason}); it was moved to {target}, and a new file was created"
            );
        }
        file::create(path).map_err(|error| file_error(&error))
    }

    fn open_file(&self, path: &Path) -> Result<Database, Unusable> {
        let (pragmas, max_size) = (Arc::clone(&self.settings.pragmas), self.settings.limits.max_size);
        Database::in_file(path, pragmas, max_size).inspect(|_| file::warn_of_permissions(path))
    }

    /// Runs `work` on the database. If the file turns out to be damaged or deleted, runs it again on a new one.
    fn run<T>(&self, work: impl Fn(&Database) -> rusqlite::Result<T>) -> Result<T> {
        let _allowed = busy_timeout::or_allow(self.settings.timeout);
        let database = self.database()?;
        let error = match work(&database) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        database.record_error(&error);
        let first = explained(error);
        if database.is_usable() {
            return Err(first);
        }
        drop(database);
        let again = self.database().and_then(|database| work(&database).map_err(explained));
        // What was wrong first is the cause: a file that cannot be opened again says little about it.
        again.map_err(|again| again.context(format_args!("{first}; then")))
    }

    /// Runs a write, and starts the maintenance that it makes due.
    fn write<T>(
        &self,
        changes: &Changes<'_>,
        (rows, bytes, now): (usize, usize, Timestamp),
        work: impl Fn(&Database, &Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let write = || {
            self.run(|database| {
                self.keep_log_below_limit(database)?;
                database.write(changes, |connection| work(database, connection))
            })
        };
        let value = match write() {
            Err(error)
                if error::is_full_disk(&error) && self.opened().is_some_and(|open| self.full_disk.heal(&open)) =>
            {
                write()?
            }
            result => result?,
        };
        self.after_write((rows, bytes, now));
        Ok(value)
    }

    /// Refuses a write while the log is at its limit.
    fn keep_log_below_limit(&self, database: &Database) -> rusqlite::Result<()> {
        let has_room = maintenance::has_room_in_log(database, self.settings.limits)?;
        if has_room { Ok(()) } else { Err(error::full_log()) }
    }

    /// Starts the maintenance that a write makes due.
    fn after_write(&self, (rows, bytes, now): (usize, usize, Timestamp)) {
        if let Some(database) = self.opened() {
            maintenance::after_write(&database, self.settings.limits, rows, bytes, now);
        }
    }

    /// Refuses a value that would evict most of the others.
    fn check_size<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Result<()> {
        let (largest, limit) =
            (values.into_iter().map(Value::size).max().unwrap_or(0) as u64, self.settings.limits.max_size / 4);
        if largest <= limit {
            return Ok(());
        }
        let message =
            format!("a value of {largest} bytes is too large: the limit is {limit} bytes, a quarter of `max_size`");
        Err(Error::new(ErrorKind::Entry, message))
    }
}

/// Moves the log of the former file out of the way of another one.
fn move_log_aside(path: &Path, former: Former) -> Result<()> {
    let _alone = file::exclude_others(path, || !busy_timeout::left().is_zero());
    // A missing file is created, which moves the log, too.
    if file::identity(path).is_none_or(|present| present == former.file) {
        return Ok(());
    }
    if let Some(target) = file::move_log_aside(path, former.log).map_err(|error| file_error(&error))? {
        let (path, target) = (path.display(), target.display());
        tracing::warn!("cache: another file is at {path} now; the log of the former one was moved to {target}");
    }
    Ok(())
}

const FORKED: &str = "this process was forked while another thread used the file; fork before the cache is used, or while \
                      nothing uses it";

impl OpenedFile {
    fn new(database: Option<Arc<Database>>, is_lost: bool) -> Self {
        let (last_check, foreign_until) = (AtomicU64::new(0), AtomicU64::new(0));
        OpenedFile { database: RwLock::new(database), last_check, foreign_until, former: Mutex::default(), is_lost }
    }

    /// What a forked process makes of what its parent had opened.
    ///
    /// SQLite keeps a record of the locks of its process, and the child inherits that record, but not the locks. If the
    /// parent's connections were left open in the child, its own would rely on the record and lock nothing: the parent would
    /// take itself for the last user, and delete the log beneath the child. So they are closed, before the child opens its
    /// own, which clears the record.
    ///
    /// SQLite's manual warns of that in general. Here it is safe: the connections are idle, so there is nothing to undo;
    /// the locks of the parent belong to the parent, and no `close` in the child releases them; and the log is copied and
    /// deleted only by a connection that gets a lock of the whole file from the system, which it does not while anybody
    /// else has the file open. If a thread used a connection at the time of the fork, none of this holds, and the child does
    /// not use the file.
    fn left_by_fork(&self) -> Self {
        let database = self.database.try_write().map(|mut slot| slot.take());
        let (kept, is_lost) = match database.map(|database| database.map(Arc::try_unwrap)) {
            Some(None) => (None, false),
            Some(Some(Ok(database))) if !database.is_idle() => {
                mem::forget(database);
                (None, true)
            }
            // A database in memory is a copy of the parent's.
            Some(Some(Ok(database))) if database.path().is_none() => (Some(Arc::new(database)), false),
            Some(Some(Ok(_closed))) => (None, false),
            Some(Some(Err(shared))) => {
                mem::forget(shared);
                (None, true)
            }
            None => (None, true),
        };
        OpenedFile::new(kept, is_lost)
    }
}

impl Store for SqliteStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.run(|database| {
            let (hash, max_bytes) = (database.hash(key), max_inline_bytes(1));
            database.use_counts.record(hash);
            database.read(|connection| fetch(connection, hash, key, max_bytes))
        })
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        self.run(|database| {
            let max_bytes = max_inline_bytes(keys.len());
            let hash = |key: &str| {
                let hash = database.hash(key);
                database.use_counts.record(hash);
                hash
            };
            database.read(|connection| fetch_multi(connection, keys, hash, max_bytes))
        })
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.check_size([value])?;
        self.write(&Changes::Key(key), (1, value.size(), expiration.now), |database, connection| {
            let hash = database.hash(key);
            execute(connection, sql::BREAK_CLAIMS, [hash])?;
            put(&mut connection.prepare_cached(sql::SET)?, hash, key, value, expiration)
        })
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        self.check_size(values.iter().map(|(_, value)| value))?;
        let bytes = values.iter().map(|(_, value)| value.size()).sum();
        self.write(&Changes::Values(values), (values.len(), bytes, expiration.now), |database, connection| {
            let mut statement = connection.prepare_cached(sql::SET)?;
            values.iter().try_for_each(|(key, value)| {
                let hash = database.hash(key);
                execute(connection, sql::BREAK_CLAIMS, [hash])?;
                put(&mut statement, hash, key, value, expiration)
            })
        })
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.write(&Changes::Key(key), (1, 0, now), |database, connection| {
            let deleted = remove(connection, database.hash(key), key)?;
            Ok(deleted.is_some_and(|record| record.is_live(now)))
        })
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.delete_returning(keys, now).map(|deleted| deleted.live)
    }

    fn delete_returning(&self, keys: &[String], now: Timestamp) -> Result<Deleted> {
        self.write(&Changes::Keys(keys), (keys.len(), 0, now), |database, connection| {
            let deleted = keys.iter().map(|key| remove(connection, database.hash(key), key));
            Ok(Deleted::of(deleted.collect::<rusqlite::Result<_>>()?, now))
        })
    }

    /// Reads and writes in one transaction with the write lock, so it is atomic.
    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let sum = self.write(&Changes::Key(key), (1, 0, expiration.now), |database, connection| {
            let hash = database.hash(key);
            database.use_counts.record(hash);
            execute(connection, sql::BREAK_CLAIMS, [hash])?;
            let old = fetch(connection, hash, key, i64::MAX)?;
            let counted = match count(old, by, expiration) {
                Ok(counted) => counted,
                Err(error) => return Ok(Err(error)),
            };
            if counted.keeps_expiry {
                execute(connection, sql::COUNT, [hash, counted.sum])?;
            } else {
                let sum = Value::Number(counted.sum);
                put(&mut connection.prepare_cached(sql::SET)?, hash, key, &sum, expiration)?;
            }
            Ok(Ok(counted.sum))
        });
        sum?
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let gone = self.write(&Changes::AnyKey, (1, 0, Timestamp::EPOCH), |_, connection| {
            execute(connection, sql::BREAK_ALL_CLAIMS, [])?;
            match after_prefix(prefix) {
                None => execute(connection, sql::CLEAR_ALL, []),
                Some(end) => execute(connection, sql::CLEAR_PREFIX, [prefix, &end]),
            }
        });
        gone.map(|rows| rows as u64)
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        let touched = self.write(&Changes::Key(key), (1, 0, expiration.now), |database, connection| {
            let (expires_at, stale_until) = (expiration.expires_at.as_millis(), expiration.stale_until.as_millis());
            let row = params![database.hash(key), key, expires_at, stale_until, expiration.now.as_millis()];
            execute(connection, sql::TOUCH, row)
        });
        touched.map(|rows| rows > 0)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        self.write(&Changes::NoEntry, (1, 0, now), |_, connection| {
            execute(connection, sql::DELETE_EXPIRED, [now.as_millis()])
        })
        .map(|rows| rows as u64)
    }

    fn claims(&self) -> Option<&dyn Claims> {
        Some(self)
    }

    fn limits(&self) -> Option<&dyn Limits> {
        Some(self)
    }

    fn stripes(&self) -> Option<Arc<Stripes>> {
        self.opened().map(|database| database.stripes())
    }

    /// Runs a fast operation at once: a lookup or a write takes a few microseconds, and a switch to another thread several
    /// times that. An operation that meets a lock (in memory: one that is held for longer than an operation takes) has
    /// changed nothing yet, and starts again on a thread that may wait.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        if is_slow(&operation) || self.opened().is_none() {
            return Dispatch::Blocking(operation);
        }
        let _allowed = busy_timeout::allow(Duration::ZERO);
        match operation.run(self) {
            Err(error) if is_busy(&error) => Dispatch::Blocking(operation),
            answer => {
                operation.recycle();
                Dispatch::Done(answer)
            }
        }
    }

    fn name(&self) -> String {
        match &self.settings.path {
            None => "sqlite in memory".to_owned(),
            Some(path) => format!("sqlite {}", path.display()),
        }
    }
}

impl Claims for SqliteStore {
    fn claim(&self, keys: &[String], claim: &Claim) -> Result<bool> {
        let (token, now) = (claim.token.cast_signed(), Timestamp::now());
        let ends_at = now.after(claim.length).as_millis();
        self.write(&Changes::NoEntry, (keys.len(), 0, Timestamp::EPOCH), |database, connection| {
            keys.iter().try_fold(true, |granted, key| {
                let row = params![database.hash(key), token, claim.exclusive, ends_at, now.as_millis()];
                Ok(execute(connection, sql::CLAIM, row)? > 0 && granted)
            })
        })
    }

    fn complete(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
        self.check_size(values.iter().map(|(_, value)| value))?;
        let bytes = values.iter().map(|(_, value)| value.size()).sum();
        self.write(&Changes::Values(values), (values.len(), bytes, expiration.now), |database, connection| {
            let complete = |(key, value): &(String, Value)| {
                let hash = database.hash(key);
                let is_unbroken = execute(connection, sql::COMPLETE_CLAIM, [hash, token.cast_signed()])? > 0;
                if is_unbroken {
                    put(&mut connection.prepare_cached(sql::SET)?, hash, key, value, expiration)?;
                }
                Ok(is_unbroken)
            };
            values.iter().map(complete).collect()
        })
    }

    fn renew(&self, key: &str, claim: &Claim) -> Result<bool> {
        let until = Timestamp::now().after(claim.length);
        self.write(&Changes::NoEntry, (1, 0, Timestamp::EPOCH), |database, connection| {
            let row = [database.hash(key), claim.token.cast_signed(), until.as_millis()];
            execute(connection, sql::MOVE_END_OF_CLAIM, row).map(|rows| rows > 0)
        })
    }

    fn release(&self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>> {
        let (token, until) = (token.cast_signed(), Timestamp::now().after(pause).as_millis());
        self.write(&Changes::NoEntry, (keys.len(), 0, Timestamp::EPOCH), |database, connection| {
            let end = |key: &String| {
                let hash = database.hash(key);
                let rows = if pause.is_zero() {
                    execute(connection, sql::END_CLAIM, [hash, token])
                } else {
                    execute(connection, sql::MOVE_END_OF_CLAIM, [hash, token, until])
                };
                rows.map(|rows| rows > 0)
            };
            keys.iter().map(end).collect()
        })
    }
}

impl Limits for SqliteStore {
    /// What is refused is not written, and announces nothing.
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        let counted = self.run(|database| {
            self.keep_log_below_limit(database)?;
            database.write_if(|connection, announce| {
                let hashes: Vec<i64> = steps.iter().map(|step| database.hash(&step.key)).collect();
                let mut old = Vec::with_capacity(steps.len());
                for (step, hash) in steps.iter().zip(&hashes) {
                    match number(fetch(connection, *hash, &step.key, i64::MAX)?, step.expiration.now) {
                        Ok(count) => old.push(count),
                        Err(error) => return Ok(Err(error)),
                    }
                }
                let counted = take(steps, old.iter().copied());
                for (((step, hash), old), count) in steps.iter().zip(hashes).zip(old).zip(&counted.counts) {
                    if let Some(count) = count.filter(|count| old != Some(*count)) {
                        announce(&Changes::Key(&step.key));
                        let expiration = Expiration::new(step.expiration.now, count.expires_at);
                        let value = Value::Number(count.value);
                        put(&mut connection.prepare_cached(sql::SET)?, hash, &step.key, &value, &expiration)?;
                    }
                }
                Ok(Ok(counted))
            })
        })??;
        if let Some(step) = steps.first().filter(|_| counted.granted) {
            self.after_write((steps.len(), 0, step.expiration.now));
        }
        Ok(counted)
    }
}

fn is_slow(operation: &Operation<'_>) -> bool {
    match operation {
        Operation::ReadMulti { keys }
        | Operation::DeleteMulti { keys, .. }
        | Operation::DeleteMultiReturning { keys, .. }
        | Operation::Claim { keys, .. }
        | Operation::Release { keys, .. } => keys.len() > MAX_INLINE_KEYS,
        Operation::Set { value, .. } => value.size() > MAX_INLINE_BYTES,
        Operation::WriteMulti { values, .. } | Operation::Complete { values, .. } => {
            values.len() > MAX_INLINE_KEYS
                || values.iter().map(|(_, value)| value.size()).sum::<usize>() > MAX_INLINE_BYTES
        }
        Operation::Clear { .. } | Operation::DeleteExpired { .. } => true,
        _ => false,
    }
}

fn is_busy(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    cause.is_some_and(error::is_busy)
}

/// How large a value may be to be read on this thread: a large one is not read on a task's own thread.
fn max_inline_bytes(values: usize) -> i64 {
    if busy_timeout::may_wait() { i64::MAX } else { (MAX_INLINE_BYTES / values.max(1)) as i64 }
}

#[cfg(test)]
mod tests;
