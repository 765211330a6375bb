//! The bytes before a payload: a frozen format. All numbers are little endian.
//!
//! | at | bytes | what |
//! | --- | --- | --- |
//! | 0 | 2 | magic number |
//! | 2 | 1 | version of the format |
//! | 3 | 1 | encoding of the payload; plus 128 if tags precede it, plus 64 if the header ends in a signature |
//! | 4 | 4 | CRC-32 of the key and all the other bytes of the entry |
//! | 8 | 8 | fingerprint of the type's shape; 0 if it was not known |
//! | 16 | 8 | when it was written, in milliseconds since 1970 |
//! | 24 | 8 | when it expires; the greatest number for never |
//! | 32 | 16 | the signature, if there is one |
//!
//! Version 1 had a checksum without the key and no signatures, and its bincode wrote nothing for a unit.

use super::Unreadable;
use super::seal::SIGNATURE;
use crate::codec::Codec;
use crate::time::Timestamp;

/// The length of a header without a signature.
pub(super) const HEADER: usize = 32;

/// Neither text nor a number: UTF-8 never contains the first byte.
const MAGIC: [u8; 2] = [0xfe, 0xca];
const VERSION: u8 = 2;
const CHECKSUM: usize = 4;
const FINGERPRINT: usize = 8;
const WRITTEN_AT: usize = 16;
const EXPIRES_AT: usize = 24;

/// What the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// A value of the type whose fingerprint is in the header.
    Typed(Codec),
    /// The shape of a value, then the value.
    Untyped(Codec),
    /// A whole number in eight bytes, which carries tags. A plain number cannot.
    Number,
}

/// The bit of the encoding that says that tags precede the payload.
const TAGGED: u8 = 0x80;

/// The bit of the encoding that says that the header ends in a signature.
const SIGNED: u8 = 0x40;

/// Each encoding is written as its position here, counted from 1.
const ENCODINGS: [Encoding; 5] = [
    Encoding::Typed(Codec::Bincode),
    Encoding::Typed(Codec::MessagePack),
    Encoding::Untyped(Codec::MessagePack),
    Encoding::Untyped(Codec::Bincode),
    Encoding::Number,
];

/// The content of a header, without the checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) encoding: Encoding,
    pub(super) fingerprint: u64,
    pub(super) written_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        check_start(bytes)?;
        Ok(Header {
            encoding: encoding(bytes[3] & !(TAGGED | SIGNED)).ok_or(Unreadable::Codec)?,
            fingerprint: u64::from_le_bytes(eight(bytes, FINGERPRINT)),
            written_at: timestamp(bytes, WRITTEN_AT),
            expires_at: timestamp(bytes, EXPIRES_AT),
        })
    }

    /// Writes the header over the first bytes, without signature and checksum.
    pub(super) fn put(&self, bytes: &mut [u8]) {
        bytes[..2].copy_from_slice(&MAGIC);
        bytes[2] = VERSION;
        bytes[3] = ENCODINGS.iter().position(|encoding| *encoding == self.encoding).map_or(0, |at| at as u8 + 1);
        bytes[FINGERPRINT..WRITTEN_AT].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[WRITTEN_AT..EXPIRES_AT].copy_from_slice(&self.written_at.as_millis().to_le_bytes());
        set_expiry(bytes, self.expires_at);
    }
}

/// The length of the header of an entry.
pub(super) fn length(bytes: &[u8]) -> usize {
    if is_signed(bytes) { HEADER + SIGNATURE } else { HEADER }
}

fn is_signed(bytes: &[u8]) -> bool {
    bytes[3] & SIGNED != 0
}

/// The signature of an entry, if it has one.
pub(super) fn signature(bytes: &[u8]) -> Option<&[u8]> {
    is_signed(bytes).then(|| bytes.get(HEADER..HEADER + SIGNATURE))?
}

