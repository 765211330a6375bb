//! The connections of sqlx, as touches use them.

use std::future::Future;

use cache_runtime::touches::Dialect;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

/// A connection to a database that has touches: `SqliteConnection` with the cargo feature `sqlite`, `PgConnection` with
/// `postgres`.
pub trait Driver: sealed::Sealed {
    #[doc(hidden)]
    const DIALECT: Dialect;

    #[doc(hidden)]
    fn run(&mut self, sql: String) -> impl Future<Output = sqlx::Result<()>> + Send;

    #[doc(hidden)]
    fn rows(&mut self, sql: String) -> impl Future<Output = sqlx::Result<Vec<Vec<String>>>> + Send;
}

mod sealed {
    pub trait Sealed {}
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
macro_rules! driver {
    ($connection:ty, $dialect:ident) => {
        impl sealed::Sealed for $connection {}

        impl Driver for $connection {
            const DIALECT: Dialect = Dialect::$dialect;

            async fn run(&mut self, sql: String) -> sqlx::Result<()> {
                // Not prepared, since it is several statements. What it is made of has been quoted.
                self.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(|_| ())
            }

            async fn rows(&mut self, sql: String) -> sqlx::Result<Vec<Vec<String>>> {
                let rows = self.fetch_all(sqlx::query(AssertSqlSafe(sql)).persistent(false)).await?;
                rows.iter().map(|row| (0..row.len()).map(|at| row.try_get(at)).collect()).collect()
            }
        }
    };
}

#[cfg(feature = "sqlite")]
driver!(sqlx::SqliteConnection, Sqlite);
#[cfg(feature = "postgres")]
driver!(sqlx::PgConnection, Postgres);
