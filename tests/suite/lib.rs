//! What every cache does whatever it keeps its entries in, as functions that any store can be put through.
//!
//! A behaviour is a public function that is named by what it shows and is given a [`TestCache`]: an empty cache, seen
//! through one of its two faces. [`run!`] makes a test of each of them for both faces, the waiting one outside of any
//! runtime and on tokio; [`run_store!`] does so with the lines of the contract of [`Store`](cache_runtime::Store),
//! [`run_claims!`] with those that a store keeps which keeps claims, and [`run_no_cache!`] with what a cache does that
//! keeps nothing. For a store of one's own, in a file under `tests/`:
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
//! Every test asks for a store anew, which must be empty. What must outlive the test, as a folder, is returned beside
//! the cache: `|| (cache, folder)`. Tests run in parallel.
//!
//! # Time
//!
//! The suite moves time by hand, so values must expire by the time that the store is told. A store gets that for nothing,
//! because every value but a number says when it expires; it need only keep values until then, and longer for windows.
//!
//! Whole numbers may live by the time of the store's server, which no test can move. Such a store reads a number without
//! saying when it expires ([`Record::expires_at`](cache_runtime::store::Record::expires_at) is `None`). The suite sees
//! that, and waits in reality where it is about numbers that expire, for some seconds in each of those tests.
//!
//! # Servers
//!
//! A store on a server shares it with the other tests, so each store that the closure makes needs a part of its own, by a
//! namespace or a prefix. Where the server is missing the closure calls [`skip`].

#![expect(clippy::missing_panics_doc, reason = "a behaviour that is not shown panics")]

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
