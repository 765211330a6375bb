//! A configuration file: which of its tables are caches, and on which lines they are.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::did_you_mean::nearest;
use super::environment::{self, Environment};
use super::options::Setting;
use super::origin::{Origin, file_line};
use super::tables::{Caches, Table};
use super::value::SettingValue;
use crate::{Error, ErrorKind, Result};

/// A parsed configuration file. It may have other tables, too.
pub(super) struct Document<'a> {
    file: Option<Arc<str>>,
    text: &'a str,
    root: DeTable<'a>,
}

type Pair<'a> = (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>);

impl<'a> Document<'a> {
    pub(super) fn parse(text: &'a str, file: Option<&str>) -> Result<Self> {
        let mut document = Document { file: file.map(Arc::from), text, root: DeTable::new() };
        match DeTable::parse(text) {
            Ok(root) => document.root = root.into_inner(),
            // Only the message: the error itself displays the line, which may hold a password.
            Err(error) => return Err(document.error(&error.span().unwrap_or_default(), error.message())),
        }
        Ok(document)
    }

    /// The caches of an environment: `[cache]` with `[prod.cache]` laid over it.
    pub(super) fn caches(&self, name: &str, environment: &Environment<'_>) -> Result<Caches> {
        let base = self.caches_of(&self.root, "cache")?;
        let mut over = None;
        for name in environment::names(name) {
            let Some(table) = self.root.get(name).and_then(|value| value.get_ref().as_table()) else { continue };
            over = self.caches_of(table, &format!("{name}.cache"))?;
            if over.is_some() {
                break;
            }
            self.refuse_misspelt_table(table, &format!("{name}."))?;
        }
        if base.is_none() && over.is_none() {
            self.refuse_misspelt_table(&self.root, "")?;
        }
        let mut caches = base.unwrap_or_default();
        caches.lay_over(over.unwrap_or_default(), environment);
        Ok(caches)
    }

    /// The environments that have a table of caches.
    pub(super) fn environments(&self) -> Vec<String> {
        let tables = self.root.iter().filter(|(name, value)| {
            let table = value.get_ref().as_table().filter(|_| name.get_ref() != "cache");
            table.and_then(|table| table.get("cache")).is_some_and(|caches| caches.get_ref().is_table())
        });
        tables.map(|(name, _)| name.get_ref().to_string()).collect()
    }

    /// The caches in the table `cache` of a parent; `path` is the full name of that table.
    fn caches_of(&self, parent: &DeTable<'_>, path: &str) -> Result<Option<Caches>> {
        let Some((key, value)) = parent.get_key_value("cache") else { return Ok(None) };
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("{path}: expected a table; write `[{path}]`, and under it `type = \"sqlite\"`");
            return Err(self.error(&key.span(), message));
        };
        let (named, own): (Vec<Pair<'_>>, Vec<Pair<'_>>) = table.iter().partition(is_named_cache);
        let default = self.table(key, path, own)?;
        let mut caches = Caches { default: (!default.settings.is_empty()).then_some(default), ..Caches::default() };
        for (key, value) in named {
            let pairs = value.get_ref().as_table().into_iter().flatten();
            let table = self.table(key, &format!("{path}.{}", key.get_ref()), pairs)?;
            caches.named.insert(key.get_ref().to_string(), table);
        }
        Ok(Some(caches))
    }

    fn table<'t>(
        &self,
        key: &Spanned<DeString<'_>>,
        path: &str,
        pairs: impl IntoIterator<Item = Pair<'t>>,
    ) -> Result<Table> {
        let settings = pairs.into_iter().map(|(key, value)| {
            let origin = self.origin(key, path);
            let value = SettingValue::read(value.get_ref()).map_err(|error| origin.error(key.get_ref(), error))?;
            Ok((key.get_ref().to_string(), Setting { value, origin }))
        });
        Ok(Table { origin: self.origin(key, path), settings: settings.collect::<Result<_>>()? })
    }

    /// An error if a table is named almost `cache`.
    fn refuse_misspelt_table(&self, parent: &DeTable<'_>, prefix: &str) -> Result<()> {
        let tables = parent.iter().filter(|(_, value)| value.get_ref().is_table());
        let mut misspelt = tables.filter(|(key, _)| nearest(key.get_ref(), ["cache"]).is_some());
        let Some((key, _)) = misspelt.next() else { return Ok(()) };
        let message = format!("[{prefix}{}]: unknown table; did you mean `[{prefix}cache]`?", key.get_ref());
        Err(self.error(&key.span(), message))
    }

    fn origin(&self, key: &Spanned<DeString<'_>>, table: &str) -> Origin {
        Origin::Table { file: self.file.clone(), line: self.line(&key.span()), table: table.into() }
    }

    fn error(&self, span: &Range<usize>, message: impl fmt::Display) -> Error {
        let line = file_line(self.file.as_deref(), self.line(span));
        Error::new(ErrorKind::Config, format!("{line}: {message}"))
    }

    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }
}

/// Whether this is a named cache: a table in the table of a cache, except the pragmas of SQLite.
fn is_named_cache((key, value): &Pair<'_>) -> bool {
    let table = value.get_ref().as_table();
    table.is_some_and(|table| key.get_ref() != "pragmas" || table.contains_key("type"))
}
