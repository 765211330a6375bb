//! Redis: the contract of a store, and what is specific to Redis.

#[path = "../shared/client_process.rs"]
mod client_process;
mod cluster;
mod common;
mod contract;
#[path = "../shared/cross_process.rs"]
mod cross_process;
mod long_lived;
mod namespaces;
mod options;
mod other_programs;
mod outages;
mod round_trips;
mod sentinels;
mod single_flight;
#[path = "../shared/stampede.rs"]
mod stampede;
mod tls;
#[path = "../shared/wait_until.rs"]
mod wait_until;
mod without_scripts;
