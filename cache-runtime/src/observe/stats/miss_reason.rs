//! Why a call was a miss.

use std::fmt;

use serde::Serialize;

/// Why a call found no value that it could use.
///
/// [`Counts::misses_by`](super::Counts::misses_by) tells how often.
///
/// ```
/// use cache_runtime::stats::MissReason;
///
/// assert_eq!(MissReason::StoreAway.to_string(), "store away");
/// assert_eq!(MissReason::ALL.len(), 9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissReason {
    /// Nothing was stored: the key is new, or its entry was evicted, pruned, cleared, or deleted by another process.
    Cold,
    /// The entry had expired, and no window served it.
    Expired,
    /// The entry was written as a value of another type: a struct has changed, or two functions share a key.
    Shape,
    /// The entry has a format or a codec of another version of this library, or was written by another template.
    Version,
    /// This process has deleted the entry since it was written.
    Invalidated,
    /// A tag of the entry was deleted.
    Tag,
    /// The entry is damaged, foreign, not signed with the cache's secret, or of a clock that is far ahead.
    Damaged,
    /// The store has failed, or is not asked because the circuit breaker is open.
    StoreAway,
    /// Nothing is cached: there is no store, the lifetime is zero, or the arguments make no key.
    Off,
}

impl MissReason {
    /// All reasons, in the order in which they are shown.
    pub const ALL: [MissReason; 9] = [
        MissReason::Cold,
        MissReason::Expired,
        MissReason::Shape,
        MissReason::Version,
        MissReason::Invalidated,
        MissReason::Tag,
        MissReason::Damaged,
        MissReason::StoreAway,
        MissReason::Off,
    ];

    /// Returns the reason in a word or two.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::MissReason::Cold.as_str(), "cold");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            MissReason::Cold => "cold",
            MissReason::Expired => "expired",
            MissReason::Shape => "shape",
            MissReason::Version => "version",
            MissReason::Invalidated => "invalidated",
            MissReason::Tag => "tag",
            MissReason::Damaged => "damaged",
            MissReason::StoreAway => "store away",
            MissReason::Off => "off",
        }
    }
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
