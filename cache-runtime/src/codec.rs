//! Encodes values as bytes, and chooses a codec that can give each value back.

mod bincode;
mod data_model;
mod field_usage;
mod hash;
mod matches_shape;
mod messagepack;
mod number;
mod payload;
mod roundtrip_check;
pub(crate) mod scalar_probe;
mod shape;
mod shape_facts;
mod shape_serializer;
mod string_fast_path;

use std::error::Error as StdError;

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::value::SeqDeserializer;
use serde::de::{self, DeserializeOwned};

use self::data_model::{DataKind, Form};
use self::field_usage::FieldUsage;
pub(crate) use self::number::{from_number, to_number, to_number_untyped};
pub(crate) use self::payload::Payload;
use self::shape::Shape;
use self::shape_facts::Facts;

/// The encoding of values whose type is known.
///
/// The choice is between small, fast entries and entries that other programs can read. It can be changed at any time:
/// every cache reads entries of both codecs. A value that one codec cannot give back exactly is written by the other.
///
/// `bincode` is used in version 2.0.1, because 3.0.0 is an empty farewell release. Its encoding is frozen by this crate's
/// golden tests as a part of the entry's format. That format has a version number, so another encoding could replace
/// bincode without misreading an entry.
///
/// To learn the shape of a type, the library calls its `Deserialize` with made-up values, once for each type. It does not
/// do so in a program with `panic = "abort"`, where types that need them (a tuple with a date before other elements, for
/// example) are written as MessagePack.
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

/// How a value was written.
pub(crate) struct Typed {
    pub(crate) codec: Codec,
    pub(crate) fingerprint: u64,
}

/// Appends a value whose type can be read too, by the preferred codec if that can give the value back.
pub(crate) fn write_typed<T>(value: &T, preferred: Codec, bytes: &mut Vec<u8>) -> Result<Typed, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let bincode_shape = Shape::of::<T>(Form::Compact);
    let matches = bincode_shape.is_closed() && matches_shape::matches_shape(value, bincode_shape);
    let start = bytes.len();
    let mut attempt = |codec| {
        bytes.truncate(start);
        let fingerprint = match codec {
            Codec::Bincode => bincode::write(value, bytes).map(|()| bincode_shape.fingerprint),
            Codec::MessagePack => write_messagepack(value, matches, bytes),
        }?;
        Ok(Typed { codec, fingerprint })
    };
    match preferred {
        Codec::Bincode if matches => attempt(Codec::Bincode).or_else(|_: Refusal| attempt(Codec::MessagePack)),
        Codec::MessagePack if matches => attempt(Codec::MessagePack).or_else(|_| attempt(Codec::Bincode)),
        _ => attempt(Codec::MessagePack),
    }
}

/// Appends a value as MessagePack, and returns the fingerprint that its readers expect.
///
/// If a type is written in another form than it reads, it may be unreadable. An error is better than an entry that is
/// never a hit.
fn write_messagepack<T>(value: &T, matches: bool, bytes: &mut Vec<u8>) -> Result<u64, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let readable = Shape::of::<T>(Form::Readable);
    // serde's buffers do not accept bytes in place of a sequence of `u8`.
    let mode = if matches && readable.is_closed() { BytesMode::ForceIterables } else { BytesMode::Normal };
    let start = bytes.len();
    messagepack::write(value, mode, bytes)?;
    if !matches && messagepack::read::<T>(&bytes[start..]).is_none() {
        return Err("it cannot be read back, because its `Serialize` and `Deserialize` differ".into());
    }
    if !readable.hides_names() {
        return Ok(readable.fingerprint);
    }
    let usage = field_usage::of::<T>(&bytes[start..], readable.known_layouts()).ok_or("it cannot be read back")?;
    Ok(readable.fingerprint ^ usage.fingerprint)
}

/// Appends the facts of a value's shape and then the value, for readers of any type.
pub(crate) fn write_untyped<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<Codec, Refusal> {
    let start = bytes.len();
    let facts = shape_facts::collect(value, Form::Readable)?;
    facts.write(bytes);
    let mode = if facts.are_of_bytes() { BytesMode::ForceIterables } else { BytesMode::Normal };
    let Err(refusal) = messagepack::write(value, mode, bytes) else {
        return Ok(Codec::MessagePack);
    };
    bytes.truncate(start);
    // If neither codec can write the value, the reason of the first is the better one.
    write_untyped_bincode(value, bytes).ok_or(refusal)
}

/// Appends a value without names. Only a type of the same shape can read that, so no field may be left out.
fn write_untyped_bincode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Option<Codec> {
    let facts = shape_facts::collect(value, Form::Compact).ok()?;
    if facts.leaves_out {
        return None;
    }
    facts.write(bytes);
    bincode::write(value, bytes).ok()?;
    Some(Codec::Bincode)
}

/// Reads what [`write_untyped`] wrote, if the facts are those of a value of this type.
pub(crate) fn read_untyped<T: DeserializeOwned>(codec: Codec, payload: Payload<'_>) -> Result<T, Unfit> {
    let (facts, bytes) = Facts::split(&payload).ok_or(Unfit::Bytes)?;
    let shape = Shape::of::<T>(codec.form());
    let by_position = codec == Codec::Bincode;
    if (by_position && !shape.is_closed()) || !shape.known().admits(facts) {
        return Err(Unfit::Type);
    }
    if shape.root().kind.is_none() && facts.are_of_bytes() {
        return read_items(bytes).ok_or(Unfit::Bytes);
    }
    if shape.hides_names() {
        // The type of the writer is not known, so the reader's type must use every name.
        return field_usage::read(bytes, shape.known_layouts(), |usage| !usage.ignores_names);
    }
    let before = payload.len() - bytes.len();
    read(codec, shape, payload.skip(before))
}

/// Reads bytes as a sequence of `u8`, because serde's buffers would keep them as bytes.
fn read_items<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let items: Vec<u8> = messagepack::read(bytes)?;
    let items: SeqDeserializer<_, de::value::Error> = SeqDeserializer::new(items.into_iter());
    T::deserialize(items).ok()
}

/// Reads what [`write_typed`] wrote, if this type has the same fingerprint.
pub(crate) fn read_typed<T: DeserializeOwned>(
    codec: Codec,
    fingerprint: u64,
    payload: Payload<'_>,
) -> Result<T, Unfit> {
    let shape = Shape::of::<T>(codec.form());
    if codec == Codec::MessagePack && shape.hides_names() {
        let accepts = |usage: FieldUsage| shape.fingerprint ^ usage.fingerprint == fingerprint;
        return field_usage::read(&payload, shape.known_layouts(), accepts);
    }
    if shape.fingerprint == fingerprint { read(codec, shape, payload) } else { Err(Unfit::Type) }
}

fn read<T: DeserializeOwned>(codec: Codec, shape: &Shape, bytes: Payload<'_>) -> Result<T, Unfit> {
    if shape.root().kind == Some(DataKind::Str) && bytes.is_owned_and_long() {
        let start = match codec {
            Codec::Bincode => bincode::text(&bytes),
            Codec::MessagePack => messagepack::text(&bytes),
        };
        let text = start.and_then(|start| bytes.into_text(start)).ok_or(Unfit::Bytes)?;
        return string_fast_path::read(text, codec.form()).ok_or(Unfit::Bytes);
    }
    let value = match codec {
        Codec::Bincode => bincode::read(&bytes),
        Codec::MessagePack => messagepack::read(&bytes),
    };
    value.ok_or(Unfit::Bytes)
}
