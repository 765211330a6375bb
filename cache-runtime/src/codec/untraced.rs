//! Keeps the library from looking into a type: `#[serde(with = "cache_runtime::untraced")]`.
//!
//! To learn the shape of a type, once, the library runs its `Deserialize` without data. A value that comes before another one
//! in a tuple must then be made up, such as the text `"1"`. The library does so only for types of serde's derive macro, of the
//! standard library and of well-known crates, and not where it sees that your own code checks the value afterwards. It cannot
//! see that inside of a newtype. If such code must not see a value that nobody wrote, because it panics or has an effect, say so
//! on the field:
//!
//! ```
//! use cache_runtime::Cache;
//! use serde::{Deserialize, Serialize};
//!
//! /// A text of at least four characters.
//! #[derive(Debug, PartialEq, Serialize)]
//! struct Code(String);
//!
//! impl<'de> Deserialize<'de> for Code {
//!     fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
//!         let text = String::deserialize(deserializer)?;
//!         assert!(text.len() >= 4); // a made-up text would panic here
//!         Ok(Code(text))
//!     }
//! }
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Item(#[serde(with = "cache_runtime::untraced")] Code);
//!
//! let cache = Cache::memory();
//! let item = cache.get_or_set("item", || (Item(Code("abcd".to_owned())), 7));
//! assert_eq!(cache.get("item")?, Some(item));
//! # Ok::<(), cache_runtime::Error>(())
//! ```
//!
//! A hand-written `Deserialize` says the same by calling [`deserialize`] where it reads. Values with such a place are written as
//! MessagePack. For other formats the place is a newtype.

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::data_model::Name;

/// The newtype that a tracer does not enter.
pub(super) const UNTRACED: Name = "$cache_runtime::untraced";

/// Writes the value as it is.
///
/// ```
/// assert_eq!(cache_runtime::untraced::serialize(&7, serde_json::value::Serializer)?, 7);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// That of the value or of the serializer.
pub fn serialize<T: Serialize + ?Sized, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(UNTRACED, value)
}

/// Reads the value as it is, unless the shape of its type is traced.
///
/// ```
/// let number: u8 = cache_runtime::untraced::deserialize(serde_json::json!(7))?;
/// assert_eq!(number, 7);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// That of the value or of the deserializer.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(UNTRACED, Untraced(PhantomData))
}

struct Untraced<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Untraced<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an untraced value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}
