//! `install`, `uninstall`, `verify` and `touch`, as in `cache_runtime::touches`, for a connection or a transaction of SeaORM.

use std::time::SystemTime;

use cache_runtime::touches::{Plan, Table, Touchable};
use cache_runtime::{Error, ErrorKind, Result};
use sea_orm::{ConnectionTrait, DbErr, Statement, TransactionSession as _, TransactionTrait};

use crate::dialect::dialect;

/// Makes the triggers of these tables, and removes those that an older version of the program has left on them.
///
/// Call it when the program starts: if nothing has changed, it only reads. Inside a transaction it is a part of that.
///
/// # Errors
///
/// If touches form a circle, a table or column is missing or of another type, the database is neither SQLite nor PostgreSQL,
/// or it refuses.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::Table;
/// use sea_orm::{ConnectionTrait, Database};
///
/// let db = Database::connect("sqlite::memory:").await?;
/// db.execute_unprepared("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").await?;
/// cache_sea_orm::install(&db, &[Table::new("posts")]).await?;
/// cache_sea_orm::verify(&db, &[Table::new("posts")]).await?;
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn install<C: ConnectionTrait + TransactionTrait>(db: &C, tables: &[Table]) -> Result<()> {
    let plan = checked_plan(db, tables).await?;
    let Some(changes) = plan.changes(&rows(db, plan.triggers_query()).await?) else { return Ok(()) };
    let transaction = db.begin().await.map_err(refused)?;
    transaction.execute_unprepared(&changes).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)
}

/// Checks that the triggers of these tables are there, as this version of the program makes them.
///
/// # Errors
///
/// If not: the error says which trigger is missing or outdated, and what to do. The errors of [`install`], too.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::Table;
/// use sea_orm::{ConnectionTrait, Database};
///
/// let db = Database::connect("sqlite::memory:").await?;
/// db.execute_unprepared("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").await?;
/// let error = cache_sea_orm::verify(&db, &[Table::new("posts")]).await.unwrap_err();
/// assert!(error.to_string().contains("is missing on `posts`"));
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn verify<C: ConnectionTrait>(db: &C, tables: &[Table]) -> Result<()> {
    let plan = checked_plan(db, tables).await?;
    plan.verify(&rows(db, plan.triggers_query()).await?)
}

/// Removes the triggers of these tables, as [`cache_runtime::touches::uninstall`] does.
///
/// # Errors
///
/// If the tables are no plan, the database is neither SQLite nor PostgreSQL, or it refuses.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::Table;
/// use sea_orm::{ConnectionTrait, Database};
///
/// let db = Database::connect("sqlite::memory:").await?;
/// db.execute_unprepared("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").await?;
/// cache_sea_orm::install(&db, &[Table::new("posts")]).await?;
/// cache_sea_orm::uninstall(&db, &[Table::new("posts")]).await?;
/// assert!(cache_sea_orm::verify(&db, &[Table::new("posts")]).await.is_err());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn uninstall<C: ConnectionTrait + TransactionTrait>(db: &C, tables: &[Table]) -> Result<()> {
    let plan = Plan::new(dialect(db.get_database_backend()).map_err(unsupported)?, tables)?;
    let Some(removal) = plan.removal(&rows(db, plan.triggers_query()).await?) else { return Ok(()) };
    let transaction = db.begin().await.map_err(refused)?;
    transaction.execute_unprepared(&removal).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)
}

/// Gives the row of a model a new version, and by the triggers those that it touches. Returns the version, or `None` if there
/// is no such row.
///
/// # Errors
///
/// If the database is neither SQLite nor PostgreSQL, or refuses.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::model::Cacheable;
/// use cache_runtime::touches::Table;
/// use sea_orm::{ConnectionTrait, Database};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)] // beside what SeaORM derives for it
/// #[cache(name = "post", table = "posts")]
/// struct Model {
///     id: i64,
///     updated_at: SystemTime,
/// }
///
/// let db = Database::connect("sqlite::memory:").await?;
/// db.execute_unprepared("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT); INSERT INTO posts DEFAULT VALUES").await?;
/// cache_sea_orm::install(&db, &[Table::of::<Model>()]).await?;
///
/// let post = Model { id: 1, updated_at: SystemTime::UNIX_EPOCH };
/// let version = cache_sea_orm::touch(&db, &post).await?.expect("it is in the table");
/// assert!(version > post.updated_at);
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn touch<C: ConnectionTrait, M: Touchable + ?Sized>(db: &C, model: &M) -> Result<Option<SystemTime>> {
    let touch = Plan::touch(dialect(db.get_database_backend()).map_err(unsupported)?, model);
    Plan::touched(&rows(db, touch).await?)
}

async fn checked_plan<C: ConnectionTrait>(db: &C, tables: &[Table]) -> Result<Plan> {
    let plan = Plan::new(dialect(db.get_database_backend()).map_err(unsupported)?, tables)?;
    plan.check_columns(&rows(db, plan.columns_query()).await?)?;
    Ok(plan)
}

async fn rows<C: ConnectionTrait>(db: &C, sql: String) -> Result<Vec<Vec<String>>> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.map_err(refused)?;
    let texts = rows.iter().map(|row| (0..row.column_names().len()).map(|at| row.try_get_by_index(at)).collect());
    texts.collect::<std::result::Result<_, _>>().map_err(refused)
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// The database's error, whose text may hold no address: SeaORM's does not.
fn refused(error: DbErr) -> Error {
    Error::new(ErrorKind::Store, format!("the database refused: {error}")).with_source(error)
}
