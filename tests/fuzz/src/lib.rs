//! Fuzz targets: whatever the input, nothing panics, no wrong value comes back, and memory and time are bounded.
//!
//! Each target is a function of bytes, with inputs to begin with. `cargo fuzz` runs them by libFuzzer, and [`drive`] by mutations of its
//! own, which needs no nightly compiler.

pub mod addresses;
pub mod configuration;
mod driver;
pub mod entries;
pub mod keys;
mod mutate;

pub use self::driver::{Target, drive, runs};
