//! One opened database: its connections, its seed, and how a statement reaches them.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, OpenFlags, OptionalExtension, ffi};
use siphasher::sip::SipHasher13;

use super::file::{self, Identity};
use super::maintenance::Maintenance;
use super::{busy_timeout, sql};

/// Idle reading connections beyond this are closed.
const IDLE_READERS: usize = 8;

/// Even who may not wait waits so long for a database in memory: its lock is held for microseconds, by nobody who waits
/// for a file, and a hop to another thread takes longer.
const BRIEF: Duration = Duration::from_micros(50);

/// A pragma's value, written into the statement.
pub(super) type Pragmas = BTreeMap<String, String>;

pub(super) struct Database {
    /// All writing goes through one connection: in the same process it is faster to wait for a lock of ours than for the
    /// file's. In memory it is the only connection.
    writer: Mutex<Connection>,
    /// Connections that read a file without ever waiting for the writer.
    readers: Mutex<Vec<Connection>>,
    file: Option<OpenFile>,
    pragmas: Arc<Pragmas>,
    seed: [u8; 16],
    pub(super) maintenance: Maintenance,
    /// Set by who found it damaged; it is moved aside by the next operation.
    pub(super) damaged: AtomicBool,
    /// Set by who found that the file at the path is another one, or cannot be read; it is opened anew.
    pub(super) outdated: AtomicBool,
}

struct OpenFile {
    path: PathBuf,
    identity: Option<Identity>,
}

/// Why a file cannot be used.
pub(super) enum Unusable {
    /// It is no database, it is damaged, or a newer release wrote it: it may be moved aside.
    Ours(String),
    /// It is a database of another program, which is none of our business.
    Foreign,
    /// SQLite said so; it may pass.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) { Unusable::Ours(error.to_string()) } else { Unusable::Failed(error) }
    }
}

impl Database {
    pub(super) fn in_memory(pragmas: Arc<Pragmas>) -> Result<Self, Unusable> {
        let connection = Connection::open_in_memory()?;
        Self::new(connection, None, pragmas)
    }

    /// Opens a file that exists, and makes an empty one a database.
    pub(super) fn in_file(path: &Path, pragmas: Arc<Pragmas>) -> Result<Self, Unusable> {
        let identity = file::identity(path);
        let connection = connect(path)?;
        Self::new(connection, Some(OpenFile { path: path.to_owned(), identity }), pragmas)
    }

    fn new(writer: Connection, file: Option<OpenFile>, pragmas: Arc<Pragmas>) -> Result<Self, Unusable> {
        // A pragma may change the file, and this one may be none of our business.
        // In one view: another process may be making it ours at this moment.
        let ours = in_one_view(&writer, || Ok(is_ours(&writer)))??;
        configure(&writer, &pragmas)?;
        if !ours {
            make_ours(&writer)?;
        }
        let seed = writer.query_row(sql::SEED, [], |row| row.get(0))?;
        Ok(Database {
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            file,
            pragmas,
            seed,
            maintenance: Maintenance::default(),
            damaged: AtomicBool::new(false),
            outdated: AtomicBool::new(false),
        })
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| &*file.path)
    }

    pub(super) fn identity(&self) -> Option<Identity> {
        self.file.as_ref().and_then(|file| file.identity)
    }

    /// Whether nothing has been found wrong with it.
    pub(super) fn is_usable(&self) -> bool {
        !self.damaged.load(Ordering::Relaxed) && !self.outdated.load(Ordering::Relaxed)
    }

    /// Notes what an error says of the file.
    pub(super) fn suspect(&self, error: &rusqlite::Error) {
        if is_damage(error) {
            self.damaged.store(true, Ordering::Relaxed);
        } else if error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure) {
            // So it looks when a part of the database was deleted under it.
            self.outdated.store(true, Ordering::Relaxed);
        } else {
            self.look();
        }
    }

    /// Looks whether the path still leads to the file that is open.
    pub(super) fn look(&self) {
        if self.file.as_ref().is_some_and(|file| file::identity(&file.path) != file.identity) {
            self.outdated.store(true, Ordering::Relaxed);
        }
    }

    /// The number of a key's row.
    pub(super) fn hash(&self, key: &str) -> i64 {
        let mut hasher = SipHasher13::new_with_key(&self.seed);
        hasher.write(key.as_bytes());
        hasher.finish().cast_signed()
    }

    /// Runs statements that only read.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let Some(file) = &self.file else { return read(&*self.writer()?) };
        let idle = self.readers.lock().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.connect(file)?,
        };
        let result = read(&reader);
        let mut readers = self.readers.lock();
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
        result
    }

    /// Runs statements as one transaction that holds the write lock from its beginning, so that it never fails half-way
    /// for somebody else's write.
    pub(super) fn write<T>(&self, write: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let connection = self.writer()?;
        let transaction = Transaction::begin(&connection, sql::BEGIN_WRITE)?;
        let value = write(&connection)?;
        transaction.commit()?;
        Ok(value)
    }

    /// A connection of its own to the same file, for work beside the callers'.
    pub(super) fn beside<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        let Some(file) = &self.file else { return Ok(None) };
        self.connect(file).and_then(|connection| work(&connection)).map(Some)
    }

    /// One more connection.
    fn connect(&self, file: &OpenFile) -> rusqlite::Result<Connection> {
        let connection = connect(&file.path)?;
        configure(&connection, &self.pragmas)?;
        Ok(connection)
    }

    fn writer(&self) -> rusqlite::Result<MutexGuard<'_, Connection>> {
        if let Some(connection) = self.writer.try_lock() {
            return Ok(connection);
        }
        let patience = match &self.file {
            _ if busy_timeout::may_wait() => busy_timeout::left(),
            None => BRIEF,
            Some(_) => return Err(busy()),
        };
        self.writer.try_lock_for(patience).ok_or_else(busy)
    }
}

