//! Redis: what every store does, and what is particular to it.

mod cluster;
mod computing;
#[path = "../programs/crowds.rs"]
mod crowds;
mod foreign;
mod long_lived;
mod options;
mod outages;
#[path = "../programs/computing.rs"]
mod processes;
mod scenery;
mod sentinels;
mod suite;
mod tls;
