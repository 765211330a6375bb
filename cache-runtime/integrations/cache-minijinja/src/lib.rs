#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod comments;
mod dependencies;
mod digest;
mod error;
mod event;
mod frames;
mod functions;
mod install;
mod key;
mod model;
mod names;
mod options;
mod originals;
mod rewrite;
mod scanner;
mod shared_texts;
mod tag;

pub use self::comments::{Explanation, replace_explanations};
pub use self::error::explain;
pub use self::event::{FragmentEvent, Outcome};
pub use self::install::{CacheTag, install, install_folder, no_loader};
pub use self::model::{model, models, serialize_model, serialize_models};
pub use self::rewrite::rewrite;
