//! Keys: how they are made, and how they are written in the store.
//!
//! These never share a key in the store, whatever characters are in them:
//!
//! | key | text in the store |
//! |---|---|
//! | a plain key | the key itself; one that begins with `@` gets `@/` in front |
//! | a key in a namespace | `@name/` and then the key, with `%` and `/` percent-encoded in the name |
//! | a tag's own entry | the namespace, `@/#` and the tag |
//! | a count of a limit | the namespace, `@/!{`, 32 hexadecimal digits of who is limited, `}`, the rule and the name |
//! | a key over 250 bytes | its start, `~`, and 32 hexadecimal digits of a hash of all of it |
//!
//! A key template of an annotated function with a version or with type arguments begins with `#version<types>#`.

mod argument_encoding;
mod function_path;
mod identity;
mod who;

use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{Display, Write};
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::FixedState;
use serde::Serialize;
use sha2::{Digest, Sha256};

use self::argument_encoding::Written;
pub use self::function_path::FunctionPath;
pub(crate) use self::who::{WhoDigest, WhoHash};

use crate::{Error, ErrorKind, Result};

/// The length of the longest key in a store. memcached allows no more, and so all stores can keep the same keys.
const MAX_LEN: usize = 250;

/// The length of the longest name of a namespace, encoded. Three such namespaces leave room for a key.
const MAX_NAMESPACE: usize = 60;

/// The length of the end of a shortened key: `~` and a 128-bit hash in hexadecimal digits.
const DIGEST_LEN: usize = 1 + 32;

/// The key as it is written in the store.
///
/// # Errors
///
/// [`ErrorKind::Key`] if it or a name of the namespace is empty.
pub(crate) fn stored<'a>(namespace: &str, key: &'a str) -> Result<Cow<'a, str>> {
    if key.is_empty() {
        return Err(Error::new(ErrorKind::Key, "the key is empty; write at least one character"));
    }
    check_namespace(namespace)?;
    let escape = if key.starts_with('@') { "@/" } else { "" };
    let text = if namespace.is_empty() && escape.is_empty() {
        Cow::Borrowed(key)
    } else {
        Cow::Owned([namespace, escape, key].concat())
    };
    Ok(shortened(text, namespace.len(), MAX_LEN))
}

/// The key of a tag's own entry, as it is written in the store.
///
/// # Errors
///
/// [`ErrorKind::Key`] if the tag or a name of the namespace is empty.
pub(crate) fn of_tag(namespace: &str, tag: &str) -> Result<String> {
    if tag.is_empty() {
        return Err(Error::new(ErrorKind::Key, "the tag is empty; write at least one character"));
    }
    check_namespace(namespace)?;
    let text = Cow::Owned([namespace, "@/#", tag].concat());
    Ok(shortened(text, namespace.len(), MAX_LEN).into_owned())
}

/// The key of a count of a limit, as it is written in the store.
///
/// `rule` tells apart what one name counts. All counts of one digest are in one slot of a Redis cluster.
pub(crate) fn of_limit(namespace: &str, digest: &WhoDigest, rule: impl Display, name: &str) -> String {
    let mut text = String::with_capacity(namespace.len() + name.len() + 64);
    let _ = write!(text, "{namespace}@/!{{{:032x}}}{rule}:{name}", u128::from_be_bytes(*digest));
    shortened(Cow::Owned(text), namespace.len(), MAX_LEN).into_owned()
}

/// The start of the keys in the namespace `name` inside `outer`.
pub(crate) fn namespace(outer: &str, name: &str) -> String {
    let mut text = format!("{outer}@");
    let start = text.len();
    escape(name, '%', &['%', '/'], &mut text);
    if text.len() == start {
        text.push('%'); // The empty name, for `check_namespace`. No other name is encoded so.
    }
    let mut text = match shortened(Cow::Borrowed(&text[start..]), 0, MAX_NAMESPACE) {
        Cow::Owned(short) => format!("{}{short}", &text[..start]),
        Cow::Borrowed(_) => text,
    };
    text.push('/');
    text
}

/// Refuses a namespace with an empty name: a name that was not set would put all tenants into one.
///
/// # Errors
///
/// [`ErrorKind::Key`] if a name of it is empty.
pub(crate) fn check_namespace(namespace: &str) -> Result<()> {
    if namespace.contains("%/") {
        let message = "the name of a namespace is empty; write at least one character";
        return Err(Error::new(ErrorKind::Key, message));
    }
    Ok(())
}

/// A key in a message. Line breaks and other control characters are escaped, so that a key cannot forge a line of the log.
pub(crate) fn shown(key: &str) -> impl Display {
    key.chars().fold(String::with_capacity(key.len()), |mut shown, char| {
        if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
        shown
    })
}

