//! How values become bytes, and which codec is safe for which value.

mod conform;
mod facts;
mod hash;
mod kind;
mod lossless;
mod number;
mod outline;
mod shape;
pub(crate) mod word;

use std::error::Error as StdError;
use std::io;

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::enc::write::Writer;
use bincode::error::EncodeError;
use rmp_serde::config::BytesMode;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use self::facts::Facts;
use self::kind::Form;
pub(crate) use self::number::{from_number, to_number, to_number_untyped};
use self::shape::Shape;

/// How values of a known type are written.
///
/// It is a choice of size and speed against readability from outside, and never of what can be read: every cache
/// reads entries of both, so the choice may be changed at any time and old entries stay readable. A value that one
/// of the two cannot give back exactly is written by the other.
///
/// `bincode` is used in version 2.0.1, the last that works: 3.0.0 is a farewell release without code. What is taken
/// from it is small and will not change: its bytes are frozen by this crate's golden tests as a part of the
/// entry's own format, which has a version number, so that another encoding could take its place without an entry
/// being misread.
///
/// It is an option of a cache: `codec = "messagepack"` in the configuration, or in an address.
///
/// ```
/// use cache_runtime::Cache;
///
/// let cache = Cache::open("sqlite::memory:?codec=messagepack")?;
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Codec {
    /// Small and fast: the fields one after the other, without their names.
    ///
    /// Types that must see names to be read (`flatten`, `untagged`, `tag`, `serde_json::Value`), and values that
    /// leave fields out, are written as MessagePack.
    #[default]
    Bincode,
    /// Readable by programs in other languages: maps with the names of the fields.
    ///
    /// MessagePack has one word for `None` and for `Some(None)`, so values with the latter are written by `bincode`.
    MessagePack,
}

impl Codec {
    /// The form in which it asks values for themselves.
    fn form(self) -> Form {
        match self {
            Codec::Bincode => Form::Compact,
            Codec::MessagePack => Form::Readable,
        }
    }
}

/// Why bytes are no value of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// They were written by another type.
    Type,
    /// They are not what the codec writes of this type.
    Bytes,
}

/// Why a codec did not write a value.
pub(crate) type Refusal = Box<dyn StdError + Send + Sync>;

/// How a value of a known type was written.
pub(crate) struct Typed {
    pub(crate) codec: Codec,
    pub(crate) fingerprint: u64,
}

/// Appends a value whose type is known on both sides, by the codec preferred if that one gives the value back.
pub(crate) fn write_typed<T>(value: &T, preferred: Codec, bytes: &mut Vec<u8>) -> Result<Typed, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let compact = Shape::of::<T>(Form::Compact);
    let positional = compact.is_closed() && conform::conforms(value, compact);
    let start = bytes.len();
    let mut attempt = |codec| {
        bytes.truncate(start);
        let fingerprint = match codec {
            Codec::Bincode => write_bincode(value, bytes).map(|()| compact.fingerprint),
            Codec::MessagePack => write_readable(value, positional, bytes),
        }?;
        Ok(Typed { codec, fingerprint })
    };
    match preferred {
        Codec::Bincode if positional => attempt(Codec::Bincode).or_else(|_: Refusal| attempt(Codec::MessagePack)),
        Codec::MessagePack if positional => attempt(Codec::MessagePack).or_else(|_| attempt(Codec::Bincode)),
        _ => attempt(Codec::MessagePack),
    }
}

/// Appends MessagePack for readers of the value's own type, and returns the fingerprint of that type's form.
fn write_readable<T>(value: &T, positional: bool, bytes: &mut Vec<u8>) -> Result<u64, Refusal>
where
    T: Serialize + DeserializeOwned,
{
    let readable = Shape::of::<T>(Form::Readable);
    // Where serde buffers a part of the value it does not take bytes for a sequence of `u8` any more.
    let mode = if positional && readable.is_closed() { BytesMode::ForceIterables } else { BytesMode::Normal };
    write_messagepack(value, mode, bytes)?;
    Ok(readable.fingerprint)
}

