//! `install`, `uninstall`, `verify` and `touch`, as in `cache_runtime::touches`, for a pool or a connection of sqlx.

use std::time::SystemTime;

use cache_runtime::touches::{Plan, Table, Touchable};
use cache_runtime::{Error, ErrorKind, Result};
use sqlx::{Acquire, Connection as _, Database};

use crate::Driver;

/// Makes the triggers of these tables, and removes those that an older version of the program has left on them.
///
/// Call it when the program starts: if nothing has changed, it only reads. It takes a pool, a connection or a transaction.
///
/// # Errors
///
/// If touches form a circle, a table or column is missing or of another type, or the database refuses.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::Table;
///
/// let pool = sqlx::SqlitePool::connect("sqlite::memory:").await?;
/// sqlx::query("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").execute(&pool).await?;
/// cache_sqlx::install(&pool, &[Table::new("posts")]).await?;
/// cache_sqlx::verify(&pool, &[Table::new("posts")]).await?;
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn install<'c, A>(connection: A, tables: &[Table]) -> Result<()>
where
    A: Acquire<'c>,
    <A::Database as Database>::Connection: Driver,
{
    let mut connection = connection.acquire().await.map_err(refused)?;
    let plan = checked_plan(&mut *connection, tables).await?;
    let Some(changes) = plan.changes(&connection.rows(plan.triggers_query()).await.map_err(refused)?) else {
        return Ok(());
    };
    let mut transaction = connection.begin().await.map_err(refused)?;
    transaction.run(changes).await.map_err(refused)?;
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
///
/// let pool = sqlx::SqlitePool::connect("sqlite::memory:").await?;
/// sqlx::query("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").execute(&pool).await?;
/// let error = cache_sqlx::verify(&pool, &[Table::new("posts")]).await.unwrap_err();
/// assert!(error.to_string().contains("is missing on `posts`"));
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn verify<'c, A>(connection: A, tables: &[Table]) -> Result<()>
where
    A: Acquire<'c>,
    <A::Database as Database>::Connection: Driver,
{
    let mut connection = connection.acquire().await.map_err(refused)?;
    let plan = checked_plan(&mut *connection, tables).await?;
    plan.verify(&connection.rows(plan.triggers_query()).await.map_err(refused)?)
}

/// Removes the triggers of these tables, as [`cache_runtime::touches::uninstall`] does.
///
/// # Errors
///
/// If the tables are no plan, or the database refuses.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::touches::Table;
///
/// let pool = sqlx::SqlitePool::connect("sqlite::memory:").await?;
/// sqlx::query("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").execute(&pool).await?;
/// cache_sqlx::install(&pool, &[Table::new("posts")]).await?;
/// cache_sqlx::uninstall(&pool, &[Table::new("posts")]).await?;
/// assert!(cache_sqlx::verify(&pool, &[Table::new("posts")]).await.is_err());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn uninstall<'c, A>(connection: A, tables: &[Table]) -> Result<()>
where
    A: Acquire<'c>,
    <A::Database as Database>::Connection: Driver,
{
    let mut connection = connection.acquire().await.map_err(refused)?;
    let plan = Plan::new(<A::Database as Database>::Connection::DIALECT, tables)?;
    let Some(removal) = plan.removal(&connection.rows(plan.triggers_query()).await.map_err(refused)?) else {
        return Ok(());
    };
    let mut transaction = connection.begin().await.map_err(refused)?;
    transaction.run(removal).await.map_err(refused)?;
    transaction.commit().await.map_err(refused)
}

/// Gives the row of a model a new version, and by the triggers those that it touches. Returns the version, or `None` if there
/// is no such row.
///
/// # Errors
///
/// The database's.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cache_runtime::model::Cacheable;
/// use cache_runtime::touches::Table;
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)]
/// struct Post {
///     id: i64,
///     updated_at: SystemTime,
/// }
///
/// let pool = sqlx::SqlitePool::connect("sqlite::memory:").await?;
/// sqlx::query("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT)").execute(&pool).await?;
/// sqlx::query("INSERT INTO posts DEFAULT VALUES").execute(&pool).await?;
/// cache_sqlx::install(&pool, &[Table::of::<Post>()]).await?;
///
/// let mut post = Post { id: 1, updated_at: SystemTime::UNIX_EPOCH };
/// post.updated_at = cache_sqlx::touch(&pool, &post).await?.expect("it is in the table");
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub async fn touch<'c, A, M>(connection: A, model: &M) -> Result<Option<SystemTime>>
where
    A: Acquire<'c>,
    <A::Database as Database>::Connection: Driver,
    M: Touchable + ?Sized,
{
    let touch = Plan::touch(<A::Database as Database>::Connection::DIALECT, model);
    let mut connection = connection.acquire().await.map_err(refused)?;
    Plan::touched(&connection.rows(touch).await.map_err(refused)?)
}

/// The plan of tables whose columns fit.
async fn checked_plan<C: Driver>(connection: &mut C, tables: &[Table]) -> Result<Plan> {
    let plan = Plan::new(C::DIALECT, tables)?;
    plan.check_columns(&connection.rows(plan.columns_query()).await.map_err(refused)?)?;
    Ok(plan)
}

/// The database's error, whose text may hold no address: sqlx's does not.
fn refused(error: sqlx::Error) -> Error {
    Error::new(ErrorKind::Store, format!("the database refused: {error}")).with_source(error)
}
