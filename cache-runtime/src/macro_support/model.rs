//! What the derive of models calls.

use std::fmt::Display;

pub use crate::model::UpdatedAt;

/// The id of a model: its parts, joined.
pub fn id(parts: &[&dyn Display]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}
