//! What is stored under a key: a whole number, or a header, optional tags, and the bytes of a codec.

mod buffer_pool;
mod expiration;
mod header;
mod record;
mod seal;
mod tags;
mod value;

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::buffer_pool::recycle;
pub use self::expiration::Expiration;
use self::header::{Encoding, HEADER, Header};
pub use self::record::Record;
pub use self::seal::Seal;
pub(crate) use self::seal::Secret;
pub(crate) use self::tags::TagStamp;
pub use self::value::Value;
use crate::codec::{self, Codec, Payload, Refusal, Unfit};
use crate::observe::stats::MissReason;
use crate::time::Timestamp;
use crate::{Error, ErrorKind, Result};

/// Why a stored value cannot be read. It then counts as a miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the entry is truncated")]
    Truncated,
    #[error("the bytes are not an entry of this library")]
    Foreign,
    #[error("the entry has the format of another version of this library")]
    Version,
    #[error("the entry has a codec that this version of this library does not know")]
    Codec,
    #[error("the entry is damaged, or was written under another key: its checksum does not match")]
    Checksum,
    #[error("the entry was not signed with the cache's secret")]
    Signature,
    #[error("the entry was written as a value of another type")]
    Shape,
    #[error("the entry was written by another template")]
    Digest,
    #[error("the entry's bytes are not a value of this type")]
    Decode,
}

impl Unreadable {
    /// Why a call for the value is a miss.
    pub(crate) fn reason(self) -> MissReason {
        match self {
            Unreadable::Shape => MissReason::Shape,
            Unreadable::Version | Unreadable::Codec | Unreadable::Digest => MissReason::Version,
            Unreadable::Truncated
            | Unreadable::Foreign
            | Unreadable::Checksum
            | Unreadable::Signature
            | Unreadable::Decode => MissReason::Damaged,
        }
    }
}

