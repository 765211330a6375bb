//! The schema, and every SQL statement.
//!
//! A row is found by `hash`, a 64-bit hash of the key with a random seed that the file keeps, and `key` is compared: a
//! text primary key is several times slower as soon as values are large. The value is the last column, so that the others
//! are read without it.

/// Marks a database file as this library's: "kche" in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x6b63_6865;

/// The version of the schema below.
pub(super) const USER_VERSION: i32 = 2;

pub(super) const SCHEMA: &str = "
    CREATE TABLE seed (value BLOB NOT NULL) STRICT;
    INSERT INTO seed VALUES (randomblob(16));
    CREATE TABLE entries (
        hash INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        stale_until INTEGER NOT NULL,
        value ANY NOT NULL
    ) STRICT;
    CREATE TABLE claims (
        hash INTEGER NOT NULL,
        place INTEGER NOT NULL, -- in the order of recording
        token INTEGER NOT NULL,
        exclusive INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        PRIMARY KEY (hash, place)
    ) STRICT, WITHOUT ROWID;
";

pub(super) const BEGIN_READ: &str = "BEGIN";
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
pub(super) const COMMIT: &str = "COMMIT";
pub(super) const ROLLBACK: &str = "ROLLBACK";

pub(super) const SEED: &str = "SELECT value FROM seed";

/// A value of more than `?2` bytes is not read; SQLite knows its length without reading it.
pub(super) const GET: &str = "
    SELECT key, expires_at, CASE WHEN length(value) <= ?2 THEN value END FROM entries WHERE hash = ?1";

/// The same for many hashes: a row for each of them, in their order, of nothing where there is no entry.
pub(super) const GET_MULTI: &str = "
    SELECT key, expires_at, CASE WHEN length(entries.value) <= ?2 THEN entries.value END
    FROM rarray(?1) AS asked LEFT JOIN entries ON hash = asked.value";

pub(super) const SET: &str = "
    INSERT INTO entries (hash, key, expires_at, stale_until, value) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (hash) DO UPDATE SET key = excluded.key, expires_at = excluded.expires_at,
        stale_until = excluded.stale_until, value = excluded.value";

/// Returns what was there. The fourth byte of an entry says whether it carries tags; of one without, the header is enough.
pub(super) const DELETE: &str = "
    DELETE FROM entries WHERE hash = ?1 AND key = ?2 RETURNING key, expires_at,
        CASE WHEN typeof(value) = 'integer' OR substr(value, 4, 1) >= x'80' THEN value ELSE substr(value, 1, 64) END";

pub(super) const TOUCH: &str = "
    UPDATE entries SET expires_at = ?3, stale_until = ?4 WHERE hash = ?1 AND key = ?2 AND expires_at > ?5";

/// Changes the number and keeps its expiry, in the transaction that has read the row.
pub(super) const COUNT: &str = "UPDATE entries SET value = ?2 WHERE hash = ?1";

pub(super) const CLEAR_ALL: &str = "DELETE FROM entries";

/// `?2` is the first text after all texts that start with `?1`.
pub(super) const CLEAR_PREFIX: &str = "DELETE FROM entries WHERE key >= ?1 AND key < ?2";

pub(super) const DELETE_EXPIRED: &str = "DELETE FROM entries WHERE expires_at <= ?1 AND stale_until <= ?1";

/// `?5` is now. Changes no row if the claim is exclusive and another exclusive one holds.
pub(super) const CLAIM: &str = "
    INSERT INTO claims (hash, place, token, exclusive, ends_at)
    SELECT ?1, (SELECT ifnull(max(place), 0) + 1 FROM claims WHERE hash = ?1), ?2, ?3, ?4
    WHERE NOT ?3 OR NOT EXISTS (SELECT 1 FROM claims WHERE hash = ?1 AND exclusive AND ends_at > ?5)";

/// Ends a claim and the earlier ones of its key; if it is broken, changes no row.
pub(super) const COMPLETE_CLAIM: &str = "
    DELETE FROM claims WHERE hash = ?1 AND place <= (SELECT place FROM claims WHERE hash = ?1 AND token = ?2)";

pub(super) const END_CLAIM: &str = "DELETE FROM claims WHERE hash = ?1 AND token = ?2";

pub(super) const MOVE_END_OF_CLAIM: &str = "UPDATE claims SET ends_at = ?3 WHERE hash = ?1 AND token = ?2";

/// A change of a key breaks all claims to compute it.
pub(super) const BREAK_CLAIMS: &str = "DELETE FROM claims WHERE hash = ?1";

pub(super) const BREAK_ALL_CLAIMS: &str = "DELETE FROM claims";

/// Deletes claims whose computations never ended.
pub(super) const DELETE_ENDED_CLAIMS: &str = "DELETE FROM claims WHERE ends_at <= ?1";

/// Of the next `?2` rows after hash `?1`: the last hash, the number of rows, and how many of them end before `?3`.
pub(super) const WINDOW: &str = "
    SELECT max(hash), count(*), total(stale_until <= ?3)
    FROM (SELECT hash, stale_until FROM entries WHERE hash > ?1 ORDER BY hash LIMIT ?2)";

pub(super) const PRUNE: &str = "DELETE FROM entries WHERE hash > ?1 AND hash <= ?2 AND stale_until <= ?3";

/// Of the rows in a window: the hash, whether the row is over at `?3`, whether it is a number, and its size, which SQLite
/// knows without reading the value.
pub(super) const CANDIDATES: &str = "
    SELECT hash, stale_until <= ?3, typeof(value) = 'integer', length(key) + length(value)
    FROM entries WHERE hash > ?1 AND hash <= ?2";

pub(super) const EVICT: &str = "DELETE FROM entries WHERE hash = ?1";

/// How many bytes of the file are in use.
pub(super) const SIZE: &str = "
    SELECT (page_count - freelist_count) * page_size
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size";

/// Copies what it can of the log, and waits for nobody.
pub(super) const COPY_LOG: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Its first column says whether somebody prevented it.
pub(super) const TRUNCATE_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Whether there is a pragma of this name.
pub(super) const PRAGMA_EXISTS: &str = "SELECT count(*) FROM pragma_pragma_list WHERE name = ?1";
