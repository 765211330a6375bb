//! A store that fails, hangs or comes back: what a program notices of it.
//!
//! A cache asks a store that is away every half second of real time, so tests of its coming back take about that long.

mod chaos;
mod circuit_breaker;
mod common;
mod events;
mod functions;
mod hanging;
#[path = "../shared/logged.rs"]
mod logged;
#[path = "../shared/wait_until.rs"]
mod wait_until;
