#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod block_on;
mod cache;
mod call;
mod claim;
mod codec;
mod config;
mod detached;
mod entry;
mod error;
mod guard;
pub mod guide;
mod handle;
#[cfg(feature = "http")]
pub mod http;
mod key;
pub mod limit;
#[doc(hidden)]
pub mod macro_support;
mod mode;
pub mod model;
mod near;
mod observe;
mod per_process;
mod periodic_check;
mod poll_once;
mod runtime;
mod single_flight;
pub mod store;
pub mod testing;
mod threads;
mod time;
pub mod touches;

pub use cache_macros::{cached, counter, limited};

pub use self::cache::{
    AsyncBackground, AsyncCache, AsyncCounter, AsyncFragment, Background, Cache, CacheBuilder, Counter, Fragment,
    FragmentLookup, FragmentsLookup, Rendering,
};
pub use self::codec::{Codec, untraced};
pub use self::config::Options;
pub use self::error::{Error, ErrorKind, Result};
pub use self::observe::{Event, Outage, stats};
pub use self::runtime::{Config, async_cache, cache, init, named, register, stats};
pub use self::store::Store;
pub use self::time::{Expiry, Ttl};
