//! Annotate an expensive function and its results are kept.

mod clock;
mod codec;
mod entry;
mod error;
pub mod store;
mod ttl;

pub use codec::Codec;
pub use error::{Error, ErrorKind, Result};
pub use ttl::{Expiry, Ttl};
