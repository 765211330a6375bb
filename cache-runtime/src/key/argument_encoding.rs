//! A value as canonical text: distinct values give distinct texts, the same in every build and on every platform.
//!
//! It looks like Rust: `Point{x:1i32,y:-2i32}`, `Some("a")`, `[1u8,2u8]`. Numbers have their type, maps are sorted, and
//! all NaNs are the same.

use std::cell::RefCell;
use std::fmt::{self, Display, Write};

use serde::Serialize;

use crate::codec::data_model::{DataKind, Form, PartLabel};
use crate::codec::shape::walk::{self, Content, FieldNames, Listener, WalkEnd, Walked};

/// Appends `value` to `out`.
///
/// # Errors
///
/// The error of the value's `Serialize`.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut String) -> Result<Written, WalkEnd> {
    let text = RefCell::new(CanonicalText { out, is_first: true, maps: Vec::new(), incomplete: None });
    walk::walk(value, Form::Readable, Writer { text: &text, opened: DataKind::Unit })?;
    Ok(Written { incomplete: text.into_inner().incomplete })
}

/// What was found while a value was written.
pub(super) struct Written {
    /// The name of a struct in it that has fields which serde never sees.
    pub(super) incomplete: Option<&'static str>,
}

struct CanonicalText<'a> {
    out: &'a mut String,
    /// Whether the next part is the first one of its value.
    is_first: bool,
    /// For each map that is open, where its entries and their values begin.
    maps: Vec<Vec<(usize, usize)>>,
    incomplete: Option<&'static str>,
}

impl CanonicalText<'_> {
    fn put(&mut self, text: impl Display) {
        let _ = write!(self.out, "{text}");
    }

    fn put_number(&mut self, kind: DataKind, number: i128) {
        match kind {
            DataKind::Bool => return self.put(number == 1),
            DataKind::F32 => self.put(format_args!("{:?}", f32::from_bits(number as u32))),
            DataKind::F64 => self.put(format_args!("{:?}", f64::from_bits(number as u64))),
            DataKind::U128 => self.put(number.cast_unsigned()),
            _ => self.put(number),
        }
        let end = self.out.len();
        self.put(format_args!("{kind:?}"));
        self.out[end..].make_ascii_lowercase();
    }

    /// Sorts the entries of a map, because a `HashMap` has another order in every process.
    fn sort_last_map(&mut self) {
        let starts = self.maps.pop().unwrap_or_default();
        let Some(&(start, _)) = starts.first() else { return };
        let ends = starts.iter().skip(1).map(|(next, _)| next - 1).chain([self.out.len()]);
        let entries =
            starts.iter().zip(ends).map(|((key, value), end)| (&self.out[*key..*value], &self.out[*value..end]));
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        let sorted: Vec<_> = entries.into_iter().map(|(key, value)| [key, value].concat()).collect();
        self.out.truncate(start);
        self.out.push_str(&sorted.join(","));
    }
}

/// Escapes `"`, and `\` as well, or else a text that ends in it would seem to go on.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            self.0.push_str(if matches!(char, '"' | '\\') { "\\" } else { "" });
            self.0.push(char);
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Writer<'a, 'out> {
    text: &'a RefCell<CanonicalText<'out>>,
    /// The kind of the value whose parts are written here.
    opened: DataKind,
}

impl Listener for Writer<'_, '_> {
    const NEEDS_ALL_ITEMS: bool = true;

    fn leaf(self, kind: DataKind, content: Content<'_>) -> Walked {
        let mut text = self.text.borrow_mut();
        match (content, kind) {
            (Content::Number(number), _) => text.put_number(kind, number),
            (Content::Text(char), DataKind::Char) => text.put(format_args!("'{char}'")),
            (Content::Text(it), _) => {
                text.put('"');
                let _ = write!(Escaped(text.out), "{it}");
                text.put('"');
            }
            (Content::Bytes(bytes), _) => {
                text.put("b\"");
                bytes.iter().for_each(|byte| text.put(format_args!("{byte:02x}")));
                text.put('"');
            }
            (Content::Nothing, DataKind::Option) => text.put("None"),
            (Content::Nothing, DataKind::UnitStruct(name)) => text.put(name),
            (Content::Nothing, DataKind::UnitVariant) => {}
            (Content::Nothing, _) => text.put("()"),
        }
        Ok(())
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        let mut text = self.text.borrow_mut();
        match kind {
            DataKind::Option => text.put("Some("),
            DataKind::Newtype(name) | DataKind::TupleStruct(name, _) => text.put(format_args!("{name}(")),
            DataKind::Struct(name) => text.put(format_args!("{name}{{")),
            DataKind::Enum(name) => text.put(name),
            DataKind::Seq => text.put('['),
            DataKind::Map => {
                text.put('{');
                text.maps.push(Vec::new());
            }
            DataKind::StructVariant => text.put('{'),
            _ => text.put('('),
        }
        text.is_first = true;
        Ok(Writer { opened: kind, ..self })
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        let text = &mut *self.text.borrow_mut();
        let is_value = self.opened == DataKind::Map && label.index == 1;
        let is_variant = matches!(self.opened, DataKind::Enum(_));
        if !std::mem::replace(&mut text.is_first, false) && !is_value {
            text.put(',');
        }
        let end = text.out.len();
        match (text.maps.last_mut(), label.name.filter(|name| !name.is_empty())) {
            (Some(entries), _) if is_value => {
                text.out.push(':');
                entries.last_mut().into_iter().for_each(|(_, value)| *value = end);
            }
            (Some(entries), _) if self.opened == DataKind::Map => entries.push((end, end)),
            (_, name) if is_variant => text.put(format_args!("::{}", name.unwrap_or_default())),
            (_, Some(name)) => text.put(format_args!("{name}:")),
            (_, None) => {}
        }
        Ok(self)
    }

    fn close(self, fields: FieldNames) -> Walked {
        let mut text = self.text.borrow_mut();
        if let DataKind::Struct(name) | DataKind::TupleStruct(name, _) = self.opened
            && fields.hides_some
        {
            text.incomplete = Some(name);
        }
        if self.opened == DataKind::Map {
            text.sort_last_map();
        }
        text.put(match self.opened {
            DataKind::Seq => ']',
            DataKind::Map | DataKind::Struct(_) | DataKind::StructVariant => '}',
            _ => ')',
        });
        text.is_first = false;
        Ok(())
    }
}
