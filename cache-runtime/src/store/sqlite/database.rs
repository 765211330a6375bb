//! An open database: its connections, its seed, and transactions.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::vtab::array;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use siphasher::sip::SipHasher13;
use smallvec::SmallVec;

use super::error::{Unusable, busy, is_busy, is_damage};
use super::file::{self, Identity};
use super::maintenance::{PAGE, Progress};
use super::use_counts::UseCounts;
use super::{busy_timeout, sql, stripes_file};
use crate::store::{Announced, Stripes, Value};

/// How many idle reading connections are kept.
const MAX_IDLE_READERS: usize = 8;

/// How long even an operation that must not wait waits for a database in memory: its lock is held for microseconds, never
/// while somebody waits for a file, and a switch to another thread takes longer.
const MEMORY_LOCK_WAIT: Duration = Duration::from_micros(50);

/// The values of pragmas, as they are written into the statements.
pub(super) type Pragmas = BTreeMap<String, String>;

pub(super) struct Database {
    /// All writes of this process go through one connection: waiting for its mutex is faster than waiting for the file's
    /// lock. In memory it is the only connection.
    writer: Mutex<Connection>,
    /// Connections that read a file; they never wait for the writer.
    readers: Mutex<Vec<Connection>>,
    /// How many connections to the file are in use, but for the writer.
    in_use: AtomicUsize,
    file: Option<OpenFile>,
    pragmas: Arc<Pragmas>,
    seed: [u8; 16],
    /// Where changes are announced.
    stripes: Arc<Stripes>,
    pub(super) progress: Progress,
    pub(super) use_counts: UseCounts,
    /// The file is damaged; the next operation moves it aside.
    pub(super) damaged: AtomicBool,
    /// The log has reached its limit, and could not be truncated.
    pub(super) log_is_full: AtomicBool,
    /// The path leads to another file now, or the file cannot be read; the next operation opens it again.
    pub(super) outdated: AtomicBool,
}

/// What became of the truncation of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truncated {
    Yes,
    ReaderPrevents,
    NotNow,
}

struct OpenFile {
    path: PathBuf,
    identity: Option<Identity>,
    /// The write-ahead log of the file.
    log: Option<Identity>,
}

/// A file that was open before, and its log.
#[derive(Clone, Copy)]
pub(super) struct Former {
    pub(super) file: Identity,
    pub(super) log: Identity,
}

impl Database {
    pub(super) fn in_memory(pragmas: Arc<Pragmas>, max_size: u64) -> Result<Self, Unusable> {
        Self::new(Connection::open_in_memory()?, None, pragmas, max_size)
    }

    /// Opens an existing file, and initializes an empty one.
    pub(super) fn in_file(path: &Path, pragmas: Arc<Pragmas>, max_size: u64) -> Result<Self, Unusable> {
        // SQLite takes a file of one byte for an empty one, and overwrites it.
        if file::size(path) == 1 {
            return Err(Unusable::Replaceable("file is not a database".to_owned()));
        }
        let file = OpenFile { path: path.to_owned(), identity: file::identity(path), log: None };
        let mut database = Self::new(connect(path)?, Some(file), pragmas, max_size)?;
        if let Some(file) = &mut database.file {
            // It exists by now, since the database was written to.
            file.log = file::identity(&file::log(path));
        }
        Ok(database)
    }

