//! The databases that have touches.

use cache_runtime::touches::Dialect;
use sea_orm::DbBackend;

/// The SQL of a database, or why there is none.
pub(crate) fn dialect(backend: DbBackend) -> Result<Dialect, String> {
    match backend {
        DbBackend::Sqlite => Ok(Dialect::Sqlite),
        DbBackend::Postgres => Ok(Dialect::Postgres),
        other => {
            let name = other.as_str();
            Err(format!("there are touches for SQLite and PostgreSQL, and none for {name}: set `updated_at` yourself"))
        }
    }
}