/// Replaces the end of a long key by a hash of all of it. The first `keep` bytes stay, so that `clear` finds the key.
fn shortened(text: Cow<'_, str>, keep: usize, max_len: usize) -> Cow<'_, str> {
    if text.len() <= max_len && !looks_shortened(&text, max_len) {
        return text;
    }
    let room = (max_len - DIGEST_LEN).max(keep);
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let mut short = text[..end].to_owned();
    short.push('~');
    for byte in &Sha256::digest(text.as_bytes())[..16] {
        let _ = write!(short, "{byte:02x}");
    }
    Cow::Owned(short)
}

/// Whether a key that is short enough looks like a shortened one. Then it must be shortened as well.
fn looks_shortened(text: &str, max_len: usize) -> bool {
    let longest_char = 4;
    text.len() > max_len - longest_char && {
        let tail = &text.as_bytes()[text.len() - DIGEST_LEN..];
        tail[0] == b'~' && tail[1..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// Appends `text` with the characters in `special` percent-encoded, with `sign` in place of `%`.
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

/// What a placeholder can stand for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in a key or a tag, because it is not `Display`",
    label = "a placeholder in this text stands for a value of type `{Self}`",
    note = "use a field of it, as in `{{user.id}}`, or implement `Display`; a type parameter needs `std::fmt::Display`",
    note = "without `key`, an argument need only be `serde::Serialize`, as an `Option` or a list is"
)]
pub trait KeyText: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> KeyText for T {}

/// What an argument of a default key can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of the key, because it is not `serde::Serialize`",
    label = "if the result does not depend on it, write `skip(…)` with the name of this argument",
    note = "or derive `serde::Serialize` for it, or write a `key` that names what the result depends on",
    note = "a type parameter needs `serde::Serialize`",
    note = "`Arc` and `Rc` are `Serialize` with serde's feature `rc`"
)]
pub trait KeyArgument: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> KeyArgument for T {}

/// A type argument of an annotated function, as part of its key.
pub enum TypeArgument<'a> {
    /// A type.
    Type {
        /// Its name.
        name: &'static str,
        /// Which type has that name.
        id: TypeId,
    },
    /// The value of a const generic.
    Const(&'a dyn Display),
}

impl TypeArgument<'_> {
    /// The type `T`.
    pub fn of<T: ?Sized>() -> Self {
        TypeArgument::Type { name: type_name::<T>(), id: typeid::of::<T>() }
    }

    /// The type of a value.
    pub fn of_val<T: ?Sized>(_: &T) -> Self {
        TypeArgument::of::<T>()
    }

    /// Its text, if no other type has that.
    fn text(&self) -> Result<String> {
        match self {
            TypeArgument::Const(value) => display(value),
            // A closure has no name, so its key is another one in each build.
            TypeArgument::Type { name, id } if name.contains("{{closure}}") => {
                Ok(format!("{name}:{:016x}", FixedState::default().hash_one(id)))
            }
            TypeArgument::Type { name, id } if identity::belongs(name, *id) => Ok((*name).to_owned()),
            TypeArgument::Type { name, .. } => Err(Error::new(
                ErrorKind::Key,
                format!("two types are named `{name}`, so a key cannot tell them apart: rename one of them"),
            )),
        }
    }
}

