//! The tags of an entry: part of the frozen format. All numbers are little endian.
//!
//! The tags follow the header and precede the payload.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | how many bytes of tags follow |
//! | 8 | for each tag: its generation when the entry was computed |
//! | 2 | the length of the tag's key |
//! | … | the tag's key |

/// A tag, as an entry carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagStamp {
    /// The key of the tag's own entry, as stored.
    pub(crate) key: String,
    /// The generation of the tag that the entry belongs to.
    pub(crate) generation: u64,
}

/// The size of the length of all tags.
const LENGTH: usize = 4;

/// Appends tags.
pub(super) fn write(stamps: &[TagStamp], bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.extend_from_slice(&[0; LENGTH]);
    for TagStamp { key, generation } in stamps {
        bytes.extend_from_slice(&generation.to_le_bytes());
        // Stored keys are at most 250 bytes long.
        bytes.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend_from_slice(&key.as_bytes()[..key.len().min(usize::from(u16::MAX))]);
    }
    let length = u32::try_from(bytes.len() - start - LENGTH).unwrap_or(u32::MAX);
    bytes[start..start + LENGTH].copy_from_slice(&length.to_le_bytes());
}

/// Splits bytes after the tags; `None` if they do not begin with tags.
pub(super) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// Reads the tags that [`split`] found.
pub(super) fn read(mut bytes: &[u8]) -> Option<Vec<TagStamp>> {
    let mut stamps = Vec::new();
    while !bytes.is_empty() {
        let (generation, rest) = bytes.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (key, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let key = std::str::from_utf8(key).ok()?.to_owned();
        stamps.push(TagStamp { key, generation: u64::from_le_bytes(*generation) });
        bytes = rest;
    }
    Some(stamps)
}
