//! Entries of values whose type is not known. A type reads them if it admits the facts about the value's shape.

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::value::SeqDeserializer;
use serde::de::{self, DeserializeOwned};

use super::data_model::Form;
use super::shape::{CollectedFacts, Facts, Shape, hidden_fields};
use super::{Codec, Payload, Refusal, Unfit, bincode, messagepack};

/// Appends the facts of a value's shape and then the value, for readers of any type.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<Codec, Refusal> {
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

/// Appends a value without names. Only a type of the same shape can read that, so no field may be left out.
fn write_bincode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Option<Codec> {
    let facts = CollectedFacts::of(value, Form::Compact).ok().filter(|facts| !facts.leaves_out)?;
    facts.write(bytes);
    bincode::write_counted(value, bytes).ok()?;
    Some(Codec::Bincode)
}

/// Reads what [`write`] wrote, if the facts are those of a value of this type.
pub(crate) fn read<T: DeserializeOwned>(codec: Codec, mut payload: Payload<'_>) -> Result<T, Unfit> {
    let (facts, bytes) = Facts::split(&payload).ok_or(Unfit::Bytes)?;
    let shape = Shape::of::<T>(codec.form());
    if (codec == Codec::Bincode && !shape.is_closed) || !shape.admits(facts) {
        return Err(Unfit::Type);
    }
    if shape.kind().is_none() && facts.are_of_bytes() {
        return read_items(bytes).ok_or(Unfit::Bytes);
    }
    if shape.hides_fields {
        if matches!(bytes.first(), Some(0xcf)) && hidden_fields::takes_for_float::<T>(bytes) {
            return Err(Unfit::Type);
        }
        // The type of the writer is not known, so the reader's type must use every name.
        return hidden_fields::read(bytes, &shape.layouts, |usage| !usage.ignores_names).map(|(value, _)| value);
    }
    payload.start += payload.len() - bytes.len();
    payload.read(codec, shape.kind())
}

/// Reads bytes as a sequence of `u8`, because serde's buffers would keep them as bytes.
fn read_items<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let items: Vec<u8> = messagepack::read(bytes)?;
    let items: SeqDeserializer<_, de::value::Error> = SeqDeserializer::new(items.into_iter());
    T::deserialize(items).ok()
}
