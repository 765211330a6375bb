#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod comments;
mod digest;
mod error;
mod event;
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

pub use self::comments::{Explanation, replace_explanations};
pub use self::error::explain;
pub use self::event::{FragmentEvent, Outcome};
pub use self::install::{CacheTag, install, install_folder, no_loader};
pub use self::model::{model, models, serialize_model, serialize_models, shared_model};
pub use self::page_digest::template_digest;
pub use self::statements::rewrite;
