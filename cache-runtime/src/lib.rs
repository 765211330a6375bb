#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod background;
mod breaker;
mod cache;
mod call;
mod claim;
mod clock;
mod codec;
mod companions;
mod config;
mod counter;
mod each;
mod entry;
mod error;
mod event;
mod flight;
#[cfg(test)]
#[path = "flight/tests.rs"] // The model check takes `flight.rs` alone.
mod flight_tests;
mod flights;
pub mod guide;
mod handle;
mod io;
mod jitter;
mod key;
mod lease;
mod many;
mod outcome;
mod probe;
mod report;
mod runtime;
mod stopwatch;
pub mod store;
mod store_if;
mod sync;
mod tag;
pub mod testing;
mod ttl;
mod watch;
mod within;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use cache_macros::{cached, counter};

pub use self::cache::{AsyncBackground, AsyncCache, Background, Cache};
pub use self::codec::Codec;
pub use self::config::{Config, Options};
pub use self::counter::{AsyncCounter, Counter};
pub use self::error::{Error, ErrorKind, Result};
pub use self::event::{Event, Extent};
pub use self::runtime::{async_cache, cache, init, named, register};
pub use self::store::Store;
pub use self::ttl::{Expiry, Ttl};
