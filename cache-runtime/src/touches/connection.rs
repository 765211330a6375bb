//! Touches through a connection.

use std::error::Error as StdError;
use std::time::SystemTime;

use super::dialect::Dialect;
use super::plan::Plan;
use super::table::{Table, Touchable};
use crate::{Error, ErrorKind, Result};

/// A blocking connection to a database: two methods, for any driver.
///
/// With the cargo feature `sqlite`, `&rusqlite::Connection` is one. `cache-sqlx` and `cache-sea-orm` have the same functions
/// for their asynchronous drivers.
///
/// ```
/// use cache_runtime::touches::{Connection, Dialect};
///
/// struct Psql(String);
///
/// impl Connection for &Psql {
///     const DIALECT: Dialect = Dialect::Postgres;
///     type Error = std::io::Error;
///
///     fn run(&mut self, sql: &str) -> Result<(), Self::Error> {
///         let mut psql = std::process::Command::new("psql");
///         let done = psql.args([&*self.0, "-v", "ON_ERROR_STOP=1", "--single-transaction", "-c", sql]).status()?;
///         if done.success() { Ok(()) } else { Err(std::io::Error::other("psql failed")) }
///     }
///
///     fn rows(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Self::Error> {
///         let mut psql = std::process::Command::new("psql");
///         let done = psql.args([&*self.0, "-At", "-F\u{1f}", "-R\u{1e}", "-c", sql]).output()?; // separators that no text has
///         let text = String::from_utf8_lossy(&done.stdout).into_owned();
///         let rows = text.trim_end_matches('\n').split('\u{1e}').filter(|row| !row.is_empty());
///         Ok(rows.map(|row| row.split('\u{1f}').map(str::to_owned).collect()).collect())
///     }
/// }
/// ```
pub trait Connection {
    /// The SQL of the database.
    const DIALECT: Dialect;

    /// The error of the driver.
    type Error: StdError + Send + Sync + 'static;

    /// Runs statements, all or none.
    ///
    /// # Errors
    ///
    /// The driver's.
    fn run(&mut self, sql: &str) -> Result<(), Self::Error>;

    /// Runs a statement whose columns are texts, and returns its rows.
    ///
    /// # Errors
    ///
    /// The driver's.
    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Self::Error>;
}

/// Makes the triggers of these tables, and removes those that an older version of the program has left on them.
///
/// Call it when the program starts: if nothing has changed, it only reads. A migration can do the same with [`sql`](super::sql).
///
/// # Errors
///
/// Those of [`Plan::new`] and [`Plan::check_columns`], and the database's.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::{self, Table};
///
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)")?;
/// touches::install(&connection, &[Table::new("posts")])?;
/// touches::verify(&connection, &[Table::new("posts")])?;
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub fn install<C: Connection>(mut connection: C, tables: &[Table]) -> Result<()> {
    let plan = checked_plan(&mut connection, tables)?;
    match plan.changes(&rows(&mut connection, &plan.triggers_query())?) {
        Some(changes) => connection.run(&changes).map_err(|error| refused("the triggers of touches", error)),
        None => Ok(()),
    }
}

/// Checks that the triggers of these tables are there, as this version of the program makes them.
///
/// # Errors
///
/// Those of [`Plan::new`], [`Plan::check_columns`] and [`Plan::verify`], and the database's.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::{self, Table};
///
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)")?;
/// let error = touches::verify(&connection, &[Table::new("posts")]).unwrap_err();
/// assert!(error.to_string().contains("is missing on `posts`"));
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub fn verify<C: Connection>(mut connection: C, tables: &[Table]) -> Result<()> {
    let plan = checked_plan(&mut connection, tables)?;
    plan.verify(&rows(&mut connection, &plan.triggers_query())?)
}

/// Removes the triggers of these tables. Their versions then change only as the program writes them.
///
/// It is for a program that gives touches up, for a table that is no longer among its tables, and for a migration that makes a
/// table anew: remove, migrate, [`install`]. Columns are not checked.
///
/// # Errors
///
/// If the tables are no plan, as in [`sql`](super::sql), or the database refuses.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::{self, Table};
///
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)")?;
/// touches::install(&connection, &[Table::new("posts")])?;
/// touches::uninstall(&connection, &[Table::new("posts")])?;
/// assert!(touches::verify(&connection, &[Table::new("posts")]).is_err());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub fn uninstall<C: Connection>(mut connection: C, tables: &[Table]) -> Result<()> {
    let plan = Plan::new(C::DIALECT, tables)?;
    match plan.removal(&rows(&mut connection, &plan.triggers_query())?) {
        Some(removal) => connection.run(&removal).map_err(|error| refused("to remove triggers", error)),
        None => Ok(()),
    }
}

/// Gives the row of a model a new version, and by the triggers those that it touches. Returns the version, or `None` if there
/// is no such row.
///
/// It is for a change that the database does not see: an image was processed, or the row is shown differently from now on.
///
/// The row is found by the text of its id. In SQLite a UUID is also found if it is stored as its 16 bytes; for other ids that
/// are bytes, write the statement yourself, with [`Dialect::stamp_after`].
///
/// # Errors
///
/// The database's.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::model::Cacheable;
/// use cache_runtime::touches::{self, Table};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)]
/// struct Post {
///     id: i64,
///     updated_at: SystemTime,
/// }
///
/// let connection = rusqlite::Connection::open_in_memory()?;
/// connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT); INSERT INTO posts DEFAULT VALUES")?;
/// touches::install(&connection, &[Table::of::<Post>()])?;
///
/// let mut post = Post { id: 1, updated_at: SystemTime::UNIX_EPOCH };
/// post.updated_at = touches::touch(&connection, &post)?.expect("it is in the table");
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub fn touch<C: Connection, M: Touchable + ?Sized>(mut connection: C, model: &M) -> Result<Option<SystemTime>> {
    Plan::touched(&rows(&mut connection, &Plan::touch(C::DIALECT, model))?)
}

/// The plan of tables whose columns fit.
fn checked_plan<C: Connection>(connection: &mut C, tables: &[Table]) -> Result<Plan> {
    let plan = Plan::new(C::DIALECT, tables)?;
    plan.check_columns(&rows(connection, &plan.columns_query())?)?;
    Ok(plan)
}

fn rows<C: Connection>(connection: &mut C, sql: &str) -> Result<Vec<Vec<String>>> {
    connection.rows(sql).map_err(|error| refused("a query of touches", error))
}

fn refused(what: impl Into<String>, error: impl StdError + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Store, format!("the database refused {}: {error}", what.into())).with_source(error)
}

#[cfg(feature = "sqlite")]
impl Connection for &rusqlite::Connection {
    const DIALECT: Dialect = Dialect::Sqlite;
    type Error = rusqlite::Error;

    /// Within a savepoint, which also works inside a transaction.
    fn run(&mut self, sql: &str) -> Result<(), Self::Error> {
        self.execute_batch("SAVEPOINT cache_touches")?;
        let done = self.execute_batch(sql);
        if done.is_err() {
            self.execute_batch("ROLLBACK TO cache_touches")?;
        }
        self.execute_batch("RELEASE cache_touches")?;
        done
    }

    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Self::Error> {
        let mut statement = self.prepare(sql)?;
        let columns = statement.column_count();
        let read = statement.query_map((), |row| (0..columns).map(|at| row.get(at)).collect())?;
        read.collect()
    }
}