/// The key of an annotated function with a template: `pieces[0] values[0] pieces[1] … pieces[n]`.
///
/// With two placeholders or more, `%` and the first character of each text between two placeholders are
/// percent-encoded inside the values, so that distinct values give distinct keys. If such a text begins with `%`,
/// another sign replaces `%` in the encoding. `types` are the function's own type arguments; those of its surroundings
/// are in `path`.
///
/// # Errors
///
/// [`ErrorKind::Key`] if a value's `Display` fails, or two types of one name are in keys.
pub fn template_key(
    pieces: &[&str],
    values: &[&dyn KeyText],
    version: Option<&dyn Display>,
    path: FunctionPath,
    types: &[TypeArgument<'_>],
) -> Result<String> {
    let around = path.surroundings();
    if around.is_some() {
        path.check((path.path(), pieces))?;
    }
    let mut key = qualifier(version, around, types)?;
    fill(pieces, values, &mut key)?;
    Ok(key)
}

/// A text of pieces and values, as in [`template_key`] without the rest: a tag, and the key of a function that is not generic.
///
/// # Errors
///
/// [`ErrorKind::Key`] if a value's `Display` fails.
pub fn template_text(pieces: &[&str], values: &[&dyn KeyText]) -> Result<String> {
    let mut text = String::new();
    fill(pieces, values, &mut text)?;
    Ok(text)
}

fn fill(pieces: &[&str], values: &[&dyn KeyText], key: &mut String) -> Result<()> {
    let (sign, special) = separators(pieces);
    key.push_str(pieces[0]);
    for (value, piece) in values.iter().zip(&pieces[1..]) {
        if values.len() == 1 {
            write!(key, "{value}").map_err(|_| unwritable())?;
        } else {
            escape(&display(value)?, sign, &special, key);
        }
        key.push_str(piece);
    }
    Ok(())
}

/// The sign of the percent-encoding, and the characters that are encoded.
fn separators(pieces: &[&str]) -> (char, Vec<char>) {
    let between = pieces.get(1..pieces.len() - 1).unwrap_or_default();
    let mut special: Vec<char> = between.iter().filter_map(|piece| piece.chars().next()).collect();
    // Otherwise a value could end with the start of the separator, and two values could be split elsewhere.
    let mut signs = std::iter::once('%').chain('!'..);
    let sign = signs.find(|sign| !special.contains(sign)).unwrap_or('%');
    special.push(sign);
    (sign, special)
}

/// The prefix of a key with a version or with type arguments; empty without them.
fn qualifier(version: Option<&dyn Display>, around: Option<&str>, types: &[TypeArgument<'_>]) -> Result<String> {
    let mut text = String::new();
    let around = around.map(|around| Ok(around.to_owned()));
    let types: Vec<String> = around.into_iter().chain(types.iter().map(TypeArgument::text)).collect::<Result<_>>()?;
    if version.is_none() && types.is_empty() {
        return Ok(text);
    }
    text.push('#');
    if let Some(version) = version {
        escape(&display(version)?, '%', &['%', '#', '<'], &mut text);
    }
    if !types.is_empty() {
        text.push('<');
        for (at, name) in types.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "|" });
            escape(name, '%', &['%', '#', '|'], &mut text);
        }
        text.push('>');
    }
    text.push('#');
    Ok(text)
}

fn display(value: &dyn Display) -> Result<String> {
    let mut text = String::new();
    write!(text, "{value}").map_err(|_| unwritable())?;
    Ok(text)
}

fn unwritable() -> Error {
    Error::new(ErrorKind::Key, "an argument in the key cannot be written, because its `Display` returned an error")
}

/// The key of an annotated function without a template: the function's path with all type arguments, then its arguments
/// by name in a canonical form, as in `shop::report<u8>(year=2024u16,region="eu")`.
#[derive(Debug)]
pub struct DefaultKey {
    text: Result<String>,
    /// The length of the function's path, with which the text begins.
    path: usize,
    first: bool,
}

impl DefaultKey {
    /// Starts a key with the version and the function's path. `line` and `column` are where the function is written.
    pub fn new(path: FunctionPath, version: Option<&dyn Display>, line: u32, column: u32) -> Self {
        let text = qualifier(version, None, &[]).and_then(|mut text| {
            text.push_str(path.path());
            if path.is_ambiguous() {
                let _ = write!(text, "@{line}:{column}");
            }
            path.check(&text)?;
            Ok(text)
        });
        let path = text.as_ref().map_or(0, String::len);
        DefaultKey { text: text.map(|text| text + "("), path, first: true }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg<T: KeyArgument + ?Sized>(mut self, name: &str, value: &T) -> Self {
        let written = self.text.as_mut().map(|text| {
            text.push_str(if self.first { "" } else { "," });
            text.push_str(name);
            text.push('=');
            argument_encoding::write(value, text)
        });
        match written {
            Ok(Ok(Written { incomplete: Some(hiding) })) => self.warn_of_hidden_fields(name, hiding),
            Ok(Err(error)) => {
                self.text = Err(Error::new(
                    ErrorKind::Key,
                    format!("argument `{name}` cannot be part of the key: {error}; skip it, or write a `key`"),
                ));
            }
            _ => {}
        }
        self.first = false;
        self
    }

    /// Warns, once, that calls may share a value though their arguments differ.
    fn warn_of_hidden_fields(&self, argument: &str, hiding: &str) {
        static WARNED: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());
        let function = self.text.as_ref().map_or("", |text| &text[..self.path]);
        let name = FixedState::default().hash_one((function, argument));
        if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(name) {
            tracing::warn!(
                "cache: the key of `{function}` leaves out fields of `{hiding}` in the argument `{argument}`, which serde \
                 skips, so calls that differ only in them share a value: write a `key` that names what matters, or \
                 `skip({argument})`"
            );
        }
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
