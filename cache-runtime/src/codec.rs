//! Encodes values as bytes, and chooses a codec that can give each value back.

mod bincode;
pub(crate) mod data_model;
mod hash;
mod messagepack;
mod number;
mod payload;
mod roundtrip_check;
pub(crate) mod scalar_probe;
pub(crate) mod shape;
pub(crate) mod typed;
pub mod untraced;
pub(crate) mod untyped;

use std::error::Error as StdError;

use serde::Deserialize;

use self::data_model::Form;
pub(crate) use self::number::{from_number, to_number, to_number_untyped};
pub(crate) use self::payload::Payload;
pub(crate) use self::untyped::own_types;

/// The encoding of values whose type is known.
///
/// The choice is between small, fast entries and entries that other programs can read. It can be changed at any time:
/// every cache reads entries of both codecs. A value that one codec cannot give back exactly is written by the other.
///
/// `bincode` is used in version 2.0.1, because 3.0.0 is an empty farewell release. Its encoding is frozen by this crate's
/// golden tests as a part of the entry's format. That format has a version number, so another encoding could replace
/// bincode without misreading an entry.
///
/// Whatever bytes are in the store, reading them allocates a small multiple of their size at most, takes no longer than their
/// size allows, and does not overflow the stack.
///
/// To learn the shape of a type, the library runs its `Deserialize` without data, once for each type. What comes before
/// another value in a tuple is then made up, if it is of a derived type, of the standard library or of a well-known crate.
/// Behind a type that checks its values by hand the shape is not known, and such tuples are written as MessagePack. So are all
/// that need made-up values in a program with `panic = "abort"`. See [`untraced`] for how to forbid made-up values.
///
/// The codec is an option of a cache: `codec = "messagepack"` in the configuration, or in an address.
///
/// ```
/// use cache_runtime::Cache;
///
/// let cache = Cache::open("sqlite::memory:?codec=messagepack")?;
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Codec {
    /// Small and fast: the fields in order, without their names.
    ///
    /// Types that cannot be read without names (`flatten`, `untagged`, `tag`, `serde_json::Value`), and values that leave
    /// out fields, are written as MessagePack.
    #[default]
    Bincode,
    /// Readable by programs in other languages: maps with the names of the fields.
    ///
    /// MessagePack writes `None` and `Some(None)` alike, so values with the latter are written by `bincode`.
    MessagePack,
}

impl Codec {
    /// The form of types that it writes.
    fn form(self) -> Form {
        match self {
            Codec::Bincode => Form::Compact,
            Codec::MessagePack => Form::Readable,
        }
    }

    fn read<'a, T: Deserialize<'a>>(self, bytes: &'a [u8]) -> Option<T> {
        match self {
            Codec::Bincode => bincode::read(bytes),
            Codec::MessagePack => messagepack::read(bytes),
        }
    }
}

/// Why bytes cannot be read as a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// They were written by another type.
    Type,
    /// They are not what the codec writes for this type.
    Bytes,
}

/// Why a value cannot be written.
pub(crate) type Refusal = Box<dyn StdError + Send + Sync>;
