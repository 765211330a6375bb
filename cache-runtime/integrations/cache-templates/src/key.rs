//! The key of a tag.

use cache_runtime::model::{KeySource, ModelKey, key_for_all};

use crate::hash::{hash, mix};

/// The key of a tag, and what it was made from.
pub struct TagKey {
    /// The key.
    pub key: ModelKey,
    /// A hash of all that the text of the key does not tell apart: `Bob` and `bob`, `none` and nothing, `7` and 7. 0 for
    /// models alone, whose keys tell everything apart.
    pub exact: u64,
    /// Whether no model is in it, so that the key does not change with the template.
    pub is_text: bool,
}

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
    Model(Box<dyn KeySource>),
}

impl Part {
    /// A text, or a value of another kind as a text.
    pub fn scalar(kind: &str, text: &str) -> Self {
        Part::Text { text: text.to_owned(), exact: hash(hash(1, kind), text) }
    }

    fn source(&self) -> &dyn KeySource {
        match self {
            Part::Text { text, .. } => text,
            Part::Model(model) => &**model,
        }
    }
}

impl TagKey {
    /// The key of these parts.
    pub fn new(prefix: &str, parts: &[Part]) -> Self {
        let texts =
            parts.iter().filter_map(|part| if let Part::Text { exact, .. } = part { Some(*exact) } else { None });
        let exact = texts.fold(0, mix);
        let is_text = parts.iter().all(|part| matches!(part, Part::Text { .. }));
        let key = match parts {
            // Most keys have one part, whose key need not be made twice.
            [part] => part.source().key_with(prefix),
            parts => key_for_all(prefix, parts.iter().map(Part::source)),
        };
        TagKey { key, exact, is_text }
    }

    /// The key of an item of a list, which has the hash of what its text does not tell apart.
    pub fn of_item(prefix: &str, parts: &[Part]) -> ModelKey {
        let TagKey { key, exact, .. } = TagKey::new(prefix, parts);
        if exact == 0 {
            return key;
        }
        let exact = format!("{exact:016x}");
        key_for_all(prefix, parts.iter().map(Part::source).chain([&exact as &dyn KeySource]))
    }
}
