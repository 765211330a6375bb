//! Remembers how a type uses the fields of each layout of its values.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::FixedState;

use super::{FieldUsage, Readings};
use crate::codec::hash::mix;

/// How a type uses the fields of the layouts seen so far.
#[derive(Default)]
pub(crate) struct KnownLayouts(RwLock<Remembered>);

#[derive(Default)]
struct Remembered {
    tags: TagNames,
    usages: HashMap<u64, FieldUsage, FixedState>,
    /// How the type reads values, and places of values, by a hash that contains the layout.
    readings: HashMap<u64, Readings, FixedState>,
}

/// The most layouts that are remembered for a type. Beyond, all are forgotten.
const MOST_LAYOUTS: usize = 4096;

const MOST_READINGS: usize = 65_536;

impl KnownLayouts {
    pub(super) fn tags(&self) -> TagNames {
        self.0.read().unwrap_or_else(PoisonError::into_inner).tags
    }

    pub(super) fn usage(&self, layout: u64) -> Option<FieldUsage> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).usages.get(&layout).copied()
    }

    pub(super) fn readings(&self, of: u64) -> Option<Readings> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).readings.get(&of).copied()
    }

    pub(super) fn remember_readings(&self, of: u64, readings: Readings) {
        let known = &mut self.0.write().unwrap_or_else(PoisonError::into_inner).readings;
        if known.len() == MOST_READINGS {
            known.clear();
        }
        known.insert(of, readings);
    }

    /// Remembers a usage and the tags that were found with it.
    ///
    /// A layout without one of the tags is not remembered, because it would be the same for another tag, whose variant
    /// has other fields. The layout of the next reading contains them.
    pub(super) fn remember(&self, layout: u64, usage: FieldUsage, tags: &[u64]) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let had_all = tags.iter().all(|tag| known.tags.contains(tag));
        for tag in tags {
            if !known.tags.contains(tag)
                && let Some(free) = known.tags.iter_mut().find(|tag| **tag == 0)
            {
                *free = *tag;
            }
        }
        if !had_all {
            return;
        }
        if known.usages.len() == MOST_LAYOUTS {
            known.usages.clear();
        }
        known.usages.insert(layout, usage);
    }
}

/// Hashes of the names of tags, and zeros: their text decides which other fields a type uses. Layouts that need more tags
/// than these are not remembered.
pub(super) type TagNames = [u64; 8];

/// The hash of a name within this process.
pub(super) fn name_hash(name: &[u8]) -> u64 {
    mix(0, name)
}
