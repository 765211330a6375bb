#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod client_ip;
mod conditional;
mod early_response;
mod fresh;
mod versions;

pub use cache_runtime::http::{CacheControl, ClientAddress, ETag, ETagSeed, FreshWhen};

pub use self::client_ip::ClientIp;
pub use self::conditional::Conditional;
pub use self::early_response::EarlyResponse;
pub use self::fresh::{Fresh, WithFresh};
