//! The key of a tag, from the value that it is given.

use std::sync::Arc;

use cache_runtime::model::AnyModel;
use cache_templates::key::Part;
use minijinja::Value;
use minijinja::value::ValueKind;

use crate::model::{Model, Models};

/// The parts of a key, from the value of a tag, and from that of its option `vary`.
pub(crate) fn key_parts(value: &Value, vary: Option<&Value>) -> Result<Vec<Part>, String> {
    let mut parts = parts(value)?;
    if let Some(vary) = vary {
        parts.extend(varying(vary)?);
    }
    Ok(parts)
}

fn parts(value: &Value) -> Result<Vec<Part>, String> {
    if value.is_tuple() {
        let parts: Vec<Value> = value.try_iter().map_err(|error| error.to_string())?.collect();
        if parts.is_empty() {
            return Err("the key is an empty tuple".to_owned());
        }
        return parts.iter().map(|part| scalar(part).map_or_else(|| part_of(part), Ok)).collect();
    }
    if value.as_str() == Some("") {
        return Err("the key is an empty text".to_owned());
    }
    Ok(vec![part_of(value)?])
}

/// The parts of `vary`: a value, or several of them.
fn varying(value: &Value) -> Result<Vec<Part>, String> {
    let one = |value: &Value| scalar(value).map_or_else(|| part_of(value), Ok);
    let is_list = matches!(value.kind(), ValueKind::Seq) && value.downcast_object_ref::<Models>().is_none();
    match value.try_iter() {
        Ok(values) if is_list => values.map(|value| one(&value)).collect(),
        _ => Ok(vec![one(value)?]),
    }
}

/// What has a place among other parts, and is no key alone.
fn scalar(value: &Value) -> Option<Part> {
    match value.kind() {
        ValueKind::None => Some(Part::scalar("none", "none")),
        ValueKind::Bool => Some(Part::scalar("bool", &value.to_string())),
        ValueKind::Number => Some(Part::scalar("number", &value.to_string())),
        _ => None,
    }
}

fn part_of(value: &Value) -> Result<Part, String> {
    if let Some(text) = value.as_str().filter(|_| value.kind() == ValueKind::String) {
        return Ok(Part::scalar("text", text));
    }
    if let Some(model) = value.downcast_object::<Model>() {
        return Ok(Part::Model(model));
    }
    if let Some(models) = value.downcast_object::<Models>() {
        return Ok(Part::Model(models));
    }
    match value.kind() {
        ValueKind::Seq => list(value),
        // A slice, or a list the other way round. What can be read only once does not know its length.
        ValueKind::Iterable if value.len().is_some() => list(value),
        ValueKind::Iterable => {
            Err("there is no key for an iterator, which can be read only once: write `|list` behind it".to_owned())
        }
        ValueKind::Undefined => Err("the key is undefined".to_owned()),
        ValueKind::Map | ValueKind::Plain => Err(format!(
            "there is no key for a {}: pass the model to the template with `cache_minijinja::model(&card)`, or write a text \
             of what the fragment depends on",
            value.kind()
        )),
        kind => Err(format!(
            "there is no key for a {kind}: a text, a model, a list of models or a tuple of these is expected, such as \
             `(\"name\", value)`"
        )),
    }
}

fn list(value: &Value) -> Result<Part, String> {
    let items = value.try_iter().map_err(|error| error.to_string())?;
    let models = items.map(|item| {
        let model = item.downcast_object_ref::<Model>().map(Model::any);
        model.ok_or_else(|| {
            format!(
                "there is no key for a list of {}s: pass the list to the template with `cache_minijinja::models(&cards)`",
                item.kind()
            )
        })
    });
    let models: Vec<AnyModel> = models.collect::<Result<_, _>>()?;
    Ok(Part::Model(Arc::new(models)))
}
