#![doc = include_str!("../README.md")]
#![expect(clippy::missing_panics_doc, reason = "a behaviour that fails panics")]

pub mod batches;
mod catalogue;
mod check;
pub mod claims;
pub mod computing;
pub mod counters;
pub mod errors;
mod executor;
pub mod expiry;
mod fixtures;
mod harness;
pub mod keys;
pub mod limits;
mod lines;
pub mod namespaces;
pub mod no_cache;
pub mod real_time;
pub mod stale;
pub mod store;
pub mod store_numbers;
pub mod storing;
pub mod tags;

pub use self::check::{Broken, broken_lines, skip, within_a_minute};
#[doc(hidden)]
pub use self::check::{check_cache, check_store};
pub use self::executor::Executor;
pub use self::harness::{Api, Setup, TestCache};
pub use self::lines::{Line, lines};