    fn new(writer: Connection, file: Option<OpenFile>, pragmas: Arc<Pragmas>, max_size: u64) -> Result<Self, Unusable> {
        // Checked before the pragmas, which may change a file that belongs to another program; and in one transaction,
        // since another process may be initializing the file.
        let is_initialized = in_transaction(&writer, sql::BEGIN_READ, || is_initialized(&writer))?;
        configure(&writer, &pragmas)?;
        if !is_initialized {
            initialize(&writer)?;
        }
        let seed = writer.query_row(sql::SEED, [], |row| row.get(0))?;
        let stripes = match &file {
            None => Stripes::seeded(seed),
            Some(file) => shared_stripes(file, &writer, seed)?,
        };
        Ok(Database {
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            in_use: AtomicUsize::new(0),
            file,
            pragmas,
            seed,
            stripes,
            progress: Progress::default(),
            use_counts: UseCounts::new(max_size / PAGE),
            damaged: AtomicBool::new(false),
            log_is_full: AtomicBool::new(false),
            outdated: AtomicBool::new(false),
        })
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| &*file.path)
    }

    pub(super) fn identity(&self) -> Option<Identity> {
        self.file.as_ref().and_then(|file| file.identity)
    }

    /// The file and its log, for whoever opens another one in its place.
    pub(super) fn former(&self) -> Option<Former> {
        let file = self.file.as_ref()?;
        Some(Former { file: file.identity?, log: file.log? })
    }

    /// Whether no fault has been found.
    pub(super) fn is_usable(&self) -> bool {
        !self.damaged.load(Ordering::Relaxed) && !self.outdated.load(Ordering::Relaxed)
    }

    /// Records what an error says about the file.
    pub(super) fn record_error(&self, error: &rusqlite::Error) {
        if is_damage(error) {
            self.damaged.store(true, Ordering::Relaxed);
        } else if error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure) {
            // SQLite reports this if a part of the open database was deleted.
            self.outdated.store(true, Ordering::Relaxed);
        } else {
            self.check_file();
        }
    }

    /// Checks whether the path still leads to the open file.
    pub(super) fn check_file(&self) {
        let is_replaced = self.file.as_ref().is_some_and(|file| file::identity(&file.path) != file.identity);
        if is_replaced || !self.stripes.is_in_place() {
            self.outdated.store(true, Ordering::Relaxed);
        }
    }

    /// The hash of a key, which identifies its row.
    pub(super) fn hash(&self, key: &str) -> i64 {
        let mut hasher = SipHasher13::new_with_key(&self.seed);
        hasher.write(key.as_bytes());
        hasher.finish().cast_signed()
    }

    /// Runs statements that only read.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let Some(file) = &self.file else { return read(&*self.writer()?) };
        let _in_use = InUse::begin(&self.in_use);
        let idle = self.readers.lock().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.connect(file)?,
        };
        let result = read(&reader);
        let mut readers = self.readers.lock();
        if readers.len() < MAX_IDLE_READERS {
            readers.push(reader);
        }
        result
    }

    /// Runs statements as one transaction. It takes the write lock at its beginning, so it never fails half-way because
    /// of another writer.
    pub(super) fn write<T>(
        &self,
        changes: &Changes<'_>,
        write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.write_if(|connection, announce| {
            announce(changes);
            write(connection)
        })
    }

    /// The same for statements that find out whether they change anything, and announce it before they do.
    pub(super) fn write_if<'a, T>(
        &'a self,
        write: impl FnOnce(&Connection, &mut dyn FnMut(&Changes<'_>)) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let connection = self.writer()?;
        // Made under the write lock, and ended after the commit or the rollback.
        let mut announced: SmallVec<[Announced<'a>; 1]> = SmallVec::new();
        in_transaction(&connection, sql::BEGIN_WRITE, || {
            // It may have waited for the lock while another process has put new stripes in the place of these.
            if !self.stripes.is_in_place() {
                self.outdated.store(true, Ordering::Relaxed);
                return Err(busy());
            }
            write(&connection, &mut |changes| announced.extend(self.announce(changes)))
        })
    }

    fn announce(&self, changes: &Changes<'_>) -> Option<Announced<'_>> {
        let stripes = &self.stripes;
        Some(match changes {
            Changes::NoEntry => return None,
            Changes::Key(key) => stripes.announce([key]),
            Changes::Keys(keys) => stripes.announce(*keys),
            Changes::Values(values) => stripes.announce(values.iter().map(|(key, _)| key)),
            Changes::AnyKey => stripes.announce_all(),
        })
    }

    /// Ends announcements of processes that died.
    pub(super) fn settle_stripes(&self) -> rusqlite::Result<()> {
        self.write(&Changes::NoEntry, |_| {
            self.stripes.settle();
            Ok(())
        })
    }

    /// The stripes on which all changes are announced.
    pub(super) fn stripes(&self) -> Arc<Stripes> {
        Arc::clone(&self.stripes)
    }

    /// Copies the whole log into the database and truncates it.
    ///
    /// It waits for other processes for `wait` at most, and while it waits for readers nobody can write.
    pub(super) fn truncate_log(&self, wait: Duration) -> rusqlite::Result<Truncated> {
        let writer = self.writer()?;
        let _allowed = busy_timeout::allow(wait);
        let (is_busy, pages, copied) = writer.query_row(sql::TRUNCATE_LOG, [], |row| {
            Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })?;
        Ok(match is_busy {
            false => Truncated::Yes,
            // A reader needs what the database was before the rest.
            true if pages > copied => Truncated::ReaderPrevents,
            // Another connection copies the log or writes.
            true => Truncated::NotNow,
        })
    }

    /// Whether no connection is in use.
    pub(super) fn is_idle(&self) -> bool {
        self.in_use.load(Ordering::Relaxed) == 0
            && self.writer.try_lock().is_some()
            && self.readers.try_lock().is_some()
    }

    /// Copies what it can of the log, on a connection of its own, so that callers need not wait for it.
    pub(super) fn copy_log(&self) -> rusqlite::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let _in_use = InUse::begin(&self.in_use);
        self.connect(file)?.query_row(sql::COPY_LOG, [], |_| Ok(()))
    }

    /// Another connection to the file.
    fn connect(&self, file: &OpenFile) -> rusqlite::Result<Connection> {
        let connection = connect(&file.path)?;
        // Another file with the log of this one would be read, and filled, with what is in that log.
        if file::identity(&file.path) != file.identity {
            self.outdated.store(true, Ordering::Relaxed);
            return Err(busy());
        }
        configure(&connection, &self.pragmas)?;
        Ok(connection)
    }

    fn writer(&self) -> rusqlite::Result<MutexGuard<'_, Connection>> {
        if let Some(connection) = self.writer.try_lock() {
            return Ok(connection);
        }
        let timeout = match &self.file {
            _ if busy_timeout::may_wait() => busy_timeout::left(),
            None => MEMORY_LOCK_WAIT,
            Some(_) => return Err(busy()),
        };
        self.writer.try_lock_for(timeout).ok_or_else(busy)
    }
}

