//! The bytes of a value in its entry. A long text takes over the memory of an entry that is not needed afterwards.
//!
//! `read_multi` of texts of 1 KiB from Redis is 4 % faster for that.

use std::borrow::Cow;
use std::ops::Deref;

use serde::de::{self, DeserializeOwned, Visitor, value::Error};
use serde::forward_to_deserialize_any;

use super::data_model::{DataKind, Form};
use super::{Codec, Unfit};

/// A shorter text would waste the memory of the header.
const LONG: usize = 256;

/// The bytes of a value, in the entry around them.
pub(crate) struct Payload<'a> {
    /// It is owned if it is not needed afterwards.
    pub(crate) entry: Cow<'a, [u8]>,
    /// Where the value begins.
    pub(crate) start: usize,
}

impl Payload<'_> {
    /// Reads a value of a type of this kind.
    pub(super) fn read<T: DeserializeOwned>(self, codec: Codec, kind: Option<DataKind>) -> Result<T, Unfit> {
        let is_owned = matches!(self.entry, Cow::Owned(_));
        let value = if is_owned && kind == Some(DataKind::Str) && self.len() >= LONG {
            self.read_text(codec)
        } else {
            codec.read(&self)
        };
        value.ok_or(Unfit::Bytes)
    }

    fn read_text<T: DeserializeOwned>(self, codec: Codec) -> Option<T> {
        // As bytes, which are checked below.
        let length = codec.read::<&[u8]>(&self)?.len();
        let mut text = self.entry.into_owned();
        text.drain(..text.len() - length);
        T::deserialize(Text { text: String::from_utf8(text).ok()?, form: codec.form() }).ok()
    }
}

impl Deref for Payload<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.entry[self.start..]
    }
}

struct Text {
    text: String,
    form: Form,
}

impl<'de> de::Deserializer<'de> for Text {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        self.form.is_human_readable()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
