//! Annotate an expensive function and its results are kept.

mod clock;
mod config;
mod error;
mod ttl;

pub use self::config::{Config, Options};
pub use self::error::{Error, ErrorKind, Result};
pub use self::ttl::{Expiry, Ttl};
