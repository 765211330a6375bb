#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod digest;
mod error;
mod functions;
mod install;
mod key;
mod model;
mod names;
mod options;
mod originals;
mod page_digest;
mod reads;
mod source;
mod statements;
mod syntax;

pub use cache_templates::explain::{Explanation, FragmentEvent, Outcome, replace_explanations};

pub use self::error::explain;
pub use self::install::{CacheTag, install, install_folder, no_loader};
pub use self::model::{model, models, serialize_model, serialize_models, shared_model, shared_models};
pub use self::page_digest::template_digest;
pub use self::statements::rewrite;
