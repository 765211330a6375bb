//! What the derive of models calls.

use std::fmt::Display;

pub use crate::model::UpdatedAt;

/// The id of a model: its parts, joined by `-`. In several parts `-` and `~` have a `~` in front, so that distinct parts make
/// distinct ids.
pub fn id(parts: &[&dyn Display]) -> String {
    if let [only] = parts {
        return only.to_string();
    }
    let parts = parts.iter().map(|part| part.to_string().replace('~', "~~").replace('-', "~-"));
    parts.collect::<Vec<_>>().join("-")
}

/// The parts of a model's id, as texts.
pub fn id_values(parts: &[&dyn Display]) -> Vec<String> {
    parts.iter().map(ToString::to_string).collect()
}
