#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod assignment;
pub mod dependencies;
pub mod explain;
pub mod fragment;
pub mod frames;
pub mod hash;
pub mod key;
pub mod key_conflicts;
pub mod mistake;
pub mod named;
pub mod protection;
pub mod rewrite;
pub mod scanner;
pub mod tag;
