//! Entries of values whose type is not known. A type reads them if it admits the facts about the value's shape.

pub(crate) mod own_types;

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::value::SeqDeserializer;
use serde::de::{self, DeserializeOwned};

use self::own_types::Written;
use super::data_model::Form;
use super::shape::hidden_fields::{self, Readings};
use super::shape::{CollectedFacts, Facts, Mismatch, Shape};
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
    let is_own = || own_types::has_written::<T>(Written::Payload(codec, &payload));
    let read = if is_admitted && shape.kind().is_none() && facts.are_of_bytes() {
        read_items(bytes).ok_or(Unfit::Bytes)
    } else if is_admitted && !shape.hides_fields {
        let start = payload.start + payload.len() - bytes.len();
        Payload { start, ..payload }.read(codec, shape.kind())
    } else if is_admitted {
        read_names(shape, facts, bytes, is_own)
    } else if codec == Codec::MessagePack && is_own() {
        // It is of this very type, although it has not the shape that the type asks for.
        read_names(shape, facts, bytes, || true)
    } else {
        Err(Unfit::Type)
    };
    read.inspect_err(|_| own_types::check_from_now_on::<T>())
}

/// Reads by the names of fields.
///
/// The type of the writer is not known. So the reader's type must use every name, take values for what they were, and take
/// numbers and texts for kinds that were written. A type of this process may write other kinds than it reads.
fn read_names<T>(shape: &Shape, facts: Facts<'_>, bytes: &[u8], is_own: impl Fn() -> bool) -> Result<T, Unfit>
where
    T: DeserializeOwned,
{
    hidden_fields::read_unknown(bytes, &shape.layouts, |Readings { converts, kinds, takes_texts_for_chars }| {
        // A text of one letter is stored like a character. Where a type reads both, it may have been either.
        let may_be_texts = *takes_texts_for_chars && facts.hold_texts();
        !converts && !may_be_texts && facts.hold_chars(*kinds) && (facts.hold_all(*kinds) || is_own())
    })
}

/// Reads bytes as a sequence of `u8`, because serde's buffers would keep them as bytes.
fn read_items<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let items: Vec<u8> = messagepack::read(bytes)?;
    let items: SeqDeserializer<_, de::value::Error> = SeqDeserializer::new(items.into_iter());
    T::deserialize(items).ok()
}
