//! Rate limits: how often somebody may do something, counted in a cache for all processes.
//!
//! ```
//! use cache_runtime::Cache;
//! use cache_runtime::limit::RateLimiter;
//!
//! let cache = Cache::memory();
//! let logins = RateLimiter::new(&cache, "login").to(2).within(60);
//! assert!(logins.check("192.0.2.7")?.allowed);
//! assert!(logins.check("192.0.2.7")?.allowed);
//!
//! let third = logins.check("192.0.2.7")?;
//! assert!(!third.allowed && third.retry_after.as_secs() <= 60);
//! assert!(logins.check("192.0.2.8")?.allowed); // somebody else
//! # Ok::<(), cache_runtime::Error>(())
//! ```
//!
//! The guide's page on [limits](crate::guide::limits) says which [`Algorithm`] to take when.
//!
//! ```text
//! limiter, faces           RateLimiter and its settings; its methods
//! check                    the way of a check
//! source, increments       where is counted: a store, a store that only increments, this process
//! rule, algorithm/         one limit: its counts, and what they mean
//! who, decision, error     who is limited; what a check says; the error of a refusal
//! ```

mod algorithm;
mod check;
mod decision;
mod error;
mod faces;
mod increments;
mod limiter;
#[cfg(feature = "http")]
mod passed;
mod rule;
mod source;
mod who;

pub use self::algorithm::Algorithm;
pub(crate) use self::check::Entered;
pub use self::decision::{Decision, LimitState};
pub use self::error::RateLimited;
pub(crate) use self::limiter::Limiter;
pub use self::limiter::{AsyncRateLimiter, RateLimiter, WhenAway};
#[cfg(feature = "http")]
pub(crate) use self::passed::Passed;
pub use self::who::{Who, network};