/// Many reads that see one state of the database.
pub(super) fn in_one_view<T>(
    connection: &Connection,
    read: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = Transaction::begin(connection, sql::BEGIN_READ)?;
    let value = read()?;
    transaction.commit()?;
    Ok(value)
}

/// A transaction that is rolled back unless it is committed, also by a panic.
struct Transaction<'a> {
    connection: &'a Connection,
}

impl<'a> Transaction<'a> {
    fn begin(connection: &'a Connection, begin: &str) -> rusqlite::Result<Self> {
        connection.prepare_cached(begin)?.raw_execute()?;
        Ok(Transaction { connection })
    }

    fn commit(self) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql::COMMIT)?.raw_execute().map(drop)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.connection.is_autocommit() {
            let rolled_back = self.connection.prepare_cached(sql::ROLLBACK).and_then(|mut sql| sql.raw_execute());
            let _ = rolled_back.inspect_err(|error| tracing::warn!(%error, "cache: a transaction was not rolled back"));
        }
    }
}

#[allow(unused_mut, reason = "older releases of rusqlite in our range set the busy handler by a shared reference")]
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Without `CREATE`: a file that is gone is noticed, not made anew with other permissions.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(busy_timeout::wait_for_lock))?;
    Ok(connection)
}

/// What holds for a connection, not for the file.
fn configure(connection: &Connection, pragmas: &Pragmas) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(32);
    for (name, value) in DEFAULT_PRAGMAS {
        if !pragmas.contains_key(name) {
            set_pragma(connection, name, value)?;
        }
    }
    pragmas.iter().try_for_each(|(name, value)| set_pragma(connection, name, value))
}

/// `NORMAL` loses no more than the last writes when the machine loses power, and never the file. No `mmap_size`: a file
/// that somebody cuts short would end the program.
const DEFAULT_PRAGMAS: [(&str, &str); 3] =
    [("synchronous", "NORMAL"), ("cache_size", "-16384"), ("temp_store", "MEMORY")];

/// Some pragmas answer with a row, some do not; both are well.
fn set_pragma(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("PRAGMA {name} = {value}"))?;
    statement.query([])?.next().map(drop)
}

/// Makes an empty database ours.
fn make_ours(connection: &Connection) -> Result<(), Unusable> {
    become_wal(connection)?;
    let transaction = Transaction::begin(connection, sql::BEGIN_WRITE)?;
    // Somebody may have been faster while this one waited for the lock.
    if !is_ours(connection)? {
        connection.execute_batch(sql::SCHEMA)?;
        set_pragma(connection, "application_id", &sql::APPLICATION_ID.to_string())?;
        set_pragma(connection, "user_version", &sql::USER_VERSION.to_string())?;
    }
    Ok(transaction.commit()?)
}

/// Several processes that open a new file at once come into each other's way here, past SQLite's own waiting.
fn become_wal(connection: &Connection) -> rusqlite::Result<()> {
    loop {
        match set_pragma(connection, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && busy_timeout::may_wait() && !busy_timeout::left().is_zero() => {
                thread::yield_now();
            }
            result => return result,
        }
    }
}

/// Ours, or empty and to be made ours.
fn is_ours(connection: &Connection) -> Result<bool, Unusable> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    match (application, version, tables) {
        (0, 0, 0) => Ok(false),
        (sql::APPLICATION_ID, sql::USER_VERSION, _) => seed_is_there(connection),
        (sql::APPLICATION_ID, version, _) => Err(Unusable::Ours(format!("a release with schema {version} wrote it"))),
        _ => Err(Unusable::Foreign),
    }
}

fn seed_is_there(connection: &Connection) -> Result<bool, Unusable> {
    let seed = connection.query_row(sql::SEED, [], |row| row.get::<_, [u8; 16]>(0)).optional();
    let damage = || Unusable::Ours("its seed is missing".to_owned());
    match seed {
        Ok(Some(_)) => connection.prepare_cached(sql::GET).map(|_| true).map_err(|_| damage()),
        Ok(None) => Err(damage()),
        Err(error) if is_busy(&error) => Err(Unusable::Failed(error)),
        Err(error) if is_damage(&error) => Err(error.into()),
        Err(_) => Err(damage()),
    }
}

/// Whether the file itself is bad, so that trying again does not help.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// As SQLite says that somebody else has the lock.
pub(super) fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}

/// Whether somebody else has the lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn in_memory_even_who_may_not_wait_waits_briefly() {
        let Ok(database) = Database::in_memory(Arc::default()) else { panic!("a database in memory") };
        let taken = database.writer().unwrap();
        let _allowed = busy_timeout::allow(Duration::ZERO);
        let begun = Instant::now();
        assert!(database.writer().is_err_and(|error| is_busy(&error)));
        assert!(begun.elapsed() >= BRIEF);
        drop(taken);
        assert!(database.writer().is_ok());
    }
}
