//! Where a setting was written, for error messages.

use std::fmt;
use std::sync::Arc;

use crate::{Error, ErrorKind};

/// Where a table or key was written. The name of the key follows its text in messages.
#[derive(Clone)]
pub(super) enum Origin {
    /// In a table of a document, which has no file if it was given as text.
    Table { file: Option<Arc<str>>, line: usize, table: Arc<str> },
    /// In an address: the name of the variable that holds it, or the address without secrets.
    Address(Arc<str>),
}

impl Origin {
    /// The line, by which problems are sorted.
    pub(super) fn line(&self) -> usize {
        match self {
            Origin::Table { line, .. } => *line,
            Origin::Address(_) => 0,
        }
    }

    /// An error at a key of this origin.
    pub(super) fn error(&self, key: &str, message: impl fmt::Display) -> Error {
        Error::new(ErrorKind::Config, format!("{self} {key}: {message}"))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Table { file, line, table } => write!(f, "{}: [{table}]", file_line(file.as_deref(), *line)),
            Origin::Address(name) => write!(f, "{name}:"),
        }
    }
}

/// A line of a file, in the form that editors and terminals can follow.
pub(super) fn file_line(file: Option<&str>, line: usize) -> String {
    file.map_or_else(|| format!("line {line}"), |file| format!("{file}:{line}"))
}