/// Appends what a value says of its shape and the value, for readers whose type is not known here.
pub(crate) fn write_untyped<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<Codec, Refusal> {
    let start = bytes.len();
    facts::collect(value, Form::Readable)?.write(bytes);
    let Err(refusal) = write_messagepack(value, BytesMode::Normal, bytes) else {
        return Ok(Codec::MessagePack);
    };
    bytes.truncate(start);
    // What the second codec cannot write either is better told by the first.
    write_untyped_compact(value, bytes).ok_or(refusal)
}

/// Without names a value is only read by a type that says the very same, so nothing may be left out.
fn write_untyped_compact<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Option<Codec> {
    let facts = facts::collect(value, Form::Compact).ok()?;
    if facts.leaves_out {
        return None;
    }
    facts.write(bytes);
    write_bincode(value, bytes).ok()?;
    Some(Codec::Bincode)
}

/// Reads what was written without knowledge of the type, if a value of this type could have said so.
pub(crate) fn read_untyped<T: DeserializeOwned>(codec: Codec, payload: &[u8]) -> Result<T, Unfit> {
    let (facts, bytes) = Facts::split(payload).ok_or(Unfit::Bytes)?;
    let shape = Shape::of::<T>(codec.form());
    let by_position = codec == Codec::Bincode;
    if (by_position && !shape.is_closed()) || !shape.known().admits(facts) {
        return Err(Unfit::Type);
    }
    read(codec, bytes)
}

/// Reads what was written as a value of a type with this fingerprint.
pub(crate) fn read_typed<T: DeserializeOwned>(codec: Codec, fingerprint: u64, payload: &[u8]) -> Result<T, Unfit> {
    if Shape::of::<T>(codec.form()).fingerprint != fingerprint {
        return Err(Unfit::Type);
    }
    read(codec, payload)
}

fn read<T: DeserializeOwned>(codec: Codec, bytes: &[u8]) -> Result<T, Unfit> {
    let value = match codec {
        Codec::Bincode => read_bincode(bytes),
        Codec::MessagePack => read_messagepack(bytes),
    };
    value.ok_or(Unfit::Bytes)
}

/// What bincode may claim while it decodes: more than any store holds, less than what stops a machine.
const CLAIM: usize = 1 << 31;

fn bincode_config() -> Configuration<LittleEndian, Varint, Limit<CLAIM>> {
    bincode::config::standard().with_limit::<CLAIM>()
}

/// Appends to what already stands in the buffer.
struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

fn write_bincode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    bincode::serde::encode_into_writer(value, Appender(bytes), bincode_config()).map_err(Refusal::from)
}

fn write_messagepack<T: Serialize + ?Sized>(value: &T, mode: BytesMode, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    let mut serializer = rmp_serde::Serializer::new(bytes).with_struct_map().with_human_readable().with_bytes(mode);
    value.serialize(&mut serializer)?;
    if lossless::is_lossless(value) {
        Ok(())
    } else {
        Err("`Some` of nothing cannot be told from `None` where fields go by name".into())
    }
}

/// Reads what `bincode` wrote, all of it.
fn read_bincode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (value, read) = bincode::serde::borrow_decode_from_slice(bytes, bincode_config()).ok()?;
    (read == bytes.len()).then_some(value)
}

/// Deeper than the 1,024 levels that are written, so that all of those are read.
const DEPTH: usize = 2048;

/// Reads what was written as MessagePack, all of it.
fn read_messagepack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
    deserializer.set_max_depth(DEPTH);
    let value = T::deserialize(&mut deserializer).ok()?;
    let rest: Result<IgnoredAny, _> = serde::Deserialize::deserialize(&mut deserializer);
    at_end(rest.err()?).then_some(value)
}

fn at_end(error: rmp_serde::decode::Error) -> bool {
    matches!(error, rmp_serde::decode::Error::InvalidMarkerRead(cause) if cause.kind() == io::ErrorKind::UnexpectedEof)
}
