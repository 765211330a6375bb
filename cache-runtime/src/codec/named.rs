//! MessagePack: maps with the names of the fields, in the readable form of every type.

use std::io;

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::outline::MOST_LEVELS;
use super::{Refusal, lossless};

/// Appends a value; refuses one that would be read as another.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, mode: BytesMode, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    // First, as it ends in time what would overflow the stack.
    lossless::check(value)?;
    let mut serializer = rmp_serde::Serializer::new(bytes).with_struct_map().with_human_readable().with_bytes(mode);
    value.serialize(&mut serializer)?;
    Ok(())
}

/// Levels of MessagePack, of which one of a value may take two: a variant's name and its content.
const DEPTH: usize = 2 * MOST_LEVELS + 2;

/// Reads what [`write`] wrote, all of it.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
    deserializer.set_max_depth(DEPTH);
    let value = T::deserialize(&mut deserializer).ok()?;
    let rest: Result<IgnoredAny, _> = serde::Deserialize::deserialize(&mut deserializer);
    at_end(rest.err()?).then_some(value)
}

fn at_end(error: rmp_serde::decode::Error) -> bool {
    matches!(error, rmp_serde::decode::Error::InvalidMarkerRead(cause) if cause.kind() == io::ErrorKind::UnexpectedEof)
}
