//! Bincode: the fields of a value in order, without names.

mod bounds;
mod list_items;

#[cfg(test)]
mod tests;

use ::bincode::config::{self, Configuration};
use ::bincode::serde::{encode_into_std_write, seed_decode_from_slice};
use serde::{Deserialize, Serialize};

use self::bounds::Bounds;
use super::Refusal;

const CONFIG: Configuration = config::standard();

/// Appends a value whose lists have no items that take no bytes, such as `()`.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    encode_into_std_write(value, bytes, CONFIG)?;
    Ok(())
}

/// Appends any value. It is refused if its lists have more items than it has bytes, as readers would refuse it.
pub(super) fn write_counted<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    let start = bytes.len();
    write(value, bytes)?;
    if list_items::count(value)? > bytes.len() - start {
        return Err("its lists have more items than bytes".into());
    }
    Ok(())
}

/// Reads a value from all of these bytes, which anybody may have written.
pub(super) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (value, read) = seed_decode_from_slice(Bounds::of(bytes).seed::<T>(), bytes, CONFIG).ok()?;
    (read == bytes.len()).then_some(value)
}
