#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod driver;
mod touches;

pub use self::driver::Driver;
pub use self::touches::{install, touch, uninstall, verify};
