//! Redis: what every store does, and what is particular to it.

mod options;
mod outages;
mod scenery;
mod sentinels;
mod suite;