/// Writes the signature. The checksum must be written afterwards.
pub(super) fn put_signature(bytes: &mut [u8], signature: &[u8; SIGNATURE]) {
    bytes[HEADER..HEADER + SIGNATURE].copy_from_slice(signature);
}

/// Records that the header ends in a signature.
pub(super) fn set_signed_flag(bytes: &mut [u8]) {
    bytes[3] |= SIGNED;
}

/// What a signature covers: everything but the checksum, the expiry and itself.
pub(super) fn signed(bytes: &[u8]) -> [&[u8]; 3] {
    [&bytes[..CHECKSUM], &bytes[FINGERPRINT..EXPIRES_AT], bytes.get(HEADER + SIGNATURE..).unwrap_or_default()]
}

/// Whether tags precede the payload.
pub(super) fn is_tagged(bytes: &[u8]) -> bool {
    check_start(bytes).is_ok() && bytes[3] & TAGGED != 0
}

/// Records that tags precede the payload. The entry must be sealed afterwards.
pub(super) fn set_tagged_flag(bytes: &mut [u8]) {
    bytes[3] |= TAGGED;
}

/// Combines the fingerprint with a digest. The entry must be sealed afterwards.
pub(super) fn mark(bytes: &mut [u8], digest: u64) {
    let fingerprint = u64::from_le_bytes(eight(bytes, FINGERPRINT)) ^ digest;
    bytes[FINGERPRINT..WRITTEN_AT].copy_from_slice(&fingerprint.to_le_bytes());
}

/// When an entry expires; `None` if the bytes do not begin like an entry.
pub(super) fn expires_at(bytes: &[u8]) -> Option<Timestamp> {
    check_start(bytes).ok()?;
    Some(timestamp(bytes, EXPIRES_AT))
}

/// When an entry was written; `None` if the bytes do not begin like an entry.
pub(super) fn written_at(bytes: &[u8]) -> Option<Timestamp> {
    check_start(bytes).ok()?;
    Some(timestamp(bytes, WRITTEN_AT))
}

/// Writes the expiry. The entry must be sealed afterwards.
pub(super) fn set_expiry(bytes: &mut [u8], expires_at: Timestamp) {
    bytes[EXPIRES_AT..HEADER].copy_from_slice(&expires_at.as_millis().to_le_bytes());
}

/// Writes the checksum, after everything else.
pub(super) fn write_checksum(bytes: &mut [u8], key: &str) {
    let checksum = checksum(bytes, key);
    bytes[CHECKSUM..FINGERPRINT].copy_from_slice(&checksum.to_le_bytes());
}

/// Whether the checksum of an entry matches its bytes and its key.
pub(super) fn checksum_matches(bytes: &[u8], key: &str) -> bool {
    bytes[CHECKSUM..FINGERPRINT] == checksum(bytes, key).to_le_bytes()
}

fn checksum(bytes: &[u8], key: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key.as_bytes());
    hasher.update(&bytes[..CHECKSUM]);
    hasher.update(&bytes[FINGERPRINT..]);
    hasher.finalize()
}

/// Checks magic number and version first, because a later format may have a header of another length.
fn check_start(bytes: &[u8]) -> Result<(), Unreadable> {
    let seen = bytes.len().min(MAGIC.len());
    if bytes[..seen] != MAGIC[..seen] {
        return Err(Unreadable::Foreign);
    }
    match bytes.get(2) {
        Some(&VERSION) if bytes.len() >= HEADER => Ok(()),
        Some(&VERSION) | None => Err(Unreadable::Truncated),
        Some(_) => Err(Unreadable::Version),
    }
}

fn encoding(number: u8) -> Option<Encoding> {
    ENCODINGS.get(usize::from(number).checked_sub(1)?).copied()
}

fn timestamp(bytes: &[u8], at: usize) -> Timestamp {
    Timestamp::from_millis(i64::from_le_bytes(eight(bytes, at)))
}

fn eight(bytes: &[u8], at: usize) -> [u8; 8] {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    eight
}