/// The stripes of a file, opened by one process at a time.
fn shared_stripes(file: &OpenFile, writer: &Connection, seed: [u8; 16]) -> Result<Arc<Stripes>, Unusable> {
    in_transaction(writer, sql::BEGIN_WRITE, || {
        let stripes = stripes_file::open(&file.path, file.identity, seed).map_err(Unusable::Unannounced)?;
        stripes.settle();
        Ok(stripes)
    })
}

/// Which entries a transaction may change.
pub(super) enum Changes<'a> {
    /// None: it changes claims, or removes what has expired or is evicted.
    NoEntry,
    Key(&'a str),
    Keys(&'a [String]),
    Values(&'a [(String, Value)]),
    AnyKey,
}

/// A connection that is in use.
struct InUse<'a>(&'a AtomicUsize);

impl<'a> InUse<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        InUse(count)
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs statements as one transaction, which is rolled back after an error or a panic.
pub(super) fn in_transaction<T, E: From<rusqlite::Error>>(
    connection: &Connection,
    begin: &str,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    connection.prepare_cached(begin)?.raw_execute()?;
    let _rollback = Rollback(connection);
    let value = work()?;
    connection.prepare_cached(sql::COMMIT)?.raw_execute()?;
    Ok(value)
}

/// Rolls back a transaction that was not committed.
struct Rollback<'a>(&'a Connection);

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            let rolled_back = self.0.prepare_cached(sql::ROLLBACK).and_then(|mut sql| sql.raw_execute());
            let _ = rolled_back.inspect_err(|error| tracing::warn!(%error, "cache: a transaction was not rolled back"));
        }
    }
}

#[allow(unused_mut, reason = "older releases of rusqlite in our range set the busy handler by a shared reference")]
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Without `CREATE`: a deleted file must be noticed, not created with other permissions.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(busy_timeout::wait_for_lock))?;
    Ok(connection)
}

/// Settings of a connection, not of the file.
fn configure(connection: &Connection, pragmas: &Pragmas) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(32);
    // A list as a parameter.
    array::load_module(connection)?;
    pragmas.iter().try_for_each(|(name, value)| set_pragma(connection, name, value))
}

/// Some pragmas return a row and some do not; both are accepted.
fn set_pragma(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("PRAGMA {name} = {value}"))?;
    statement.query([])?.next().map(drop)
}

/// Creates the tables in an empty database.
fn initialize(connection: &Connection) -> Result<(), Unusable> {
    enable_wal(connection)?;
    in_transaction(connection, sql::BEGIN_WRITE, || {
        // Another process may have done it while this one waited for the lock.
        if !is_initialized(connection)? {
            connection.execute_batch(sql::SCHEMA)?;
            set_pragma(connection, "application_id", &sql::APPLICATION_ID.to_string())?;
            set_pragma(connection, "user_version", &sql::USER_VERSION.to_string())?;
        }
        Ok(())
    })
}

/// Processes that open a new file at once collide here, and SQLite does not call the busy handler.
fn enable_wal(connection: &Connection) -> rusqlite::Result<()> {
    loop {
        match set_pragma(connection, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && busy_timeout::may_wait() && !busy_timeout::left().is_zero() => {
                thread::yield_now();
            }
            result => return result,
        }
    }
}

/// `true` for a database of this library, `false` for an empty one.
fn is_initialized(connection: &Connection) -> Result<bool, Unusable> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    match (application, version, tables) {
        (0, 0, 0) => Ok(false),
        (sql::APPLICATION_ID, sql::USER_VERSION, _) => has_seed(connection),
        (sql::APPLICATION_ID, version, _) => {
            Err(Unusable::Replaceable(format!("it was written by a release with schema {version}")))
        }
        _ => Err(Unusable::Foreign),
    }
}

fn has_seed(connection: &Connection) -> Result<bool, Unusable> {
    let seed = connection.query_row(sql::SEED, [], |row| row.get::<_, [u8; 16]>(0)).optional();
    let damage = || Unusable::Replaceable("its seed is missing".to_owned());
    match seed {
        Ok(Some(_)) => connection.prepare_cached(sql::GET).map(|_| true).map_err(|_| damage()),
        Ok(None) => Err(damage()),
        Err(error) if is_busy(&error) => Err(Unusable::Failed(error)),
        Err(error) if is_damage(&error) => Err(error.into()),
        Err(_) => Err(damage()),
    }
}

#[cfg(test)]
mod tests;
