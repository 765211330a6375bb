//! Timestamps, lifetimes and clocks.

mod clock;
mod deadline;
mod jitter;
mod stopwatch;
mod timestamp;
mod ttl;

/// The clock of claims, leases and heartbeats. The model check replaces it.
pub(crate) use std::time::Instant;

pub(crate) use self::clock::Clock;
pub(crate) use self::deadline::Deadline;
pub(crate) use self::jitter::Jitter;
pub(crate) use self::stopwatch::Stopwatch;
pub use self::timestamp::Timestamp;
pub use self::ttl::{Expiry, Ttl};
