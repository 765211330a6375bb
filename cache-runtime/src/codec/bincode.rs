//! Bincode: the fields of a value in order, without names.

use ::bincode::config::{Configuration, Limit, LittleEndian, Varint};
use ::bincode::enc::write::Writer;
use ::bincode::error::EncodeError;
use serde::{Deserialize, Serialize};

use super::Refusal;

/// The most memory that decoding may claim: more than any store holds, and less than a machine has.
const CLAIM: usize = 1 << 31;

fn config() -> Configuration<LittleEndian, Varint, Limit<CLAIM>> {
    ::bincode::config::standard().with_limit::<CLAIM>()
}

/// Appends to a buffer.
struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// Appends a value.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    ::bincode::serde::encode_into_writer(value, Appender(bytes), config()).map_err(Refusal::from)
}

/// Reads a value from all of these bytes.
pub(super) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (value, read) = ::bincode::serde::borrow_decode_from_slice(bytes, config()).ok()?;
    (read == bytes.len()).then_some(value)
}
