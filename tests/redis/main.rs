//! Redis: what every store does, and what is particular to it.

mod cluster;
mod common;
mod contract;
#[path = "../shared/cross_process.rs"]
mod cross_process;
mod long_lived;
mod options;
mod other_programs;
mod outages;
mod sentinels;
mod single_flight;
#[path = "../shared/stampede.rs"]
mod stampede;
mod tls;
