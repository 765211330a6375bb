//! Tags as arguments of a filter.

/// Texts for the option `tags`: an array, a slice or a `Vec`.
pub trait Tags {
    /// The texts.
    fn texts(&self) -> Vec<&str>;
}

impl<T: AsRef<str>, const N: usize> Tags for [T; N] {
    fn texts(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}

impl<T: AsRef<str>> Tags for &[T] {
    fn texts(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}

impl<T: AsRef<str>> Tags for Vec<T> {
    fn texts(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}
