//! What single-flight costs a caller that is alone, and one of a crowd.
//!
//! The source of the flight table is included, because it is not public.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "the bench uses a part of the sources")]

#[path = "../src/single_flight/heartbeat.rs"]
mod heartbeat;
#[path = "../src/single_flight/leaders.rs"]
mod leaders;
#[path = "../src/single_flight/state.rs"]
mod state;
#[path = "../src/single_flight/sync.rs"]
mod sync;
#[path = "../src/single_flight/table.rs"]
mod table;

/// The runtime's module of this name, as far as the table uses it.
mod time {
    pub(crate) use std::time::Instant;
}

use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, black_box};
use state::WaitMode;
use table::{FlightTable, Role};

fn main() {
    divan::main();
}

/// One flight is too short for the clock, so a round has a thousand: microseconds of a round are nanoseconds of a flight.
const FLIGHTS: usize = 1000;

type Table = Arc<FlightTable<(usize, Arc<str>), u64>>;

const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The key has the type that calls use: a cache and a text.
#[divan::bench]
fn a_thousand_flights_of_one(bencher: Bencher<'_, '_>) {
    let table: Table = FlightTable::new();
    bencher.counter(divan::counter::ItemsCount::new(FLIGHTS)).bench_local(|| {
        for _ in 0..FLIGHTS {
            let before = table.ended();
            let key = (1, Arc::from(black_box("user:42")));
            let Role::Leader(leader) = table.join(key, WaitMode::Thread, STALL_TIMEOUT) else {
                unreachable!("nobody else leads")
            };
            assert!(!leader.may_be_stored_since(before));
            let watermark = leader.watermark();
            leader.publish(7, watermark);
        }
    });
}

/// Callers of one key that wait for it and give up: in the order in which they came, and in the opposite one.
#[divan::bench(args = [400, 4_000, 40_000])]
fn waiters_join_and_leave(bencher: Bencher<'_, '_>, waiters: usize) {
    let table: Table = FlightTable::new();
    let key = || (1, Arc::from("user:42"));
    let Role::Leader(_leader) = table.join(key(), WaitMode::Task, STALL_TIMEOUT) else {
        unreachable!("it is the first")
    };
    bencher.counter(divan::counter::ItemsCount::new(2 * waiters)).bench_local(|| {
        for is_reversed in [false, true] {
            let mut waiting: Vec<_> = (0..waiters).map(|_| table.join(key(), WaitMode::Task, STALL_TIMEOUT)).collect();
            if is_reversed {
                waiting.reverse();
            }
            drop(waiting);
        }
    });
}
