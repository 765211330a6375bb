//! A value as canonical text: distinct values give distinct texts, the same in every build and on every platform.
//!
//! It looks like Rust: `Point{x:1i32,y:-2i32}`, `Some("a")`, `[1u8,2u8]`. Numbers have their type, maps are sorted, and
//! all NaNs are the same.

use std::fmt::{Display, Write};

use serde::ser::{self, Serialize};

/// Appends `value` to `out`.
///
/// # Errors
///
/// The error of the value's `Serialize`.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut String) -> Result<()> {
    value.serialize(CanonicalSerializer { out })
}

type Result<T, E = NotSerializable> = std::result::Result<T, E>;

/// The error of a value's `Serialize`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotSerializable(String);

impl ser::Error for NotSerializable {
    fn custom<T: Display>(message: T) -> Self {
        NotSerializable(message.to_string())
    }
}

struct CanonicalSerializer<'a> {
    out: &'a mut String,
}

impl<'a> CanonicalSerializer<'a> {
    fn put(self, text: impl Display) -> Result<()> {
        let _ = write!(self.out, "{text}");
        Ok(())
    }

    fn items(self, open: impl Display, close: &'static str) -> Items<'a> {
        let _ = write!(self.out, "{open}");
        Items { out: self.out, close, first: true }
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

impl<'a> ser::Serializer for CanonicalSerializer<'a> {
    type Ok = ();
    type Error = NotSerializable;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = SortedEntries<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Items<'a>;

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
            // `\` as well, or else a text that ends in it would seem to go on.
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
    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>> {
        Ok(self.items("[", "]"))
    }
    fn serialize_tuple(self, _: usize) -> Result<Items<'a>> {
        Ok(self.items("(", ")"))
    }
    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Items<'a>> {
        Ok(self.items(format_args!("{name}("), ")"))
    }
    fn serialize_tuple_variant(self, name: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Items<'a>> {
        Ok(self.items(format_args!("{name}::{variant}("), ")"))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<SortedEntries<'a>> {
        Ok(SortedEntries { out: self.out, entries: Vec::new() })
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Items<'a>> {
        Ok(self.items(format_args!("{name}{{"), "}"))
    }
    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>> {
        Ok(self.items(format_args!("{name}::{variant}{{"), "}"))
    }
}

/// The items of a sequence, a tuple or a struct, with commas between them.
struct Items<'a> {
    out: &'a mut String,
    close: &'static str,
    first: bool,
}

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, label: &str, value: &T) -> Result<()> {
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

macro_rules! item_serializers {
    ($($kind:ident $method:ident;)*) => { $(
        impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = NotSerializable;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item("", value)
            }
            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )* };
    (named $($kind:ident;)*) => { $(
        impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = NotSerializable;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.item(name, value)
            }
            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )* };
}
item_serializers! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}
item_serializers! { named SerializeStruct; SerializeStructVariant; }

/// The entries of a map, sorted by their text, because a `HashMap` has another order in every process.
struct SortedEntries<'a> {
    out: &'a mut String,
    entries: Vec<(String, String)>,
}

impl ser::SerializeMap for SortedEntries<'_> {
    type Ok = ();
    type Error = NotSerializable;
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
