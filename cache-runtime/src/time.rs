//! Timestamps, lifetimes and clocks.

mod clock;
mod jitter;
mod stopwatch;
mod timestamp;
mod ttl;

pub(crate) use self::clock::Clock;
pub(crate) use self::jitter::Jitter;
pub(crate) use self::stopwatch::Stopwatch;
pub use self::timestamp::Timestamp;
pub use self::ttl::{Expiry, Ttl};
