//! The databases for which triggers are written.

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

impl Dialect {
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
