//! Keys of models: texts that change when a model does, so that what was stored under the old one is never asked for again.
//!
//! ```
//! use cache_runtime::model::{Cacheable, key_for};
//! use std::time::{Duration, SystemTime};
//!
//! #[derive(Cacheable)]
//! struct Card {
//!     id: i64,
//!     updated_at: SystemTime,
//! }
//!
//! let updated_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_735_689_600);
//! let card = Card { id: 42, updated_at };
//! assert_eq!(key_for("view", &card), "view:1735689600.0/card/42");
//! assert_eq!(key_for("view", &[card][..]), "view:1735689600.0/card/col/1");
//! assert_eq!(key_for("view", "Sidebar"), "sidebar");
//! ```
//!
//! Nothing has to be deleted: an entry under an old key is read by nobody, and expires.

mod any_model;
mod cacheable;
mod key;
mod updated_at;
mod version;

pub use cache_macros::Cacheable;

pub use self::any_model::AnyModel;
pub use self::cacheable::Cacheable;
pub use self::key::{KeySource, ModelKey, key_for, key_for_all, key_for_collection, key_for_object};
#[doc(hidden)]
pub use self::updated_at::UpdatedAt;

#[cfg(test)]
mod tests;
