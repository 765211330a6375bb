//! The options of one cache, and the name of its store.

use super::did_you_mean::{nearest, suggestion};
use super::environment::Environment;
use super::options::Options;
use super::tables::Table;
use crate::{Error, Result};

/// One cache of the configuration.
#[derive(Debug)]
pub(crate) struct CacheConfig {
    /// The name of the store: `sqlite`, `redis`, `none`, or one that was registered.
    pub(crate) kind: String,
    pub(crate) options: Options,
}

impl CacheConfig {
    /// Reads the table of the default cache.
    pub(super) fn of_default(table: Table, environment: &Environment<'_>) -> Result<Self> {
        CacheConfig::read(table, "write `type = \"sqlite\"`, \"none\" or a registered name", environment)
    }

    /// Reads the table of a named cache.
    pub(super) fn of_named(name: &str, table: Table, environment: &Environment<'_>) -> Result<Self> {
        let hint = match nearest(name, ["pragmas"]) {
            Some(_) => "did you mean the table `pragmas`?",
            None => "a table inside a cache is another cache, with a `type` of its own",
        };
        CacheConfig::read(table, hint, environment)
    }

    /// The error for a store that does not exist.
    pub(crate) fn unknown_kind<'a>(&self, known: impl IntoIterator<Item = &'a str> + Clone) -> Error {
        let kind = &self.kind;
        if FEATURES.contains(&&**kind) {
            let message = format!("`{kind}` needs the cargo feature `{kind}` of `cache-runtime`");
            return self.options.error("type", message);
        }
        let suggestion = suggestion(kind, known);
        let own =
            if suggestion.ends_with('?') { "" } else { ", or `register` a store of your own before the first use" };
        let message = format!("no store is named `{kind}`{suggestion}{own}");
        self.options.error("type", message)
    }

    fn read(table: Table, hint: &str, environment: &Environment<'_>) -> Result<Self> {
        if !table.settings.contains_key("type") {
            return Err(missing_type(&table, hint));
        }
        let options = Options::new(table.origin.clone(), table.expand(environment)?);
        Ok(CacheConfig { kind: options.get("type")?, options })
    }
}

/// The stores that are cargo features. If one of them is unknown, its feature is off.
const FEATURES: [&str; 2] = ["sqlite", "redis"];

fn missing_type(table: &Table, hint: &str) -> Error {
    let keys = table.settings.iter();
    let typo = nearest("type", keys.map(|(key, _)| key.as_str())).and_then(|key| table.settings.get_key_value(key));
    match typo {
        Some((key, setting)) => setting.origin.error(key, "unknown key; did you mean `type`?"),
        None => table.origin.error("type", format_args!("missing; {hint}")),
    }
}
