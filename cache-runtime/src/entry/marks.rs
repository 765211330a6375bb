//! The tags of an entry, which stand between its header and its payload. They are frozen; all numbers are little endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | how many bytes of tags follow |
//! | 8 | of each tag: the life that the entry belongs to |
//! | 2 | the length of its key |
//! | … | its key |

use crate::tag::Mark;

/// How many bytes tell the length of all tags.
const LENGTH: usize = 4;

/// Appends tags.
pub(super) fn write(marks: &[Mark], bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; LENGTH]);
    for Mark { key, life } in marks {
        bytes.extend_from_slice(&life.to_le_bytes());
        // No key in a store is as long as that.
        bytes.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend_from_slice(&key.as_bytes()[..key.len().min(usize::from(u16::MAX))]);
    }
    let length = u32::try_from(bytes.len() - start - LENGTH).unwrap_or(u32::MAX);
    bytes[start..start + LENGTH].copy_from_slice(&length.to_le_bytes());
}

/// The tags, and what follows them; `None` if these bytes are no tags.
pub(super) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// Reads what [`split`] found.
pub(super) fn read(mut bytes: &[u8]) -> Option<Vec<Mark>> {
    let mut marks = Vec::new();
    while !bytes.is_empty() {
        let (life, rest) = bytes.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (key, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        marks.push(Mark { key: std::str::from_utf8(key).ok()?.to_owned(), life: u64::from_le_bytes(*life) });
        bytes = rest;
    }
    Some(marks)
}
