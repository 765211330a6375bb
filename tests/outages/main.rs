//! A store that fails, hangs or recovers: what a program notices of it.
//!
//! The recovery probe runs every half second of real time, so tests of the recovery take about as long.

mod chaos;
mod circuit_breaker;
mod common;
mod events;
mod functions;
mod hanging;
#[path = "../shared/logged.rs"]
mod logged;
mod ping;
#[path = "../shared/wait_until.rs"]
mod wait_until;
