//! The names of entries: how a key is made of its parts, and how it stands in the store.
//!
//! Three forms of text never share a key in the store, whatever characters are in them:
//!
//! | form | text in the store |
//! |---|---|
//! | a plain key | itself; one that begins with `@` gets `@/` in front |
//! | a key in a namespace | `@name/` and the key's own form, with `%` and `/` in the name in percent form |
//! | a tag's own entry | the namespace, `@/#` and the tag |
//! | a key over 250 bytes | its start, `~`, and 32 hexadecimal digits of the hash of all of it |
//!
//! A key template of an annotated function with a version or with type arguments begins with `#version<types>#`.

mod canonical;
mod function_path;

use std::borrow::Cow;
use std::fmt::{Display, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use self::function_path::FunctionPath;

use crate::{Error, ErrorKind, Result};

/// No key in a store is longer. It is what memcached allows, so that all stores can keep the same keys.
const MAX_LEN: usize = 250;

/// Nor is the name of a namespace, in its own form; so three of them leave room for a key.
const MAX_NAMESPACE: usize = 60;

/// What ends a shortened key: `~` and a 128-bit hash in hexadecimal digits.
const DIGEST_LEN: usize = 1 + 32;

/// The key as it stands in the store.
///
/// # Errors
///
/// [`ErrorKind::Key`] if it is empty.
pub(crate) fn stored<'a>(namespace: &str, key: &'a str) -> Result<Cow<'a, str>> {
    if key.is_empty() {
        return Err(Error::new(ErrorKind::Key, "the key is empty; a key is a text of at least one character"));
    }
    let escape = if key.starts_with('@') { "@/" } else { "" };
    let text = if namespace.is_empty() && escape.is_empty() {
        Cow::Borrowed(key)
    } else {
        Cow::Owned([namespace, escape, key].concat())
    };
    Ok(shortened(text, namespace.len(), MAX_LEN))
}

/// The key of a tag's own entry, as it stands in the store.
///
/// # Errors
///
/// [`ErrorKind::Key`] if the tag is empty.
pub(crate) fn of_tag(namespace: &str, tag: &str) -> Result<String> {
    if tag.is_empty() {
        return Err(Error::new(ErrorKind::Key, "the tag is empty; a tag is a text of at least one character"));
    }
    let text = Cow::Owned([namespace, "@/#", tag].concat());
    Ok(shortened(text, namespace.len(), MAX_LEN).into_owned())
}

/// The namespace `name` inside of `outer`, as the start of its keys.
pub(crate) fn namespace(outer: &str, name: &str) -> String {
    let mut text = format!("{outer}@");
    let start = text.len();
    escape(name, '%', &['%', '/'], &mut text);
    if text.len() == start {
        text.push('%'); // The empty name: no other name is written so, and `@/` has another meaning.
    }
    let mut text = match shortened(Cow::Borrowed(&text[start..]), 0, MAX_NAMESPACE) {
        Cow::Owned(short) => format!("{}{short}", &text[..start]),
        Cow::Borrowed(_) => text,
    };
    text.push('/');
    text
}

