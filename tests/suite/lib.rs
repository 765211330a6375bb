//! The behaviour of a cache and the contract of a store, as tests for any store.
//!
//! A behaviour is a public function whose name says what it checks. It receives a [`TestCache`]: an empty cache, used
//! by its blocking or its async API. [`run!`] makes a test of each behaviour for both, the async one with and without
//! tokio. [`run_store!`] tests the contract of [`Store`](cache_runtime::Store), [`run_claims!`] its part about claims,
//! [`run_limits!`] that about counts within bounds, and [`run_no_cache!`] a cache that stores nothing. For a store of your own, in a file under `tests/`:
//!
//! ```
//! # fn main() {}
//! # mod stand_in { pub use cache_runtime::store::NoCache as MyStore; }
//! # use stand_in::MyStore;
//! use cache_runtime::Cache;
//!
//! cache_suite::run_store! { my_store, || MyStore::default() }
//! cache_suite::run! { my_store_in_a_cache, || Cache::new(MyStore::default()) }
//! ```
//!
//! Every test calls the closure, which must return an empty store. Something that must outlive the test, such as a
//! folder, is returned with the cache: `|| (cache, folder)`. Tests run in parallel.
//!
//! # Time
//!
//! The suite controls the clock, so values must expire by the time that the cache passes to the store. This needs no
//! work in the store, because every value except a number contains its expiry; the store must only keep it until then,
//! or until the end of its stale window.
//!
//! Numbers may expire by the clock of the store's server, which no test can control. Such a store reads a number
//! without its expiry ([`Record::expires_at`](cache_runtime::store::Record::expires_at) is `None`). The suite detects
//! this, and its tests of expiring numbers then wait for some seconds of real time.
//!
//! # Servers
//!
//! Tests share a server, so each store that the closure makes needs a namespace or a prefix of its own. If the server
//! is not available, the closure calls [`skip`].

#![expect(clippy::missing_panics_doc, reason = "a behaviour that fails panics")]

pub mod batches;
mod catalogue;
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
pub mod namespaces;
pub mod no_cache;
pub mod real_time;
pub mod stale;
pub mod store;
pub mod store_numbers;
pub mod storing;
pub mod tags;
mod timeout;

pub use self::executor::Executor;
pub use self::harness::{Api, Setup, TestCache};
pub use self::timeout::{skip, within_a_minute};
