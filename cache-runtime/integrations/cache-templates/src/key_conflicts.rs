//! Two tags with one text as their key, each of which takes the other's fragment for a miss.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// How many keys are remembered. Tags that take turns on one key come back to it soon.
const REMEMBERED: usize = 4096;

/// Which tag has rendered the fragment of a text last.
#[derive(Default)]
pub struct KeyConflicts(Mutex<Known>);

/// A template, and a line.
type Place = (String, usize);

#[derive(Default)]
struct Known {
    last: HashMap<String, Place>,
    /// Pairs of tags, which are as few as the templates have.
    reported: HashSet<[Place; 2]>,
}

impl KeyConflicts {
    /// Remembers that a tag renders the fragment of a text, and reports, once, that another tag did before.
    pub fn note(&self, key: String, template: &str, line: usize) {
        let other = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.last.len() >= REMEMBERED {
                known.last.clear();
            }
            let own = (template.to_owned(), line);
            let before = known.last.insert(key.clone(), own.clone());
            // In an edited template a tag moves to another line.
            before.filter(|other| other.0 != template && known.reported.insert(pair(other.clone(), own)))
        };
        // Without the lock: a log's subscriber may render templates.
        if let Some((other, other_line)) = other {
            tracing::warn!(
                "cache: the tags {other}:{other_line} and {template}:{line} share the key `{key}`, so that each replaces the \
                 fragment of the other: give one of them another key, or both `skip_digest=true` if they render the same"
            );
        }
    }
}

/// They take turns in both orders.
fn pair(one: Place, other: Place) -> [Place; 2] {
    if one < other { [one, other] } else { [other, one] }
}
