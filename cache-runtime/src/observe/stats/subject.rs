//! Whose calls are counted together: those of an annotated function, or those by hand with keys of one pattern.

use std::fmt;

use crate::observe::AnnotatedFunction;

/// Longer starts of keys make no pattern.
const LONGEST: usize = 32;

/// Whose calls a row counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Function(AnnotatedFunction),
    /// Calls by hand with keys that begin like this, up to their first colon; empty for all others.
    Keys(Box<str>),
}

impl Subject {
    pub(super) fn is(&self, function: &AnnotatedFunction) -> bool {
        matches!(self, Subject::Function(own) if own == function)
    }

    pub(super) fn is_pattern(&self, start: &str) -> bool {
        matches!(self, Subject::Keys(own) if **own == *start)
    }

    /// The name of the function, or the pattern of the keys.
    pub(super) fn name(&self) -> String {
        match self {
            Subject::Function(function) => (*function.name).to_owned(),
            Subject::Keys(start) if start.is_empty() => "*".to_owned(),
            Subject::Keys(start) => format!("{start}:*"),
        }
    }

    /// Where the function is.
    pub(super) fn place(&self) -> Option<String> {
        match self {
            Subject::Function(function) => Some(format!("{}:{}", function.place.file(), function.place.line())),
            Subject::Keys(_) => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Function(function) => function.fmt(f),
            Subject::Keys(_) => write!(f, "`{}`", self.name()),
        }
    }
}

/// The start of a key up to its first colon, if it is fit to name all keys that begin like it.
///
/// One without a colon, with a digit or of some length may belong to one key alone, and keys belong in no label.
pub(super) fn pattern(key: &str) -> &str {
    let start = key.split_once(':').map_or("", |(start, _)| start);
    let is_fit = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    if start.len() <= LONGEST && start.bytes().all(is_fit) { start } else { "" }
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn only_a_word_in_front_of_a_colon_is_a_pattern() {
        for (key, expected) in [
            ("user:42", "user"),
            ("page/view:7:en", "page/view"),
            ("user", ""),
            ("", ""),
            (":x", ""),
            ("9f86d081:1", ""),
            ("ada@example.com:1", ""),
            ("a-token-without-any-digit-that-is-too-long:1", ""),
        ] {
            assert_eq!(pattern(key), expected, "{key}");
        }
    }
}
