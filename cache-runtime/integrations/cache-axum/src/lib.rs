#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod conditional;
mod early_response;
mod fresh;

pub use cache_runtime::http::{CacheControl, ETag, ETagSeed, FreshWhen, set_cache_control};

pub use self::conditional::Conditional;
pub use self::early_response::EarlyResponse;
pub use self::fresh::Fresh;
