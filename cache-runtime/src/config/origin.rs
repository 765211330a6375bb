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
    /// The same table at another line.
    pub(super) fn at_line(&self, line: usize) -> Origin {
        match self {
            Origin::Table { file, table, .. } => Origin::Table { file: file.clone(), line, table: table.clone() },
            Origin::Address(_) => self.clone(),
        }
    }

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
            Origin::Table { file, line, table } => {
                write!(f, "{}: [{table}]", FileLine { file: file.as_deref(), line: *line })
            }
            Origin::Address(name) => write!(f, "{name}:"),
        }
    }
}

/// A line of a file, in the form that editors and terminals can follow.
pub(super) struct FileLine<'a> {
    pub(super) file: Option<&'a str>,
    pub(super) line: usize,
}

impl fmt::Display for FileLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file {
            Some(file) => write!(f, "{file}:{}", self.line),
            None => write!(f, "line {}", self.line),
        }
    }
}
