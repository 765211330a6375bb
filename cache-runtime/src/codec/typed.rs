//! Entries of values whose type can be read too. Only a type of the same fingerprint reads them.

use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::data_model::Form;
use super::shape::{Mismatch, Shape, hidden_fields, matches_shape};
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
            Codec::Bincode => write_bincode(value, bincode_shape, bytes),
            Codec::MessagePack => write_messagepack(value, matches, bincode_shape, bytes),
        }?;
        Ok(Typed { codec, fingerprint })
    };
    match preferred {
        Codec::Bincode if matches => attempt(Codec::Bincode).or_else(|_: Refusal| attempt(Codec::MessagePack)),
        Codec::MessagePack if matches => attempt(Codec::MessagePack).or_else(|_| attempt(Codec::Bincode)),
        _ => attempt(Codec::MessagePack),
    }
}

/// Appends a value that matches its shape as bincode, and returns the fingerprint that its readers expect.
fn write_bincode<T>(value: &T, shape: &Shape, bytes: &mut Vec<u8>) -> Result<u64, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let start = bytes.len();
    let write = if shape.may_repeat_nothing { bincode::write_counted } else { bincode::write };
    write(value, bytes)?;
    if shape.has_refused() && bincode::read::<T>(&bytes[start..]).is_none() {
        return Err(unreadable(value, shape));
    }
    Ok(shape.fingerprint)
}

/// Appends a value as MessagePack, and returns the fingerprint that its readers expect.
///
/// If a type is written in another form than it reads, it may be unreadable, or read as another value. An error is better
/// than an entry that is never a hit, and than a wrong value.
fn write_messagepack<T>(value: &T, matches: bool, bincode_shape: &Shape, bytes: &mut Vec<u8>) -> Result<u64, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let shape = Shape::of::<T>(Form::Readable);
    let has_refused = shape.has_refused() || bincode_shape.has_refused();
    if has_refused {
        bincode_shape.note_refusal();
    }
    // serde's buffers do not accept bytes in place of a sequence of `u8`.
    let mode = if matches && shape.is_closed { BytesMode::ForceIterables } else { BytesMode::Normal };
    let start = bytes.len();
    messagepack::write(value, mode, bytes)?;
    let written = &bytes[start..];
    if shape.hides_fields {
        let read = hidden_fields::read::<T>(written, &shape.layouts, |_| true);
        let (read, usage) = read.map_err(|_| unreadable(value, shape))?;
        roundtrip_check::check_same(value, &read)?;
        return Ok(shape.fingerprint ^ usage.fingerprint);
    }
    if !matches || has_refused {
        let read = messagepack::read::<T>(written).ok_or_else(|| unreadable(value, shape))?;
        roundtrip_check::check_same(value, &read).or_else(|refusal| match Mismatch::find(value, shape) {
            Some(mismatch) if mismatch.only_writes_more() => Ok(()),
            Some(mismatch) => Err(differs(&mismatch)),
            None => Err(refusal),
        })?;
    }
    Ok(shape.fingerprint)
}

/// Why a value that was written cannot be read.
fn unreadable<T: Serialize>(value: &T, shape: &Shape) -> Refusal {
    let refused = || "its `Deserialize` refuses the value that its `Serialize` wrote".into();
    Mismatch::find(value, shape).map_or_else(refused, |mismatch| differs(&mismatch))
}

fn differs(mismatch: &Mismatch) -> Refusal {
    format!("it cannot be read back, because its `Serialize` and `Deserialize` differ: {mismatch}").into()
}

/// Reads what [`write`] wrote, if this type has the same fingerprint.
pub(crate) fn read<T: DeserializeOwned>(codec: Codec, fingerprint: u64, payload: Payload<'_>) -> Result<T, Unfit> {
    let shape = Shape::of::<T>(codec.form());
    if codec == Codec::MessagePack && shape.hides_fields {
        let read =
            hidden_fields::read(&payload, &shape.layouts, |usage| shape.fingerprint ^ usage.fingerprint == fingerprint);
        return read.map(|(value, _)| value);
    }
    if shape.fingerprint != fingerprint {
        return Err(Unfit::Type);
    }
    payload.read(codec, shape.kind()).inspect_err(|_| shape.note_refusal())
}
