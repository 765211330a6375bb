//! The same table in plain `rusqlite`, as a program would write it for itself, with prepared statements.
//!
//! It has no expiry, no busy timeout, no types and no checksums.

use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use rusqlite::{CachedStatement, Connection, Statement, params};

const SCHEMA: &str = "
    CREATE TABLE entries (
        hash INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        stale_until INTEGER NOT NULL,
        value ANY NOT NULL
    ) STRICT;
";

/// The same as the library's.
const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 16000;
    PRAGMA temp_store = MEMORY;
";

const GET: &str = "SELECT key, expires_at, value FROM entries WHERE hash = ?1";

const SET: &str = "
    INSERT INTO entries (hash, key, expires_at, stale_until, value) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (hash) DO UPDATE SET key = excluded.key, expires_at = excluded.expires_at,
        stale_until = excluded.stale_until, value = excluded.value";

const INCREMENT: &str = "
    INSERT INTO entries (hash, key, expires_at, stale_until, value) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (hash) DO UPDATE SET value = value + excluded.value RETURNING value";

const EXPIRES_AT: i64 = 2_000_000_000_000;

const BEGIN: &str = "BEGIN";
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";

/// The table and its connection.
pub(crate) struct Hand(Connection);

impl Hand {
    pub(crate) fn in_memory() -> Self {
        Self::new(Connection::open_in_memory())
    }

    pub(crate) fn in_file(path: &Path) -> Self {
        Self::new(Connection::open(path))
    }

    fn new(connection: rusqlite::Result<Connection>) -> Self {
        let connection = connection.expect("a database");
        connection.execute_batch(PRAGMAS).expect("pragmas");
        connection.execute_batch(SCHEMA).expect("a schema");
        Hand(connection)
    }

    /// Prepared statements, which borrow the connection.
    pub(crate) fn prepared(&self) -> Prepared<'_> {
        Prepared {
            get: self.cached(GET),
            set: self.cached(SET),
            increment: self.cached(INCREMENT),
            begin: self.cached(BEGIN),
            begin_write: self.cached(BEGIN_WRITE),
            commit: self.cached(COMMIT),
        }
    }

    fn cached(&self, sql: &str) -> CachedStatement<'_> {
        self.0.prepare_cached(sql).expect("a statement")
    }
}

/// For a connection behind a mutex, which prepared statements cannot borrow: statements are found by their text.
impl Hand {
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        get(&mut self.cached(GET), key)
    }

    pub(crate) fn set(&self, key: &str, value: &str) {
        set(&mut self.cached(SET), key, value);
    }

    pub(crate) fn increment(&self, key: &str) -> i64 {
        increment(&mut self.cached(INCREMENT), key)
    }
}

/// The statements of a connection.
pub(crate) struct Prepared<'a> {
    get: CachedStatement<'a>,
    set: CachedStatement<'a>,
    increment: CachedStatement<'a>,
    begin: CachedStatement<'a>,
    begin_write: CachedStatement<'a>,
    commit: CachedStatement<'a>,
}

impl Prepared<'_> {
    pub(crate) fn get(&mut self, key: &str) -> Option<String> {
        get(&mut self.get, key)
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) {
        set(&mut self.set, key, value);
    }

    pub(crate) fn increment(&mut self, key: &str) -> i64 {
        increment(&mut self.increment, key)
    }

    pub(crate) fn read_multi<'k>(&mut self, keys: impl Iterator<Item = &'k str>) -> Vec<Option<String>> {
        self.begin.raw_execute().expect("begun");
        let values = keys.map(|key| get(&mut self.get, key)).collect();
        self.commit.raw_execute().expect("committed");
        values
    }

    pub(crate) fn write_multi<'k>(&mut self, values: impl Iterator<Item = (&'k str, &'k str)>) {
        self.begin_write.raw_execute().expect("begun");
        values.for_each(|(key, value)| set(&mut self.set, key, value));
        self.commit.raw_execute().expect("committed");
    }
}

fn get(statement: &mut Statement<'_>, key: &str) -> Option<String> {
    let mut rows = statement.query([hash(key)]).expect("a query");
    let row = rows.next().expect("an answer")?;
    let is_same_key = row.get_ref(0).expect("a key").as_bytes() == Ok(key.as_bytes());
    is_same_key.then(|| String::from_utf8(row.get(2).expect("a value")).expect("a text"))
}

fn set(statement: &mut Statement<'_>, key: &str, value: &str) {
    let row = params![hash(key), key, EXPIRES_AT, EXPIRES_AT, value.as_bytes()];
    statement.execute(row).expect("written");
}

fn increment(statement: &mut Statement<'_>, key: &str) -> i64 {
    let row = params![hash(key), key, EXPIRES_AT, EXPIRES_AT, 1];
    statement.query_row(row, |row| row.get(0)).expect("a sum")
}

fn hash(key: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key.as_bytes());
    hasher.finish().cast_signed()
}
