//! An annotated function, as logs and statistics name it.

use std::fmt;
use std::panic::Location;

/// An annotated function. Every hit copies it, so the name is behind one pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AnnotatedFunction {
    pub(crate) name: &'static &'static str,
    pub(crate) place: &'static Location<'static>,
}

impl fmt::Display for AnnotatedFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.name, self.place.file(), self.place.line())
    }
}
