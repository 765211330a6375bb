//! The value of an option, and how it is read into a type.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use toml::de::DeValue;

use super::did_you_mean::suggestion;
use super::environment::Environment;
use super::interpolation::expand;
use crate::{Error, ErrorKind, Result};

/// The value of an option. It has no `Debug`, because it may be a password.
#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    /// A text from outside the document: who asks for it decides whether it is a number, a boolean or a text.
    Word(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Value>),
    Table(BTreeMap<String, Value>),
}

impl Value {
    /// Takes a value from a document.
    pub(super) fn read(value: &DeValue<'_>) -> Result<Self> {
        Ok(match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Integer(integer(number.as_str(), number.radix())?),
            DeValue::Float(number) => Value::Float(number.as_str().parse().map_err(|_| out_of_range())?),
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Array(values) => {
                Value::List(values.iter().map(|value| Value::read(value.get_ref())).collect::<Result<_>>()?)
            }
            DeValue::Table(table) => {
                let pairs =
                    table.iter().map(|(key, value)| Ok((key.get_ref().to_string(), Value::read(value.get_ref())?)));
                Value::Table(pairs.collect::<Result<_>>()?)
            }
        })
    }

    /// Puts variables into every text of the value.
    pub(super) fn expand(self, environment: &Environment<'_>) -> Result<Self> {
        Ok(match self {
            Value::Text(text) => match expand(&text, environment)? {
                Some(word) => Value::Word(word),
                None => Value::Text(text),
            },
            Value::List(values) => {
                Value::List(values.into_iter().map(|value| value.expand(environment)).collect::<Result<_>>()?)
            }
            Value::Table(table) => {
                let pairs = table.into_iter().map(|(key, value)| Ok((key, value.expand(environment)?)));
                Value::Table(pairs.collect::<Result<_>>()?)
            }
            other => other,
        })
    }

    /// Replaces this value by another; of two tables, key by key.
    pub(super) fn lay_over(&mut self, over: Value) {
        match (self, over) {
            (Value::Table(base), Value::Table(over)) => base.extend(over),
            (base, over) => *base = over,
        }
    }

    /// What a message calls it.
    fn kind(&self) -> Unexpected<'static> {
        Unexpected::Other(match self {
            Value::Text(_) | Value::Word(_) => "a string",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number with a fraction",
            Value::Boolean(_) => "a boolean",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        })
    }

    /// A number or text as text; for values that are written in several ways.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Value::Text(text) | Value::Word(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Boolean(_) | Value::List(_) | Value::Table(_) => None,
        }
    }
}

fn integer(digits: &str, radix: u32) -> Result<i64> {
    i64::from_str_radix(digits, radix).map_err(|_| out_of_range())
}

fn out_of_range() -> Error {
    Error::new(ErrorKind::Config, "the number is out of range")
}

/// Why a value is not of the type asked for. Other than serde's own, its texts show no value.
#[derive(Debug)]
pub(super) struct Mismatch(String);

impl std::error::Error for Mismatch {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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

/// The kind of what was found, without the value.
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

/// The number or boolean that a word spells, else the word.
fn visit_word<'de, V: Visitor<'de>>(word: String, visitor: V) -> Result<V::Value, Mismatch> {
    if let Ok(truth) = word.parse() {
        return visitor.visit_bool(truth);
    }
    if let Ok(number) = word.parse() {
        return visitor.visit_i64(number);
    }
    // Without a digit it is `inf` or `nan`, which are more likely meant as words.
    let has_digits = word.contains(|letter: char| letter.is_ascii_digit());
    match word.parse() {
        Ok(number) if has_digits => visitor.visit_f64(number),
        _ => visitor.visit_string(word),
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Value::Text(text) => visitor.visit_string(text),
            Value::Word(word) => visit_word(word, visitor),
            Value::Integer(number) => visitor.visit_i64(number),
            Value::Float(number) => visitor.visit_f64(number),
            Value::Boolean(truth) => visitor.visit_bool(truth),
            Value::List(values) => SeqDeserializer::new(values.into_iter()).deserialize_any(visitor),
            Value::Table(table) => MapDeserializer::new(table.into_iter()).deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Value::Word(word) => visitor.visit_string(word),
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
            Value::Text(text) | Value::Word(text) => visitor.visit_enum(text.into_deserializer()),
            Value::Table(table) => MapAccessDeserializer::new(MapDeserializer::new(table.into_iter()))
                .deserialize_enum(name, variants, visitor),
            other => Err(de::Error::invalid_type(other.kind(), &"a string or a table")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
