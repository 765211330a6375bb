//! A value as text, so that distinct values are distinct texts in every build and on every platform.
//!
//! It looks like Rust: `Point{x:1i32,y:-2i32}`, `Some("a")`, `[1u8,2u8]`. Integers and floats carry their type, maps are
//! sorted, all NaNs are one.

use std::fmt::{Display, Write};

use serde::ser::{self, Serialize};

/// Appends `value` to `out`.
///
/// # Errors
///
/// If the value's `Serialize` fails: what it said.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut String) -> Result<()> {
    value.serialize(Canonical { out })
}

type Result<T, E = Refused> = std::result::Result<T, E>;

/// What a value's `Serialize` said when it failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(String);

impl ser::Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Refused(message.to_string())
    }
}

struct Canonical<'a> {
    out: &'a mut String,
}

impl<'a> Canonical<'a> {
    fn put(self, text: impl Display) -> Result<()> {
        let _ = write!(self.out, "{text}");
        Ok(())
    }

    fn parts(self, open: impl Display, close: &'static str) -> Parts<'a> {
        let _ = write!(self.out, "{open}");
        Parts { out: self.out, close, first: true }
    }

    fn wrapped<T: Serialize + ?Sized>(self, name: impl Display, value: &T) -> Result<()> {
        let _ = write!(self.out, "{name}(");
        write(value, self.out)?;
        self.out.push(')');
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident($kind:ty))*) => { $(
        fn $method(self, value: $kind) -> Result<()> {
            self.put(format_args!("{value:?}{}", stringify!($kind)))
        }
    )* };
}

impl<'a> ser::Serializer for Canonical<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Sorted<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    numbers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_f32(f32) serialize_f64(f64)
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.put(value)
    }
    fn serialize_char(self, value: char) -> Result<()> {
        self.put(format_args!("'{value}'"))
    }
    fn serialize_str(self, value: &str) -> Result<()> {
        self.out.push('"');
        for char in value.chars() {
            // The `\` too: else a text that ends in one seems to go on, and a variant may be called by a quote.
            if matches!(char, '"' | '\\') {
                self.out.push('\\');
            }
            self.out.push(char);
        }
        self.out.push('"');
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.out.push_str("b\"");
        for byte in value {
            let _ = write!(self.out, "{byte:02x}");
        }
        self.out.push('"');
        Ok(())
    }
    fn serialize_none(self) -> Result<()> {
        self.put("None")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        self.wrapped("Some", value)
    }
    fn serialize_unit(self) -> Result<()> {
        self.put("()")
    }
    fn serialize_unit_struct(self, name: &'static str) -> Result<()> {
        self.put(name)
    }
    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.put(format_args!("{name}::{variant}"))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<()> {
        self.wrapped(name, value)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.wrapped(format_args!("{name}::{variant}"), value)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>> {
        Ok(self.parts("[", "]"))
    }
    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>> {
        Ok(self.parts("(", ")"))
    }
    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Parts<'a>> {
        Ok(self.parts(format_args!("{name}("), ")"))
    }
    fn serialize_tuple_variant(self, name: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Parts<'a>> {
        Ok(self.parts(format_args!("{name}::{variant}("), ")"))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Sorted<'a>> {
        Ok(Sorted { out: self.out, entries: Vec::new() })
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'a>> {
        Ok(self.parts(format_args!("{name}{{"), "}"))
    }
    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>> {
        Ok(self.parts(format_args!("{name}::{variant}{{"), "}"))
    }
}

/// The parts of a sequence, a tuple or a struct, with commas between.
struct Parts<'a> {
    out: &'a mut String,
    close: &'static str,
    first: bool,
}

impl Parts<'_> {
    fn part<T: Serialize + ?Sized>(&mut self, label: &str, value: &T) -> Result<()> {
        self.out.push_str(if self.first { "" } else { "," });
        self.first = false;
        self.out.push_str(label);
        self.out.push_str(if label.is_empty() { "" } else { ":" });
        write(value, self.out)
    }
    fn close(self) -> Result<()> {
        self.out.push_str(self.close);
        Ok(())
    }
}

macro_rules! parts {
    ($($kind:ident $method:ident;)*) => { $(
        impl ser::$kind for Parts<'_> {
            type Ok = ();
            type Error = Refused;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.part("", value)
            }
            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )* };
    (named $($kind:ident;)*) => { $(
        impl ser::$kind for Parts<'_> {
            type Ok = ();
            type Error = Refused;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.part(name, value)
            }
            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )* };
}
parts! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}
parts! { named SerializeStruct; SerializeStructVariant; }

/// The entries of a map, sorted by the text of their keys: a `HashMap` has an order of its own in every process.
struct Sorted<'a> {
    out: &'a mut String,
    entries: Vec<(String, String)>,
}

impl ser::SerializeMap for Sorted<'_> {
    type Ok = ();
    type Error = Refused;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        let mut text = String::new();
        write(key, &mut text)?;
        self.entries.push((text, String::new()));
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        match self.entries.last_mut() {
            Some((_, text)) => write(value, text),
            None => Err(ser::Error::custom("a map's value came before its key")),
        }
    }
    fn end(mut self) -> Result<()> {
        self.entries.sort();
        self.out.push('{');
        for (at, (key, value)) in self.entries.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(self.out, "{comma}{key}:{value}");
        }
        self.out.push('}');
        Ok(())
    }
}
