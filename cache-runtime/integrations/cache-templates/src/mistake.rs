//! What is wrong with a source.

/// What is wrong with a source, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The position of the byte.
    pub at: usize,
    /// What, and what to write instead.
    pub message: String,
}

/// A mistake at a byte.
///
/// # Errors
///
/// This one.
pub fn mistake<T>(at: usize, message: impl Into<String>) -> Result<T, Mistake> {
    Err(Mistake { at, message: message.into() })
}

impl Mistake {
    /// A message for a line, which counts from 1.
    pub fn in_line(source: &str, (line, message): (usize, String)) -> Self {
        let start = source.match_indices('\n').nth(line.saturating_sub(2)).filter(|_| line > 1);
        Mistake { at: start.map_or(0, |(at, _)| at + 1), message }
    }

    /// The line, which counts from 1.
    pub fn line(&self, source: &str) -> usize {
        source[..self.at].matches('\n').count() + 1
    }
}
