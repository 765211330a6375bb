//! The blog's database: an SQLite file, whose triggers give a post a new version when something in it changes.

use std::error::Error;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cache_runtime::touches::{self, Table};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::forms::Entry;
use crate::models::{Comment, Post, Reply};
use crate::seed;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS posts (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL,
        author TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
    );
    CREATE TABLE IF NOT EXISTS comments (
        id INTEGER PRIMARY KEY,
        post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
        author TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
    );
    CREATE INDEX IF NOT EXISTS comments_of_post ON comments (post_id);
    CREATE TABLE IF NOT EXISTS replies (
        id INTEGER PRIMARY KEY,
        comment_id INTEGER NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
        author TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
    );
    CREATE INDEX IF NOT EXISTS replies_of_comment ON replies (comment_id);
";

pub struct Database {
    file: PathBuf,
    /// Connections that nobody uses at the moment.
    free: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens the database in a folder; a new one gets some posts.
    pub fn open(folder: &Path) -> Result<Arc<Self>, Box<dyn Error + Send + Sync>> {
        fs::create_dir_all(folder)?;
        let database = Arc::new(Database { file: folder.join("blog.sqlite3"), free: Mutex::default() });
        let mut connection = database.connection()?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.execute_batch(SCHEMA)?;
        // Here, and not in the code that writes: so the versions are right whoever writes, and however.
        touches::install(&*connection, &[Table::of::<Post>(), Table::of::<Comment>(), Table::of::<Reply>()])?;
        seed::fill_if_empty(connection.get_mut())?;
        Ok(database.clone())
    }

    /// Begins to read. All that a snapshot returns is of one moment.
    pub fn snapshot(self: &Arc<Self>) -> Result<Arc<Snapshot>> {
        let connection = self.connection()?;
        connection.execute_batch("BEGIN")?;
        Ok(Arc::new(Snapshot(Mutex::new(connection))))
    }

    /// `None` if there is no such post; otherwise the id of the comment.
    pub fn add_comment(self: &Arc<Self>, post_id: i64, entry: &Entry) -> Result<Option<i64>> {
        self.insert(
            "INSERT INTO comments (post_id, author, body, created_at) SELECT id, ?2, ?3, ?4 FROM posts WHERE id = ?1",
            post_id,
            entry,
        )
    }

    /// `None` if there is no such comment; otherwise the id of the reply.
    pub fn add_reply(self: &Arc<Self>, comment_id: i64, entry: &Entry) -> Result<Option<i64>> {
        self.insert(
            "INSERT INTO replies (comment_id, author, body, created_at) SELECT id, ?2, ?3, ?4 FROM comments WHERE id = ?1",
            comment_id,
            entry,
        )
    }

    pub fn edit_comment(self: &Arc<Self>, id: i64, entry: &Entry) -> Result<()> {
        self.edit("UPDATE comments SET author = ?2, body = ?3 WHERE id = ?1", id, entry)
    }

    pub fn edit_reply(self: &Arc<Self>, id: i64, entry: &Entry) -> Result<()> {
        self.edit("UPDATE replies SET author = ?2, body = ?3 WHERE id = ?1", id, entry)
    }

    fn insert(self: &Arc<Self>, sql: &str, parent: i64, entry: &Entry) -> Result<Option<i64>> {
        let connection = self.connection()?;
        let count = connection.execute(sql, params![parent, entry.author, entry.body, Timestamp::now()])?;
        Ok((count == 1).then(|| connection.last_insert_rowid()))
    }

    fn edit(self: &Arc<Self>, sql: &str, id: i64, entry: &Entry) -> Result<()> {
        self.connection()?.execute(sql, params![id, entry.author, entry.body]).map(drop)
    }

    fn connection(self: &Arc<Self>) -> Result<Borrowed> {
        let free = self.free().pop();
        let connection = match free {
            Some(connection) => connection,
            None => Connection::open(&self.file)?,
        };
        Ok(Borrowed { database: Arc::clone(self), connection: Some(connection) })
    }

    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back to the others, without its transaction.
struct Borrowed {
    database: Arc<Database>,
    connection: Option<Connection>,
}

impl Borrowed {
    fn get_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is there until the drop")
    }
}

impl Deref for Borrowed {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the drop")
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok() {
            self.database.free().push(connection);
        }
    }
}

/// The database at one moment. A page reads its post before the comments, and both from here: so a fragment never has a
/// newer version in its key than what it shows.
pub struct Snapshot(Mutex<Borrowed>);

impl Snapshot {
    pub fn posts(&self) -> Result<Vec<Post>> {
        self.all(&format!("SELECT {} FROM posts ORDER BY created_at DESC", Post::COLUMNS), None, Post::read)
    }

    pub fn post(&self, id: i64) -> Result<Option<Post>> {
        self.one(&format!("SELECT {} FROM posts WHERE id = ?1", Post::COLUMNS), id, Post::read)
    }

    pub fn comments_of(&self, post_id: i64) -> Result<Vec<Comment>> {
        let sql = format!("SELECT {} FROM comments WHERE post_id = ?1 ORDER BY id", Comment::COLUMNS);
        self.all(&sql, Some(post_id), Comment::read)
    }

    pub fn comment(&self, id: i64) -> Result<Option<Comment>> {
        self.one(&format!("SELECT {} FROM comments WHERE id = ?1", Comment::COLUMNS), id, Comment::read)
    }

    pub fn replies_of(&self, comment_id: i64) -> Result<Vec<Reply>> {
        let sql = format!("SELECT {} FROM replies WHERE comment_id = ?1 ORDER BY id", Reply::COLUMNS);
        self.all(&sql, Some(comment_id), Reply::read)
    }

    pub fn reply(&self, id: i64) -> Result<Option<Reply>> {
        self.one(&format!("SELECT {} FROM replies WHERE id = ?1", Reply::COLUMNS), id, Reply::read)
    }

    fn one<T>(&self, sql: &str, id: i64, read: fn(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        self.connection().prepare_cached(sql)?.query_row([id], read).optional()
    }

    fn all<T>(&self, sql: &str, of: Option<i64>, read: fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_map(rusqlite::params_from_iter(of), read)?.collect()
    }

    fn connection(&self) -> MutexGuard<'_, Borrowed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
