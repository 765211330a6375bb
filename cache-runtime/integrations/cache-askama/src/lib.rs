#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod filter;
pub mod filters;
mod key;
mod prefix;
mod tags;
mod values;

pub use self::key::FragmentKey;
pub use self::prefix::{FragmentPrefix, Prefix};
pub use self::tags::Tags;
pub use self::values::{CACHE, with};
