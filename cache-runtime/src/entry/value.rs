//! A stored value: a whole number, or the bytes of an entry.

/// What a store keeps under a key.
///
/// A store of your own need not look into the bytes. It has to handle both forms, so a third one would break it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number. Values and counters share this form, so that either can be read as the other.
    Number(i64),
    /// An entry of this library: a header that begins with a magic number, then the codec's bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// Returns the size in bytes.
    ///
    /// ```
    /// use cache_runtime::store::Value;
    ///
    /// assert_eq!(Value::Bytes(vec![0; 100]).size(), 100);
    /// assert_eq!(Value::Number(7).size(), 8);
    /// ```
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Value::Number(_) => size_of::<i64>(),
            Value::Bytes(bytes) => bytes.len(),
        }
    }
}
