//! The value of a setting, and how serde reads it into a type.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use toml::de::DeValue;

use super::did_you_mean::suggestion;
use super::environment::Environment;
use super::interpolation::expand;
use crate::{Error, ErrorKind, Result};

/// The value of a setting. It has no `Debug`, because it may be a password.
#[derive(Clone)]
pub(super) enum SettingValue {
    Text(String),
    /// A text from an address or a variable: the type asked for decides whether it is a number, a boolean or a text.
    Untyped(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<SettingValue>),
    Table(BTreeMap<String, SettingValue>),
}

impl SettingValue {
    /// Converts a value of a document.
    pub(super) fn read(value: &DeValue<'_>) -> Result<Self> {
        Ok(match value {
            DeValue::String(text) => SettingValue::Text(text.to_string()),
            DeValue::Integer(number) => SettingValue::Integer(integer(number.as_str(), number.radix())?),
            DeValue::Float(number) => SettingValue::Float(number.as_str().parse().map_err(|_| out_of_range())?),
            DeValue::Boolean(truth) => SettingValue::Boolean(*truth),
            DeValue::Datetime(moment) => SettingValue::Text(moment.to_string()),
            DeValue::Array(values) => SettingValue::List(
                values.iter().map(|value| SettingValue::read(value.get_ref())).collect::<Result<_>>()?,
            ),
            DeValue::Table(table) => {
                let pairs = table
                    .iter()
                    .map(|(key, value)| Ok((key.get_ref().to_string(), SettingValue::read(value.get_ref())?)));
                SettingValue::Table(pairs.collect::<Result<_>>()?)
            }
        })
    }

    /// Expands the variables in every text of the value.
    pub(super) fn expand(self, environment: &Environment<'_>) -> Result<Self> {
        Ok(match self {
            SettingValue::Text(text) => match expand(&text, environment)? {
                Some(word) => SettingValue::Untyped(word),
                None => SettingValue::Text(text),
            },
            SettingValue::List(values) => {
                SettingValue::List(values.into_iter().map(|value| value.expand(environment)).collect::<Result<_>>()?)
            }
            SettingValue::Table(table) => {
                let pairs = table.into_iter().map(|(key, value)| Ok((key, value.expand(environment)?)));
                SettingValue::Table(pairs.collect::<Result<_>>()?)
            }
            other => other,
        })
    }

    /// Replaces this value by another; two tables are merged key by key.
    pub(super) fn lay_over(&mut self, over: SettingValue) {
        match (self, over) {
            (SettingValue::Table(base), SettingValue::Table(over)) => base.extend(over),
            (base, over) => *base = over,
        }
    }

    /// A number or text as text, for values that may be written as either.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            SettingValue::Text(text) | SettingValue::Untyped(text) => Some(text.clone()),
            SettingValue::Integer(number) => Some(number.to_string()),
            SettingValue::Float(number) => Some(number.to_string()),
            SettingValue::Boolean(_) | SettingValue::List(_) | SettingValue::Table(_) => None,
        }
    }
}

fn integer(digits: &str, radix: u32) -> Result<i64> {
    i64::from_str_radix(digits, radix).map_err(|_| out_of_range())
}

fn out_of_range() -> Error {
    Error::new(ErrorKind::Config, "the number is out of range")
}

/// Why a value does not have the type asked for. Unlike serde's own messages, these show no value.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Mismatch(String);

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Mismatch(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Mismatch(format!("expected {expected}, found {}", kind_of(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Mismatch(format!("expected {expected}, which this {} is not", kind_of(found).trim_start_matches("a ")))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Mismatch(format!("unknown value{}", suggestion(variant, expected.iter().copied())))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Mismatch(format!("unknown key `{field}`{}", suggestion(field, expected.iter().copied())))
    }
}

/// The kind of the value that was found, without the value.
fn kind_of(found: Unexpected<'_>) -> &str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        Unexpected::Other(kind) => kind,
        _ => "something else",
    }
}

fn no_variant(found: Unexpected<'_>) -> Mismatch {
    de::Error::invalid_type(found, &"a string or a table")
}

/// Visits the number or boolean that a word spells, or else the word.
fn visit_untyped<'de, V: Visitor<'de>>(word: String, visitor: V) -> Result<V::Value, Mismatch> {
    if let Ok(truth) = word.parse() {
        return visitor.visit_bool(truth);
    }
    if let Ok(number) = word.parse() {
        return visitor.visit_i64(number);
    }
    // Without a digit it is `inf` or `nan`, which are more likely to be words.
    let has_digits = word.contains(|letter: char| letter.is_ascii_digit());
    match word.parse() {
        Ok(number) if has_digits => visitor.visit_f64(number),
        _ => visitor.visit_string(word),
    }
}

impl<'de> Deserializer<'de> for SettingValue {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            SettingValue::Text(text) => visitor.visit_string(text),
            SettingValue::Untyped(word) => visit_untyped(word, visitor),
            SettingValue::Integer(number) => visitor.visit_i64(number),
            SettingValue::Float(number) => visitor.visit_f64(number),
            SettingValue::Boolean(truth) => visitor.visit_bool(truth),
            SettingValue::List(values) => SeqDeserializer::new(values.into_iter()).deserialize_any(visitor),
            SettingValue::Table(table) => MapDeserializer::new(table.into_iter()).deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            SettingValue::Untyped(word) => visitor.visit_string(word),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            SettingValue::Text(text) | SettingValue::Untyped(text) => visitor.visit_enum(text.into_deserializer()),
            SettingValue::Table(table) => MapAccessDeserializer::new(MapDeserializer::new(table.into_iter()))
                .deserialize_enum(name, variants, visitor),
            SettingValue::Integer(number) => Err(no_variant(Unexpected::Signed(number))),
            SettingValue::Float(number) => Err(no_variant(Unexpected::Float(number))),
            SettingValue::Boolean(truth) => Err(no_variant(Unexpected::Bool(truth))),
            SettingValue::List(_) => Err(no_variant(Unexpected::Seq)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for SettingValue {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
