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
    if !is_one_value(bytes) {
        return None;
    }
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
    deserializer.set_max_depth(DEPTH);
    let value = T::deserialize(&mut deserializer).ok()?;
    let rest = IgnoredAny::deserialize(&mut deserializer);
    at_end(rest.err()?).then_some(value)
}

fn at_end(error: rmp_serde::decode::Error) -> bool {
    matches!(error, rmp_serde::decode::Error::InvalidMarkerRead(cause) if cause.kind() == io::ErrorKind::UnexpectedEof)
}

/// Whether these bytes are one value, with every text and list as long as it says.
///
/// serde allocates for as many items as a list says it has, up to 1 MiB for each list. Anybody may have written these
/// bytes, so this comes before anything is allocated.
pub(super) fn is_one_value(bytes: &[u8]) -> bool {
    let (mut rest, mut missing) = (bytes, 1);
    while missing > 0 {
        let Some(parts) = skip_head(&mut rest) else { return false };
        missing = (missing - 1_usize).saturating_add(parts);
        // Each value takes a byte at least.
        if missing > rest.len() {
            return false;
        }
    }
    rest.is_empty()
}

/// Skips a number or a text, or the head of a list or a map; returns how many values belong to it. `None` for extensions,
/// which are not written.
fn skip_head(rest: &mut &[u8]) -> Option<usize> {
    let marker = *rest.split_off_first()?;
    let (content, parts) = match marker {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => return Some(0),
        0x80..=0x8f => return Some(2 * usize::from(marker & 0x0f)),
        0x90..=0x9f => return Some(usize::from(marker & 0x0f)),
        0xa0..=0xbf => (usize::from(marker & 0x1f), 0),
        0xcc | 0xd0 => (1, 0),
        0xcd | 0xd1 => (2, 0),
        0xca | 0xce | 0xd2 => (4, 0),
        0xcb | 0xcf | 0xd3 => (8, 0),
        0xc4..=0xc6 => (length(rest, marker - 0xc4)?, 0),
        0xd9..=0xdb => (length(rest, marker - 0xd9)?, 0),
        0xdc | 0xdd => (0, length(rest, marker - 0xdc + 1)?),
        0xde | 0xdf => (0, length(rest, marker - 0xde + 1)?.checked_mul(2)?),
        0xc1 | 0xc7..=0xc9 | 0xd4..=0xd8 => return None,
    };
    rest.split_off(..content)?;
    Some(parts)
}

/// A big-endian length of `2^size` bytes.
fn length(rest: &mut &[u8], size: u8) -> Option<usize> {
    let bytes = rest.split_off(..1 << size)?;
    Some(bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
}
