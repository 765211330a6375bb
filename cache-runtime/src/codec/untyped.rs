//! Entries of values whose type is not known. A type reads them if it admits the facts about the value's shape.

pub(crate) mod own_types;

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::value::SeqDeserializer;
use serde::de::{self, DeserializeOwned};

use self::own_types::Written;
use super::data_model::Form;
use super::shape::{CollectedFacts, Facts, Mismatch, Shape, hidden_fields};
use super::{Codec, Payload, Refusal, Unfit, bincode, messagepack};

/// Appends the facts of a value's shape and then the value, for readers of any type.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<Codec, Refusal> {
    let start = bytes.len();
    let codec = write_unchecked(value, bytes)?;
    own_types::remember::<T>(Written::Payload(codec, &bytes[start..])).map_err(|read| {
        let why = Mismatch::find(value, read).map(|mismatch| mismatch.to_string());
        let why = why.unwrap_or_else(|| "with `untagged`, put the variant that accepts the most last".into());
        format!("its `Deserialize` does not read this value as its `Serialize` writes it: {why}")
    })?;
    Ok(codec)
}

fn write_unchecked<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<Codec, Refusal> {
    let start = bytes.len();
    CollectedFacts::of(value, Form::Readable)?.write(bytes);
    let is_bytes = Facts::split(&bytes[start..]).is_some_and(|(facts, _)| facts.are_of_bytes());
    let mode = if is_bytes { BytesMode::ForceIterables } else { BytesMode::Normal };
    let Err(refusal) = messagepack::write(value, mode, bytes) else {
        return Ok(Codec::MessagePack);
    };
    bytes.truncate(start);
    // If neither codec can write the value, the reason of the first is the better one.
    write_bincode(value, bytes).ok_or(refusal)
}

/// Appends a value without names. Only a type of the same shape can read that, so no field may be left out, and no part may
/// be of a type that reads any value.
fn write_bincode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Option<Codec> {
    let facts = CollectedFacts::of(value, Form::Compact).ok().filter(|facts| !facts.leaves_out && !facts.has_json)?;
    facts.write(bytes);
    bincode::write_counted(value, bytes).ok()?;
    Some(Codec::Bincode)
}

/// Reads what [`write`] wrote, if the facts are those of a value of this type.
pub(crate) fn read<T: DeserializeOwned>(codec: Codec, payload: Payload<'_>) -> Result<T, Unfit> {
    let (facts, bytes) = Facts::split(&payload).ok_or(Unfit::Bytes)?;
    let shape = Shape::of::<T>(codec.form());
    let is_admitted = (codec == Codec::MessagePack || shape.is_closed) && shape.admits(facts);
    let read = if is_admitted {
        let value_at = payload.len() - bytes.len();
        read_admitted(codec, shape, facts.are_of_bytes(), Payload { start: payload.start + value_at, ..payload })
    } else if own_types::has_written::<T>(Written::Payload(codec, &payload)) {
        read_own(codec, shape, bytes)
    } else {
        return Err(Unfit::Type);
    };
    read.inspect_err(|_| own_types::check_from_now_on::<T>())
}

fn read_admitted<T: DeserializeOwned>(
    codec: Codec,
    shape: &Shape,
    is_of_bytes: bool,
    payload: Payload<'_>,
) -> Result<T, Unfit> {
    if shape.kind().is_none() && is_of_bytes {
        return read_items(&payload).ok_or(Unfit::Bytes);
    }
    if shape.hides_fields {
        if matches!(payload.first(), Some(0xcf)) && hidden_fields::takes_for_float::<T>(&payload) {
            return Err(Unfit::Type);
        }
        return read_names(shape, &payload);
    }
    payload.read(codec, shape.kind())
}

/// Reads a value of this very type that has not the shape that the type asks for.
fn read_own<T: DeserializeOwned>(codec: Codec, shape: &Shape, bytes: &[u8]) -> Result<T, Unfit> {
    if codec == Codec::MessagePack { read_names(shape, bytes) } else { Err(Unfit::Type) }
}

/// Reads by the names of fields. The type of the writer is not known, so the reader's type must use every name.
fn read_names<T: DeserializeOwned>(shape: &Shape, bytes: &[u8]) -> Result<T, Unfit> {
    hidden_fields::read(bytes, &shape.layouts, |usage| !usage.ignores_names).map(|(value, _)| value)
}

/// Reads bytes as a sequence of `u8`, because serde's buffers would keep them as bytes.
fn read_items<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let items: Vec<u8> = messagepack::read(bytes)?;
    let items: SeqDeserializer<_, de::value::Error> = SeqDeserializer::new(items.into_iter());
    T::deserialize(items).ok()
}
