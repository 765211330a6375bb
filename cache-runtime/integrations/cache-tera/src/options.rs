//! The options of a tag, from their values.

use std::time::Duration;

use cache_runtime::Ttl;
use cache_templates::fragment::Options;
use tera::{Error, Kwargs, TeraResult, Value};

pub(crate) fn options(all: &Kwargs) -> TeraResult<Options> {
    let ttl = |name: &str| given(all, name)?.map(|value| ttl(name, &value)).transpose();
    let flag = |name: &str| given(all, name)?.map(|value| flag(name, &value)).transpose();
    let race_condition = ttl("race_condition_ttl")?;
    Ok(Options {
        expires_in: ttl("expires_in")?,
        race_ttl: race_condition.or(ttl("race_ttl")?),
        version: given(all, "version")?.map(|value| version(&value)).transpose()?,
        tags: given(all, "tags")?.map(|value| texts(&value)).transpose()?.unwrap_or_default(),
        is_public: flag("public")?.unwrap_or_default(),
        skips_digest: flag("skip_digest")?.unwrap_or_default(),
    })
}

/// The value of an option, if there is one.
pub(crate) fn value(all: &Kwargs, name: &str) -> TeraResult<Option<Value>> {
    match all.get::<Value>(name)? {
        Some(value) if value.is_undefined() => Err(Error::message(format!("`{name}` is undefined"))),
        value => Ok(value),
    }
}

fn given(all: &Kwargs, name: &str) -> TeraResult<Option<Value>> {
    Ok(value(all, name)?.filter(|value| !value.is_none()))
}

fn flag(name: &str, value: &Value) -> TeraResult<bool> {
    value.as_bool().ok_or_else(|| Error::message(format!("`{name}` takes true or false")))
}

fn ttl(name: &str, value: &Value) -> TeraResult<Ttl> {
    let seconds = value.is_number().then(|| value.to_string().parse::<f64>().ok()).flatten();
    let parsed = match (seconds, value.as_str()) {
        (Some(seconds), _) => Duration::try_from_secs_f64(seconds).ok().map(Ttl::from),
        (None, Some(text)) => Ttl::parse(text).ok(),
        _ => None,
    };
    parsed.ok_or_else(|| {
        Error::message(format!("`{name}` takes seconds or a text such as \"5m\", and this is {value:?}"))
    })
}

fn version(value: &Value) -> TeraResult<String> {
    if value.is_string() || value.is_number() {
        return Ok(value.to_string());
    }
    Err(Error::message(format!("`version` takes a text or a number, and this is a {}", value.name())))
}

fn texts(value: &Value) -> TeraResult<Vec<String>> {
    let wrong = || Error::message("`tags` takes a text or a list of texts");
    if let Some(text) = value.as_str() {
        return Ok(vec![text.to_owned()]);
    }
    let texts = value.as_array().ok_or_else(wrong)?;
    texts.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}
