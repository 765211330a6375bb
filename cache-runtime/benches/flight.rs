//! What a flight costs when nobody else is there: joining, leading, landing.
//!
//! The table's own source is taken in, because it is none of the library's face.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "the sources have more than is asked here")]

#[path = "../src/flight.rs"]
mod flight;
#[path = "../src/sync.rs"]
mod sync;

use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, black_box};
use flight::{Face, Flights, Turn};

fn main() {
    divan::main();
}

/// A single one is shorter than what a clock can tell, so a round is of a thousand: its microseconds are nanoseconds each.
const FLIGHTS: usize = 1000;

/// As a call does it: the key is a cache and a text.
#[divan::bench]
fn a_thousand_flights_of_one(bencher: Bencher<'_, '_>) {
    let flights: Arc<Flights<(usize, Arc<str>), u64>> = Flights::new();
    bencher.counter(divan::counter::ItemsCount::new(FLIGHTS)).bench_local(|| {
        for _ in 0..FLIGHTS {
            let before = flights.landed();
            let key = (1, Arc::from(black_box("user:42")));
            let Turn::Lead(lead) = flights.join(key, Face::Thread, Duration::from_secs(30)) else {
                unreachable!("alone")
            };
            assert!(!lead.landed_since(before));
            let reach = lead.reach();
            lead.land(&7, reach);
        }
    });
}
