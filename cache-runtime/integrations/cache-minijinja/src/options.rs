//! The options of a tag, from their values.

use std::time::Duration;

use cache_runtime::Ttl;
use cache_templates::fragment;
use minijinja::value::Kwargs;
use minijinja::{Error, Value};

use crate::functions::failure;

/// The options of a tag.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) common: fragment::Options,
    pub(crate) vary: Option<Value>,
}

impl Options {
    pub(crate) fn read(options: &Kwargs) -> Result<Self, Error> {
        // Most tags have none, and each look-up costs.
        if options.args().next().is_none() {
            return Ok(Options::default());
        }
        let value = |name: &str| match options.has(name).then(|| options.get::<Value>(name)).transpose()? {
            Some(value) if value.is_undefined() => Err(failure(format!("`{name}` is undefined"))),
            value => Ok(value),
        };
        let given = |name: &str| Ok::<_, Error>(value(name)?.filter(|value| !value.is_none()));
        let ttl = |name: &str| given(name)?.map(|value| ttl(name, &value)).transpose();
        let flag = |name: &str| given(name)?.map(|value| flag(name, &value)).transpose();
        let race_condition = ttl("race_condition_ttl")?;
        let common = fragment::Options {
            expires_in: ttl("expires_in")?,
            race_ttl: race_condition.or(ttl("race_ttl")?),
            version: given("version")?.map(|value| version(&value)).transpose()?,
            tags: given("tags")?.map(|value| texts(&value)).transpose()?.unwrap_or_default(),
            is_public: flag("public")?.unwrap_or_default(),
            skips_digest: flag("skip_digest")?.unwrap_or_default(),
        };
        let read = Options { common, vary: value("vary")? };
        options.assert_all_used()?;
        Ok(read)
    }
}

fn flag(name: &str, value: &Value) -> Result<bool, Error> {
    bool::try_from(value.clone()).map_err(|_| failure(format!("`{name}` takes true or false")))
}

fn ttl(name: &str, value: &Value) -> Result<Ttl, Error> {
    let seconds = f64::try_from(value.clone()).ok().filter(|_| value.is_number());
    let parsed = match (seconds, value.as_str()) {
        (Some(seconds), _) => Duration::try_from_secs_f64(seconds).ok().map(Ttl::from),
        (None, Some(text)) => Ttl::parse(text).ok(),
        _ => None,
    };
    parsed.ok_or_else(|| failure(format!("`{name}` takes seconds or a text such as \"5m\", and this is {value:?}")))
}

fn version(value: &Value) -> Result<String, Error> {
    if value.as_str().is_some() || value.is_number() {
        return Ok(value.to_string());
    }
    Err(failure(format!("`version` takes a text or a number, and this is {}", value.kind())))
}

fn texts(value: &Value) -> Result<Vec<String>, Error> {
    let wrong = || failure("`tags` takes a text or a list of texts");
    if let Some(text) = value.as_str() {
        return Ok(vec![text.to_owned()]);
    }
    let texts = value.try_iter().map_err(|_| wrong())?;
    texts.map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}
