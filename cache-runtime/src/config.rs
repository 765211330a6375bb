//! From the file, the environment and addresses to the options of each cache. It knows no store and no cache.

mod address;
mod cache_config;
mod did_you_mean;
mod document;
mod environment;
mod interpolation;
mod options;
mod origin;
mod redact;
mod source;
mod tables;
mod value;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

pub(crate) use self::cache_config::CacheConfig;
pub(crate) use self::did_you_mean::suggestion;
use self::document::Document;
use self::environment::Environment;
pub use self::options::Options;
#[cfg(feature = "redis")]
pub(crate) use self::redact::without_secrets;
pub(crate) use self::source::Source;
use crate::{Error, ErrorKind, Result};

/// The file that is read if `CACHE_CONFIG` names no other.
const DEFAULT_FILE: &str = "config/storage.toml";

/// The options of every cache of a program.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) default: Option<CacheConfig>,
    pub(crate) named: BTreeMap<String, CacheConfig>,
    pub(crate) source: Source,
}

impl Configuration {
    /// Loads `CACHE_URL`, or the file.
    pub(crate) fn load() -> Result<Self> {
        load(Path::new(DEFAULT_FILE), &Environment::of_process())
    }

    pub(crate) fn from_file(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
        from_text(&text, Some(path), &Environment::of_process())
    }

    /// Reads the text of a file that has no name.
    pub(crate) fn from_toml(text: &str) -> Result<Self> {
        from_text(text, None, &Environment::of_process())
    }

    pub(crate) fn from_address(address: &str) -> Result<Self> {
        address::parse(address, None).map(Configuration::only)
    }

    fn only(cache: CacheConfig) -> Self {
        Configuration { default: Some(cache), ..Configuration::default() }
    }
}

/// Whether the program runs in production. What cannot be read is a matter of the configuration.
pub(crate) fn is_production() -> bool {
    let environment = Environment::of_process().app_env();
    environment.is_ok_and(|environment| environment::names("prod").contains(&&*environment))
}

fn load(default_file: &Path, environment: &Environment<'_>) -> Result<Configuration> {
    if let Some(address) = environment.setting("CACHE_URL")? {
        return address::parse(&address, Some("CACHE_URL")).map(Configuration::only);
    }
    let named = environment.setting("CACHE_CONFIG")?;
    let path = named.as_deref().map_or(default_file, Path::new);
    match fs::read_to_string(path) {
        Ok(text) => from_text(&text, Some(path), environment),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && named.is_none() => Ok(Configuration::default()),
        Err(cause) if named.is_some() => Err(unreadable(path, cause).context("CACHE_CONFIG")),
        Err(cause) => Err(unreadable(path, cause)),
    }
}

fn from_text(text: &str, path: Option<&Path>, environment: &Environment<'_>) -> Result<Configuration> {
    let file = path.map(|path| path.display().to_string());
    let app_env = environment.app_env()?;
    let document = Document::parse(text, file.as_deref())?;
    let caches = document.caches(&app_env, environment)?;
    let source = Source { file, environment: app_env, environments: document.environments() };
    let default = caches.default.map(|table| CacheConfig::of_default(table, environment)).transpose()?;
    let named = caches.named.into_iter().map(|(name, table)| {
        let cache = CacheConfig::of_named(&name, table, environment)?;
        Ok((name, cache))
    });
    Ok(Configuration { default, named: named.collect::<Result<_>>()?, source })
}

fn unreadable(path: &Path, cause: io::Error) -> Error {
    let what = match cause.kind() {
        io::ErrorKind::NotFound => "the file does not exist",
        io::ErrorKind::PermissionDenied => "the file may not be read",
        io::ErrorKind::InvalidData => "the file is not valid UTF-8",
        _ => "the file cannot be read",
    };
    Error::new(ErrorKind::Config, format!("{}: {what}", path.display())).with_source(cause)
}

#[cfg(test)]
mod tests;