/// Replaces the end of a long key by the hash of all of it. The first `keep` bytes stay, for `clear` to find.
fn shortened(text: Cow<'_, str>, keep: usize, most: usize) -> Cow<'_, str> {
    if text.len() <= most && !looks_shortened(&text, most) {
        return text;
    }
    let room = (most - DIGEST_LEN).max(keep);
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let mut short = text[..end].to_owned();
    short.push('~');
    for byte in &Sha256::digest(text.as_bytes())[..16] {
        let _ = write!(short, "{byte:02x}");
    }
    Cow::Owned(short)
}

/// Whether a key that is short enough could be mistaken for a shortened one; then it is shortened as well.
fn looks_shortened(text: &str, most: usize) -> bool {
    let longest_char = 4;
    text.len() > most - longest_char && {
        let tail = &text.as_bytes()[text.len() - DIGEST_LEN..];
        tail[0] == b'~' && tail[1..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// Writes `text` with the characters `special` in percent form, in which `sign` stands for `%`.
fn escape(text: &str, sign: char, special: &[char], out: &mut String) {
    for char in text.chars() {
        if special.contains(&char) {
            let mut bytes = [0; 4];
            for byte in char.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "{sign}{byte:02X}");
            }
        } else {
            out.push(char);
        }
    }
}

/// The key of an annotated function with a template: `pieces[0] values[0] pieces[1] … pieces[n]`.
///
/// With two placeholders or more, `%` and the first character of each text between two of them are written in
/// percent form inside the values, so that distinct values give distinct keys. Where such a text itself begins with
/// `%`, another sign stands for it in that form. `types` are the
/// function's own type arguments; those of what it stands in are the path's.
///
/// # Errors
///
/// [`ErrorKind::Key`] if a value's `Display` fails.
pub fn template_key(
    pieces: &[&str],
    values: &[&dyn Display],
    version: Option<&dyn Display>,
    path: FunctionPath,
    types: &[&dyn Display],
) -> Result<String> {
    let mut key = qualifier(version, path.surroundings(), types)?;
    fill(pieces, values, &mut key)?;
    Ok(key)
}

/// A tag of an annotated function, made as a key is of its pieces and the values between them.
///
/// # Errors
///
/// [`ErrorKind::Key`] if a value's `Display` fails.
pub fn tag(pieces: &[&str], values: &[&dyn Display]) -> Result<String> {
    let mut tag = String::new();
    fill(pieces, values, &mut tag)?;
    Ok(tag)
}

fn fill(pieces: &[&str], values: &[&dyn Display], key: &mut String) -> Result<()> {
    let (sign, special) = separators(pieces);
    key.push_str(pieces[0]);
    for (value, piece) in values.iter().zip(&pieces[1..]) {
        if values.len() == 1 {
            write!(key, "{value}").map_err(|_| unwritable())?;
        } else {
            escape(&shown(*value)?, sign, &special, key);
        }
        key.push_str(piece);
    }
    Ok(())
}

/// The sign of the percent form, and the characters that are written in it.
fn separators(pieces: &[&str]) -> (char, Vec<char>) {
    let between = pieces.get(1..pieces.len() - 1).unwrap_or_default();
    let mut special: Vec<char> = between.iter().filter_map(|piece| piece.chars().next()).collect();
    // A value must not end in a way that the separator goes on with.
    let mut signs = std::iter::once('%').chain('!'..);
    let sign = signs.find(|sign| !special.contains(sign)).unwrap_or('%');
    special.push(sign);
    (sign, special)
}

/// What stands in front of a key with a version or with types; empty without.
fn qualifier(version: Option<&dyn Display>, around: Option<&str>, types: &[&dyn Display]) -> Result<String> {
    let mut text = String::new();
    let around = around.as_ref().map(|around| around as &dyn Display);
    let types: Vec<&dyn Display> = around.into_iter().chain(types.iter().copied()).collect();
    if version.is_none() && types.is_empty() {
        return Ok(text);
    }
    text.push('#');
    if let Some(version) = version {
        escape(&shown(version)?, '%', &['%', '#', '<'], &mut text);
    }
    if !types.is_empty() {
        text.push('<');
        for (at, name) in types.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "|" });
            escape(&shown(*name)?, '%', &['%', '#', '|'], &mut text);
        }
        text.push('>');
    }
    text.push('#');
    Ok(text)
}

fn shown(value: &dyn Display) -> Result<String> {
    let mut text = String::new();
    write!(text, "{value}").map_err(|_| unwritable())?;
    Ok(text)
}

fn unwritable() -> Error {
    Error::new(ErrorKind::Key, "a part of the key cannot be written: its `Display` returned an error")
}

/// The key of an annotated function without a template: the function's path with all type arguments, then its arguments
/// by name in a canonical form, as in `shop::report<u8>(year=2024u16,region="eu")`.
#[derive(Debug)]
pub struct DefaultKey {
    text: Result<String>,
    first: bool,
}

impl DefaultKey {
    /// Begins with the version and the function's path. `line` and `column` are where it is written.
    pub fn new(path: FunctionPath, version: Option<&dyn Display>, line: u32, column: u32) -> Self {
        let text = qualifier(version, None, &[]).map(|mut text| {
            text.push_str(path.path());
            if path.is_ambiguous() {
                let _ = write!(text, "@{line}:{column}");
            }
            text.push('(');
            text
        });
        DefaultKey { text, first: true }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        let written = self.text.as_mut().map(|text| {
            text.push_str(if self.first { "" } else { "," });
            text.push_str(name);
            text.push('=');
            canonical::write(value, text)
        });
        if let Ok(Err(error)) = written {
            self.text = Err(Error::new(ErrorKind::Key, format!("argument `{name}` cannot be written: {error}")));
        }
        self.first = false;
        self
    }

    /// The key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`] if serde could not write an argument.
    pub fn finish(self) -> Result<String> {
        self.text.map(|text| text + ")")
    }
}

#[cfg(test)]
mod tests;
