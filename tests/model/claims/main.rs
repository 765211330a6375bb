//! Programs on lease, claim and election, each under many interleavings of its tasks.
//!
//! Several caches over one store stand for several processes. The program compiles the runtime's own sources, and
//! replaces what they take from outside by modules of its own: the clock, timers, threads, and work that outlives its caller.
//! So a scheduler decides what happens next: a task is polled, or dropped, or the store executes one of the
//! operations in flight, or time passes, or a process dies. It first makes all decisions of small programs,
//! depth-first and up to a bound, and then random ones of large programs.
//!
//! In each interleaving every call ends. Its value is right, and no older than the last change before the call. No more
//! bodies run at once than the design promises. Afterwards no claim, no flight and no renewal is left, and a new call
//! computes or hits at once.
//!
//! `claims-model [interleavings] [program] [seed]`: the bound for each program, the one to run, and the first seed of
//! its random interleavings. A failure prints the arguments that repeat it.
#![allow(
    dead_code,
    missing_docs,
    unexpected_cfgs,
    unfulfilled_lint_expectations,
    unreachable_pub,
    unused_imports,
    reason = "the model uses a part of the runtime, with none of its features"
)]

extern crate self as cache_runtime;
extern crate self as futures_timer;

/// The runtime's modules.
#[path = "../../../cache-runtime/src"]
mod runtime {
    pub(crate) mod block_on;
    pub(crate) mod cache;
    pub(crate) mod call;
    pub(crate) mod claim;
    pub(crate) mod codec;
    pub(crate) mod entry;
    pub(crate) mod error;
    pub(crate) mod guard;
    pub(crate) mod handle;
    pub(crate) mod key;
    pub(crate) mod mode;
    pub(crate) mod model;
    pub(crate) mod near;
    pub(crate) mod observe;
    pub(crate) mod per_process;
    pub(crate) mod poll_once;
    pub(crate) mod single_flight;
    pub mod store;
}

mod bodies;
mod connection;
mod detached;
mod explorer;
#[path = "store.rs"]
mod model_store;
mod periodic_check;
mod programs;
mod scheduler;
mod threads;
mod time;
mod timer;

pub use self::runtime::cache::{AsyncCache, Cache};
pub use self::runtime::codec::Codec;
pub use self::runtime::error::{Error, ErrorKind, Result};
pub use self::runtime::observe::{Event, Outage};
pub use self::runtime::store;
pub use self::runtime::store::Store;
use self::runtime::{
    block_on, cache, call, claim, codec, entry, error, guard, handle, key, mode, model, near, observe, per_process,
    poll_once, single_flight,
};
pub use self::time::{Expiry, Ttl};
pub use self::timer::Delay;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let bound = arguments.next().map_or(20_000, |bound| bound.parse().expect("a number of interleavings"));
    let (only, seed) = (arguments.next(), arguments.next());
    let seed = seed.map(|seed| seed.parse().expect("a seed"));
    let chosen = programs::ALL.iter().filter(|program| only.as_ref().is_none_or(|only| only == program.name));
    let mut explored = 0;
    for program in chosen {
        explored += 1;
        #[expect(clippy::print_stdout, reason = "the test reads it")]
        {
            println!("{}", explorer::explore(program, bound, seed));
        }
    }
    assert!(explored > 0, "no program has this name");
}
