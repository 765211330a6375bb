//! Reads a value that is one long text without copying it out of its entry.
//!
//! `read_multi` of texts of 1 KiB from Redis is 4 % faster for it.

use serde::de::{self, DeserializeOwned, Visitor, value::Error};
use serde::forward_to_deserialize_any;

use super::data_model::Form;

/// Reads a type from a text.
pub(super) fn read<T: DeserializeOwned>(text: String, form: Form) -> Option<T> {
    T::deserialize(Text { text, form }).ok()
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
