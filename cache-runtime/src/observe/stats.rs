//! Statistics: what is cached, whether it helps, and why a call was a miss.
//!
//! They are counted always, and cost a hit near about a nanosecond. [`stats()`](crate::stats()) returns those of the program,
//! [`Cache::stats`](crate::Cache::stats) those of a cache, and the companion `stats` those of an annotated function. The
//! [guide](crate::guide::statistics) says how to read them.
//!
//! ```
//! use cache_runtime::{Cache, cached, stats::MissReason, testing};
//!
//! #[cached(key = "square:{n}")]
//! fn square(n: u64) -> u64 {
//!     n * n
//! }
//!
//! let _scope = testing::scope(Cache::memory());
//! assert_eq!((square(7), square(7), square(8)), (49, 49, 64));
//!
//! let counts = square::stats();
//! assert_eq!((counts.calls, counts.hits(), counts.misses()), (3, 1, 2));
//! assert_eq!(counts.misses_by(MissReason::Cold), 2);
//! ```

mod counts;
mod deleted_keys;
mod findings;
mod histogram;
mod miss_reason;
mod moment;
mod near_hits;
mod pending_call;
mod row;
mod rows;
mod snapshot;
mod subject;
mod table;
mod thread_slot;

pub use self::counts::Counts;
pub(crate) use self::deleted_keys::DeletedKeys;
pub use self::histogram::Histogram;
pub use self::miss_reason::MissReason;
pub(crate) use self::moment::Moment;
pub(crate) use self::near_hits::NearHits;
pub(crate) use self::pending_call::{Answered, PendingCall};
pub(crate) use self::row::Row;
pub(crate) use self::rows::Rows;
pub use self::snapshot::{FunctionStats, Stats};