/// Encodes a value whose type can be both written and read.
pub(crate) fn write<T>(value: &T, codec: Codec, seal: Seal<'_>, expiration: &Expiration) -> Result<Value>
where
    T: Serialize + DeserializeOwned,
{
    if let Some(number) = codec::to_number(value) {
        return Ok(Value::Number(number));
    }
    assemble(seal, expiration, |bytes| {
        let typed = codec::typed::write(value, codec, bytes)?;
        Ok((Encoding::Typed(typed.codec), typed.fingerprint))
    })
    .map_err(unwritable::<T>)
}

/// Encodes a value whose type can be written, and of which nothing else is known.
pub(crate) fn write_untyped<T>(value: &T, seal: Seal<'_>, expiration: &Expiration) -> Result<Value>
where
    T: Serialize + ?Sized,
{
    if let Some(number) = codec::to_number_untyped(value) {
        return Ok(Value::Number(number));
    }
    assemble(seal, expiration, |bytes| Ok((Encoding::Untyped(codec::untyped::write(value, bytes)?), 0)))
        .map_err(unwritable::<T>)
}

/// Assembles an entry: `append` writes the payload behind the room for the header.
fn assemble(
    seal: Seal<'_>,
    expiration: &Expiration,
    append: impl FnOnce(&mut Vec<u8>) -> Result<(Encoding, u64), Refusal>,
) -> Result<Value, Refusal> {
    let mut bytes = buffer_pool::acquire();
    bytes.resize(HEADER + seal.room(), 0);
    let (encoding, fingerprint) = append(&mut bytes)?;
    finish(&mut bytes, encoding, fingerprint, seal, expiration);
    Ok(Value::Bytes(bytes))
}

/// Writes the header in front of a payload, and seals the entry.
fn finish(bytes: &mut [u8], encoding: Encoding, fingerprint: u64, seal: Seal<'_>, expiration: &Expiration) {
    Header { encoding, fingerprint, written_at: expiration.now, expires_at: expiration.expires_at }.put(bytes);
    if seal.room() > 0 {
        header::set_signed_flag(bytes);
    }
    seal.put(bytes);
}

/// Adds tags to an entry. A whole number becomes an entry with a header, which a counter cannot increment.
pub(crate) fn tagged(value: Value, stamps: &[TagStamp], seal: Seal<'_>, expiration: &Expiration) -> Value {
    if stamps.is_empty() {
        return value;
    }
    let mut bytes = match value {
        Value::Number(number) => number_with_header(number, seal, expiration),
        Value::Bytes(bytes) => bytes,
    };
    let payload = bytes.split_off(header::length(&bytes));
    header::set_tagged_flag(&mut bytes);
    tags::write(stamps, &mut bytes);
    bytes.extend_from_slice(&payload);
    seal.put(&mut bytes);
    Value::Bytes(bytes)
}

fn number_with_header(number: i64, seal: Seal<'_>, expiration: &Expiration) -> Vec<u8> {
    let mut bytes = vec![0; HEADER + seal.room()];
    bytes.extend_from_slice(&number.to_le_bytes());
    finish(&mut bytes, Encoding::Number, 0, seal, expiration);
    bytes
}

/// Marks an entry with a digest, without which it cannot be read. A digest of 0 marks nothing.
pub(crate) fn marked(mut value: Value, digest: u64, seal: Seal<'_>) -> Value {
    if let (Value::Bytes(bytes), 1..) = (&mut value, digest) {
        header::mark(bytes, digest);
        seal.put(bytes);
    }
    value
}

/// The tags of an entry that carries tags; `None` if they cannot be read.
pub(crate) fn tag_stamps(bytes: &[u8], seal: Seal<'_>) -> Option<Vec<TagStamp>> {
    seal.check(bytes).ok()?;
    let (stamps, _) = tags::split(bytes.get(header::length(bytes)..)?)?;
    tags::read(stamps)
}

fn unwritable<T: ?Sized>(cause: Refusal) -> Error {
    let message = format!("a value of type `{}` cannot be written: {cause}", std::any::type_name::<T>());
    Error::new(ErrorKind::Value, message).with_source(cause)
}

/// Decodes a value, whatever codec wrote it.
pub(crate) fn read<T: DeserializeOwned>(value: &Value, seal: Seal<'_>) -> Result<T, Unreadable> {
    read_marked(value, 0, seal)
}

/// Decodes a value that is [`marked`] with a digest.
pub(crate) fn read_marked<T: DeserializeOwned>(value: &Value, digest: u64, seal: Seal<'_>) -> Result<T, Unreadable> {
    match value {
        Value::Number(number) => read_number(*number),
        Value::Bytes(bytes) => read_bytes(Cow::Borrowed(bytes), digest, Some(seal)),
    }
}

/// The same for a value whose seal was checked before.
pub(crate) fn read_intact<T: DeserializeOwned>(value: &Value, digest: u64) -> Result<T, Unreadable> {
    match value {
        Value::Number(number) => read_number(*number),
        Value::Bytes(bytes) => read_bytes(Cow::Borrowed(bytes), digest, None),
    }
}

/// The same for a value that is not needed any more, so that a long text can take over its memory.
pub(crate) fn take_marked<T: DeserializeOwned>(value: Value, digest: u64, seal: Seal<'_>) -> Result<T, Unreadable> {
    match value {
        Value::Number(number) => read_number(number),
        Value::Bytes(bytes) => read_bytes(Cow::Owned(bytes), digest, Some(seal)),
    }
}

fn read_number<T: DeserializeOwned>(number: i64) -> Result<T, Unreadable> {
    codec::from_number(number).ok_or_else(|| {
        codec::own_types::check_from_now_on::<T>();
        Unreadable::Shape
    })
}

fn read_bytes<T: DeserializeOwned>(entry: Cow<'_, [u8]>, digest: u64, seal: Option<Seal<'_>>) -> Result<T, Unreadable> {
    let header = Header::parse(&entry)?;
    seal.map_or(Ok(()), |seal| seal.check(&entry))?;
    let mut start = header::length(&entry);
    let content = entry.get(start..).ok_or(Unreadable::Truncated)?;
    if header::is_tagged(&entry) {
        let (_, value) = tags::split(content).ok_or(Unreadable::Truncated)?;
        start = entry.len() - value.len();
    }
    let payload = Payload { entry, start };
    let read = match header.encoding {
        Encoding::Typed(codec) => codec::typed::read(codec, header.fingerprint ^ digest, payload),
        Encoding::Untyped(_) | Encoding::Number if digest != 0 => Err(Unfit::Type),
        Encoding::Untyped(codec) => codec::untyped::read(codec, payload),
        Encoding::Number => {
            let bytes = payload[..].try_into().map_err(|_| Unreadable::Truncated)?;
            return read_number(i64::from_le_bytes(bytes));
        }
    };
    read.map_err(|unfit| match unfit {
        Unfit::Type if digest != 0 => Unreadable::Digest,
        Unfit::Type => Unreadable::Shape,
        Unfit::Bytes => Unreadable::Decode,
    })
}

/// Changes the expiry in an entry's header. Bytes that are damaged or not an entry stay as they are.
pub(crate) fn set_expiry(bytes: &mut [u8], key: &str, expires_at: Timestamp) {
    // A new checksum must not make a damaged entry valid.
    if header::expires_at(bytes).is_some() && header::checksum_matches(bytes, key) {
        header::set_expiry(bytes, expires_at);
        header::write_checksum(bytes, key);
    }
}

#[cfg(test)]
mod tests;
