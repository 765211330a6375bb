//! Bincode: the fields of a value in order, without names.

use ::bincode::config::{Configuration, Limit, LittleEndian, Varint};
use serde::{Deserialize, Serialize};

use super::Refusal;

/// The most memory that decoding may claim: more than any store holds, and less than a machine has.
const CLAIM: usize = 1 << 31;

fn config() -> Configuration<LittleEndian, Varint, Limit<CLAIM>> {
    ::bincode::config::standard().with_limit::<CLAIM>()
}

/// Appends a value.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    ::bincode::serde::encode_into_std_write(value, bytes, config())?;
    Ok(())
}

/// Reads a value from all of these bytes.
pub(super) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (value, read) = ::bincode::serde::borrow_decode_from_slice(bytes, config()).ok()?;
    (read == bytes.len()).then_some(value)
}
