//! Bincode: the fields of a value in order, without names.
//!
//! It is the encoding of bincode 2 with its standard configuration (little-endian, small numbers in one byte), with one
//! difference: what would take no bytes takes one. So no list is longer than the bytes that are left, and whoever can
//! write into the store cannot make a reader allocate or loop for longer than the entry's size allows.
//!
//! | value | bytes |
//! | --- | --- |
//! | boolean, `i8`, `u8` | one |
//! | other unsigned numbers | up to 250 in one; 251 and 2 bytes, 252 and 4, 253 and 8, 254 and 16 |
//! | other signed numbers | the same after zigzag: 0, -1, 1, -2, … |
//! | `f32`, `f64` | 4, 8 |
//! | `char` | its UTF-8 |
//! | texts, bytes, lists, maps | the length as a number, and then the content |
//! | `None`, `Some` | 0; 1 and the content |
//! | enums | the number of the variant, and then its content |
//! | tuples, arrays, structs | one part after the other |
//! | unit, and tuples, arrays and structs without parts | 0 |

mod reader;
mod writer;

#[cfg(test)]
mod tests;

pub(super) use self::reader::read;
pub(super) use self::writer::write;

/// The first byte of a number that does not fit in one.
const TWO_BYTES: u8 = 251;
const FOUR_BYTES: u8 = 252;
const EIGHT_BYTES: u8 = 253;
const SIXTEEN_BYTES: u8 = 254;

/// What stands for a value without parts.
const EMPTY: u8 = 0;
