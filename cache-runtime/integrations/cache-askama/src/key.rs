//! Keys as Askama passes them: a literal as it is, and everything else by reference.

use cache_runtime::model::{KeySource, ModelKey};

/// A text, a model or a list of models, by reference.
pub trait FragmentKey {
    /// The key, with this prefix.
    fn key_with(&self, prefix: &str) -> ModelKey;
}

impl<K: KeySource + ?Sized> FragmentKey for &K {
    fn key_with(&self, prefix: &str) -> ModelKey {
        (**self).key_with(prefix)
    }
}
