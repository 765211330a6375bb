//! The companion that returns statistics.

use super::CallOptions;
use crate::observe::stats::Counts;

/// The counts of the function with these options, in the cache that they choose.
pub fn stats(options: CallOptions) -> Counts {
    options.counts()
}
