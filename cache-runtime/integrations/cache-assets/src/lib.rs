#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod assets;
mod build;
mod builder;
mod compress;
mod css;
mod development;
mod encoding;
mod error;
mod fingerprint;
mod import_map;
mod link;
mod manifest;
#[cfg(feature = "minijinja")]
pub mod minijinja;
mod name;
mod read;
mod reference;
mod scan;
mod serve;
mod source;
#[cfg(feature = "tera")]
pub mod tera;

pub use self::assets::Assets;
pub use self::builder::Builder;
pub use self::error::{Error, MissingReference};
pub use self::serve::ServeAssets;
