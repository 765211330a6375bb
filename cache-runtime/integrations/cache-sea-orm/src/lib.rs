#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod dialect;
pub mod hooks;
mod touches;

pub use self::touches::{install, touch, uninstall, verify};

/// For what [`touches!`] expands to.
#[doc(hidden)]
pub use sea_orm;
