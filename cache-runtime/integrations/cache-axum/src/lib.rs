#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod client_ip;
mod conditional;
mod early_response;
mod fresh;

pub use cache_runtime::http::{
    CacheControl, ClientAddress, ETag, ETagSeed, FreshWhen, LimitLayer, PeerAddress, set_cache_control,
};

pub use self::client_ip::{ClientIp, UnknownClient};
pub use self::conditional::Conditional;
pub use self::early_response::EarlyResponse;
pub use self::fresh::Fresh;
