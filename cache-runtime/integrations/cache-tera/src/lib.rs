#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod digest;
mod functions;
mod key;
mod model;
mod options;
mod reads;
mod renders;
mod statements;
mod templates;

pub use cache_templates::explain::{Explanation, FragmentEvent, Outcome, replace_explanations};

pub use self::model::{model, models, serialize_model, serialize_models};
pub use self::templates::Templates;
