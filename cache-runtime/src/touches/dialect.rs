//! The databases for which triggers are written.

use super::table::Stamp;
use super::{postgres, sqlite};

/// A database's SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite 3.35 or later.
    Sqlite,
    /// PostgreSQL 11 or later.
    Postgres,
}

/// A name in double quotes.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The rows of some queries of three texts.
pub(super) fn all_rows(queries: impl Iterator<Item = String>) -> String {
    let queries: Vec<_> = queries.collect();
    if queries.is_empty() { "SELECT '', '', '' WHERE 1 = 0".to_owned() } else { queries.join(" UNION ALL ") }
}

impl Dialect {
    /// The SQL of the stamp that follows the one in this column: now, or the next one if now is not later.
    ///
    /// It is for a program that may not have triggers, and sets `updated_at` by its own statements. The column is SQL, such
    /// as a quoted name, and may be null.
    ///
    /// ```
    /// use cache_runtime::touches::{Dialect, Stamp};
    ///
    /// let stamp = Dialect::Postgres.stamp_after(Stamp::Micros, "changed");
    /// assert_eq!(stamp, "greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, coalesce(changed, 0) + 1)");
    /// ```
    #[must_use]
    pub fn stamp_after(self, stamp: Stamp, column: &str) -> String {
        match self {
            Dialect::Sqlite => sqlite::stamp_after(stamp, column),
            Dialect::Postgres => postgres::stamp_after(stamp, column),
        }
    }

    /// The name of a table as SQL writes it.
    pub(super) fn table(self, name: &str) -> String {
        match self {
            Dialect::Sqlite => identifier(name),
            Dialect::Postgres => name.split('.').map(identifier).collect::<Vec<_>>().join("."),
        }
    }

    /// Whether two names are one.
    pub(super) fn is_same_name(self, one: &str, other: &str) -> bool {
        match self {
            Dialect::Sqlite => one.eq_ignore_ascii_case(other),
            Dialect::Postgres => one == other,
        }
    }
}
