//! MessagePack: maps with the names of fields, and every type in its readable form.

use std::io;

use rmp_serde::config::BytesMode;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::shape::walk::MOST_LEVELS;
use super::{Refusal, roundtrip_check};

/// Appends a value, unless it would be read as another value.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, mode: BytesMode, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    // This comes first, because it refuses values so deep that writing would overflow the stack.
    roundtrip_check::check(value)?;
    let mut serializer = rmp_serde::Serializer::new(bytes).with_struct_map().with_human_readable().with_bytes(mode);
    value.serialize(&mut serializer)?;
    Ok(())
}

/// The most levels of MessagePack. One level of a value may need two of them: for a variant's name and its content.
pub(super) const DEPTH: usize = 2 * MOST_LEVELS + 2;

/// Reads a value from all of these bytes.
pub(super) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
    deserializer.set_max_depth(DEPTH);
    let value = T::deserialize(&mut deserializer).ok()?;
    let rest = IgnoredAny::deserialize(&mut deserializer);
    at_end(rest.err()?).then_some(value)
}

fn at_end(error: rmp_serde::decode::Error) -> bool {
    matches!(error, rmp_serde::decode::Error::InvalidMarkerRead(cause) if cause.kind() == io::ErrorKind::UnexpectedEof)
}
