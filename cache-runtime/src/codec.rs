//! How values become bytes, and which codec is safe for which value.

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

/// How values of a known type are written.
///
/// It is a choice of size and speed against readability from outside, and never of what can be read: every cache
/// reads entries of both, so the choice may be changed at any time and old entries stay readable. A value that one
/// of the two cannot give back exactly is written by the other.
///
/// `bincode` is used in version 2.0.1, the last that works: 3.0.0 is a farewell release without code. What is taken
/// from it is small and will not change: its bytes are frozen by this crate's golden tests as a part of the
/// entry's own format, which has a version number, so that another encoding could take its place without an entry
/// being misread.
///
/// To learn what a type looks like, its `Deserialize` is given made-up values, once; in a program with
/// `panic = "abort"` it never is, and types that need them (a tuple after a date, say) are written as MessagePack.
///
/// It is an option of a cache: `codec = "messagepack"` in the configuration, or in an address.
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
    /// Small and fast: the fields one after the other, without their names.
    ///
    /// Types that must see names to be read (`flatten`, `untagged`, `tag`, `serde_json::Value`), and values that
    /// leave fields out, are written as MessagePack.
    #[default]
    Bincode,
    /// Readable by programs in other languages: maps with the names of the fields.
    ///
    /// MessagePack has one word for `None` and for `Some(None)`, so values with the latter are written by `bincode`.
    MessagePack,
}

impl Codec {
    /// The form in which it asks values for themselves.
    fn form(self) -> Form {
        match self {
            Codec::Bincode => Form::Compact,
            Codec::MessagePack => Form::Readable,
        }
    }
}

/// Why bytes are no value of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// They were written by another type.
    Type,
    /// They are not what the codec writes of this type.
    Bytes,
}

/// Why a codec did not write a value.
pub(crate) type Refusal = Box<dyn StdError + Send + Sync>;

/// How a value of a known type was written.
pub(crate) struct Typed {
    pub(crate) codec: Codec,
    pub(crate) fingerprint: u64,
}

/// Appends a value whose type is known on both sides, by the codec preferred if that one gives the value back.
pub(crate) fn write_typed<T>(value: &T, preferred: Codec, bytes: &mut Vec<u8>) -> Result<Typed, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let compact = Shape::of::<T>(Form::Compact);
    let positional = compact.is_closed() && matches_shape::matches_shape(value, compact);
    let start = bytes.len();
    let mut attempt = |codec| {
        bytes.truncate(start);
        let fingerprint = match codec {
            Codec::Bincode => bincode::write(value, bytes).map(|()| compact.fingerprint),
            Codec::MessagePack => write_readable(value, positional, bytes),
        }?;
        Ok(Typed { codec, fingerprint })
    };
    match preferred {
        Codec::Bincode if positional => attempt(Codec::Bincode).or_else(|_: Refusal| attempt(Codec::MessagePack)),
        Codec::MessagePack if positional => attempt(Codec::MessagePack).or_else(|_| attempt(Codec::Bincode)),
        _ => attempt(Codec::MessagePack),
    }
}

/// Appends MessagePack for readers of the value's own type, and returns the fingerprint of that type's form.
///
/// Where a type is not written as it is read, it may not be readable at all: that is better an error than an entry
/// that is never a hit.
fn write_readable<T>(value: &T, positional: bool, bytes: &mut Vec<u8>) -> Result<u64, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let readable = Shape::of::<T>(Form::Readable);
    // Where serde buffers a part of the value it does not take bytes for a sequence of `u8` any more.
    let mode = if positional && readable.is_closed() { BytesMode::ForceIterables } else { BytesMode::Normal };
    let start = bytes.len();
    messagepack::write(value, mode, bytes)?;
    if !positional && messagepack::read::<T>(&bytes[start..]).is_none() {
        return Err("serde cannot read back what it writes of it: its `Serialize` and `Deserialize` differ".into());
    }
    if !readable.hides_names() {
        return Ok(readable.fingerprint);
    }
    let usage = field_usage::of::<T>(&bytes[start..], readable.known_layouts()).ok_or("it cannot be read back")?;
    Ok(readable.fingerprint ^ usage.fingerprint)
}

/// Appends what a value says of its shape and the value, for readers whose type is not known here.
pub(crate) fn write_untyped<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<Codec, Refusal> {
    let start = bytes.len();
    let facts = shape_facts::collect(value, Form::Readable)?;
    facts.write(bytes);
    let mode = if facts.are_of_bytes() { BytesMode::ForceIterables } else { BytesMode::Normal };
    let Err(refusal) = messagepack::write(value, mode, bytes) else {
        return Ok(Codec::MessagePack);
    };
    bytes.truncate(start);
    // What the second codec cannot write either is better told by the first.
    write_untyped_compact(value, bytes).ok_or(refusal)
}

/// Without names a value is only read by a type that says the very same, so nothing may be left out.
fn write_untyped_compact<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Option<Codec> {
    let facts = shape_facts::collect(value, Form::Compact).ok()?;
    if facts.leaves_out {
        return None;
    }
    facts.write(bytes);
    bincode::write(value, bytes).ok()?;
    Some(Codec::Bincode)
}

/// Reads what was written without knowledge of the type, if a value of this type could have said so.
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
        // The writer's type is not known, so this type must use every name that was written.
        return field_usage::read(bytes, shape.known_layouts(), |usage| !usage.ignores_names);
    }
    let before = payload.len() - bytes.len();
    read(codec, shape, payload.after(before))
}

/// Reads bytes for a type that may expect anything: where serde buffers, bytes are not a sequence of `u8` any more.
fn read_items<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let items: Vec<u8> = messagepack::read(bytes)?;
    let items: SeqDeserializer<_, de::value::Error> = SeqDeserializer::new(items.into_iter());
    T::deserialize(items).ok()
}

/// Reads what was written as a value of a type with this fingerprint.
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
    if shape.root().kind == Some(DataKind::Str) && bytes.is_given_and_long() {
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
