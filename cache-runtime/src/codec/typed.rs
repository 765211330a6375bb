//! Entries of values whose type can be read too. Only a type of the same fingerprint reads them.

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::data_model::Form;
use super::shape::{Shape, hidden_fields, matches_shape};
use super::{Codec, Payload, Refusal, Unfit, bincode, messagepack, roundtrip_check};

/// How a value was written.
pub(crate) struct Typed {
    pub(crate) codec: Codec,
    pub(crate) fingerprint: u64,
}

/// Appends a value, by the preferred codec if that can give the value back.
pub(crate) fn write<T>(value: &T, preferred: Codec, bytes: &mut Vec<u8>) -> Result<Typed, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let bincode_shape = Shape::of::<T>(Form::Compact);
    let matches = bincode_shape.is_closed && matches_shape(value, bincode_shape);
    let start = bytes.len();
    let mut attempt = |codec| {
        bytes.truncate(start);
        let fingerprint = match codec {
            Codec::Bincode => {
                let write = if bincode_shape.may_repeat_nothing { bincode::write_counted } else { bincode::write };
                write(value, bytes).map(|()| bincode_shape.fingerprint)
            }
            Codec::MessagePack => write_messagepack(value, matches, bytes),
        }?;
        Ok(Typed { codec, fingerprint })
    };
    match preferred {
        Codec::Bincode if matches => attempt(Codec::Bincode).or_else(|_: Refusal| attempt(Codec::MessagePack)),
        Codec::MessagePack if matches => attempt(Codec::MessagePack).or_else(|_| attempt(Codec::Bincode)),
        _ => attempt(Codec::MessagePack),
    }
}

/// Appends a value as MessagePack, and returns the fingerprint that its readers expect.
///
/// If a type is written in another form than it reads, it may be unreadable. An error is better than an entry that is
/// never a hit.
fn write_messagepack<T>(value: &T, matches: bool, bytes: &mut Vec<u8>) -> Result<u64, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let shape = Shape::of::<T>(Form::Readable);
    // serde's buffers do not accept bytes in place of a sequence of `u8`.
    let mode = if matches && shape.is_closed { BytesMode::ForceIterables } else { BytesMode::Normal };
    let start = bytes.len();
    messagepack::write(value, mode, bytes)?;
    let unreadable = "it cannot be read back, because its `Serialize` and `Deserialize` differ";
    if !shape.hides_fields {
        let is_readable = matches || messagepack::read::<T>(&bytes[start..]).is_some();
        return is_readable.then_some(shape.fingerprint).ok_or(unreadable.into());
    }
    let (read, usage) = hidden_fields::read::<T>(&bytes[start..], &shape.layouts, |_| true).map_err(|_| unreadable)?;
    roundtrip_check::check_same(value, &read)?;
    Ok(shape.fingerprint ^ usage.fingerprint)
}

/// Reads what [`write`] wrote, if this type has the same fingerprint.
pub(crate) fn read<T: DeserializeOwned>(codec: Codec, fingerprint: u64, payload: Payload<'_>) -> Result<T, Unfit> {
    let shape = Shape::of::<T>(codec.form());
    if codec == Codec::MessagePack && shape.hides_fields {
        let read =
            hidden_fields::read(&payload, &shape.layouts, |usage| shape.fingerprint ^ usage.fingerprint == fingerprint);
        return read.map(|(value, _)| value);
    }
    if shape.fingerprint == fingerprint { payload.read(codec, shape.kind()) } else { Err(Unfit::Type) }
}
