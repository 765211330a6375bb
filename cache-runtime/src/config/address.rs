//! Addresses: a store with its options in one line, as in `sqlite://storage/cache.sqlite3?timeout=5`.

use std::collections::BTreeMap;

use super::cache_config::CacheConfig;
use super::options::{Options, Setting};
use super::origin::Origin;
use super::redact::without_secrets;
use super::value::SettingValue;
use crate::{Error, ErrorKind, Result};

/// The options in an address that the client of Redis reads. All others are options of the cache.
const REDIS_CLIENT_OPTIONS: &[&str] = &["protocol"];
/// The same in the address of a Unix socket.
const REDIS_SOCKET_OPTIONS: &[&str] = &["db", "pass", "protocol", "user"];

/// Reads an address. Error messages show `name` instead of it, or the address without its secrets.
pub(super) fn parse(address: &str, name: Option<&str>) -> Result<CacheConfig> {
    let name = name.map_or_else(|| without_secrets(address), str::to_owned);
    cache_config(address, &name).map_err(|error| error.context(name))
}

fn cache_config(address: &str, name: &str) -> Result<CacheConfig> {
    let (scheme, rest) =
        address.split_once(':').filter(|(scheme, _)| is_scheme(scheme)).ok_or_else(|| problem(NO_SCHEME))?;
    let kind = kind(scheme);
    let values = match kind {
        "sqlite" => sqlite(rest)?,
        "none" => none(rest)?,
        "redis" => redis(address)?,
        _ => other(address)?,
    };
    let origin = Origin::Address(name.into());
    let setting = |(key, value)| (key, Setting { value, origin: origin.clone() });
    let settings = values.into_iter().map(setting).collect();
    Ok(CacheConfig { kind: kind.to_owned(), options: Options::new(origin, settings) })
}

type Values = BTreeMap<String, SettingValue>;

/// Whether this is a scheme. A single letter is a drive of Windows.
fn is_scheme(scheme: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "+-._".contains(letter);
    scheme.len() > 1 && scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.chars().all(allowed)
}

/// The store of a scheme. Redis has many schemes, for TLS, sockets, clusters and Valkey.
fn kind(scheme: &str) -> &str {
    let family = scheme.split(['+', '-']).next().unwrap_or(scheme);
    match family {
        "redis" | "rediss" | "valkey" | "valkeys" | "unix" => "redis",
        _ => scheme,
    }
}

fn sqlite(rest: &str) -> Result<Values> {
    let (path, query) = split_query(rest);
    let path = decode(path.strip_prefix("//").unwrap_or(path))?;
    if path.is_empty() {
        return Err(problem("no path; write `sqlite://storage/cache.sqlite3` or `sqlite::memory:`"));
    }
    let mut values = read_query(query)?;
    insert(&mut values, "database", SettingValue::Text(path))?;
    Ok(values)
}

fn none(rest: &str) -> Result<Values> {
    let (path, query) = split_query(rest);
    match path {
        "" | "//" => read_query(query),
        _ => Err(problem("nothing may follow `none:`; write `none:`")),
    }
}

fn redis(address: &str) -> Result<Values> {
    let (base, query) = split_query(address);
    let scheme = base.split(':').next().unwrap_or_default();
    let known = if scheme.ends_with("unix") { REDIS_SOCKET_OPTIONS } else { REDIS_CLIENT_OPTIONS };
    let (theirs, ours): (Vec<_>, Vec<_>) = pieces(query).partition(|piece| known.contains(&split_piece(piece).0));
    // The question mark is probably part of a password, so no message may show what follows it.
    if ours.iter().any(|piece| piece.contains('@')) {
        return Err(problem(STRAY_AT));
    }
    let mut values = read_query(&ours.join("&"))?;
    let url = if theirs.is_empty() { base.to_owned() } else { format!("{base}?{}", theirs.join("&")) };
    insert(&mut values, "url", SettingValue::Text(url))?;
    Ok(values)
}

fn other(address: &str) -> Result<Values> {
    let (url, query) = split_query(address);
    if query.contains('@') {
        return Err(problem(STRAY_AT));
    }
    let mut values = read_query(query)?;
    // A bare `name:` is no URL: it only names the store.
    if !url.ends_with(':') {
        insert(&mut values, "url", SettingValue::Text(url.to_owned()))?;
    }
    Ok(values)
}

const NO_SCHEME: &str =
    "no scheme; write `sqlite://storage/cache.sqlite3`, `sqlite::memory:`, `redis://localhost:6379/0` or `none:`";
const BAD_PERCENT: &str = "`%` must be followed by two hexadecimal digits; write `%25` for the character itself";
const STRAY_AT: &str = "`@` follows `?`; inside a value or password write `%3F` and `%40` for them";

fn split_query(text: &str) -> (&str, &str) {
    text.split_once('?').unwrap_or((text, ""))
}

fn pieces(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|piece| !piece.is_empty())
}

fn split_piece(piece: &str) -> (&str, &str) {
    piece.split_once('=').unwrap_or((piece, ""))
}

fn read_query(query: &str) -> Result<Values> {
    let mut values = Values::new();
    for piece in pieces(query) {
        let without_value = || problem(&format!("{piece}: no value; write `{piece}=…`"));
        let (key, value) = piece.split_once('=').ok_or_else(without_value)?;
        insert(&mut values, &decode(key)?, SettingValue::Untyped(decode(value)?))?;
    }
    Ok(values)
}

/// Inserts a value under its key. `pragmas.cache_size` is the key `cache_size` in the table `pragmas`.
fn insert(values: &mut Values, key: &str, value: SettingValue) -> Result<()> {
    if let Some((table, key_within)) = key.split_once('.') {
        return match values.entry(table.to_owned()).or_insert_with(|| SettingValue::Table(Values::new())) {
            SettingValue::Table(table) => insert(table, key_within, value),
            _ => Err(duplicate(table)),
        };
    }
    match values.insert(key.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(duplicate(key)),
    }
}

/// Replaces `%20` by a space, and so on. A `+` is a plus sign.
fn decode(text: &str) -> Result<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let digits = piece.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).ok_or_else(|| problem(BAD_PERCENT))?;
        bytes.push(byte);
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).map_err(|_| problem("the characters written with `%` are not valid UTF-8"))
}

fn duplicate(key: &str) -> Error {
    problem(&format!("{key}: given twice; write it once"))
}

fn problem(message: &str) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests;
