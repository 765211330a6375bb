//! The parts of a tag's key.

use std::sync::Arc;

use cache_runtime::model::KeySource;

use crate::hash::{exact_hash, mix};

/// A part of a key.
pub enum Part {
    /// A text, a number, or the like.
    Text {
        /// The text in the key.
        text: String,
        /// A hash of the text and of its kind.
        exact: u64,
    },
    /// A model or a list of models.
    Model(Arc<dyn KeySource>),
}

impl Part {
    /// A text, or a value of another kind as a text.
    pub fn scalar(kind: &str, text: &str) -> Self {
        Part::Text { text: text.to_owned(), exact: exact_hash(kind, text) }
    }

    pub(crate) fn source(&self) -> &dyn KeySource {
        match self {
            Part::Text { text, .. } => text,
            Part::Model(model) => &**model,
        }
    }

    fn exact(&self) -> Option<u64> {
        match self {
            Part::Text { exact, .. } => Some(*exact),
            Part::Model(_) => None,
        }
    }
}

/// A hash of all that the text of a key does not tell apart: `Bob` and `bob`, `none` and nothing, `7` and 7. 0 for models alone,
/// whose keys tell everything apart.
pub(crate) fn exact(parts: &[Part]) -> u64 {
    parts.iter().filter_map(Part::exact).fold(0, mix)
}

/// Whether no model is in a key, so that it does not change with the template.
pub(crate) fn is_text(parts: &[Part]) -> bool {
    parts.iter().all(|part| matches!(part, Part::Text { .. }))
}
