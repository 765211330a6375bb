//! The parts of a key, from the value that a tag is given.

use std::sync::Arc;

use cache_runtime::model::AnyModel;
use cache_templates::key::Part;
use tera::Value;

use crate::model::known;

/// The parts of a key, from the value of a tag, and from that of its option `vary`.
pub(crate) fn key_parts(value: &Value, is_tuple: bool, vary: Option<&Value>) -> Result<Vec<Part>, String> {
    let mut all = match value.as_array() {
        Some([]) if is_tuple => return Err("the key is an empty tuple".to_owned()),
        Some(parts) if is_tuple => parts.iter().map(among_others).collect::<Result<_, _>>()?,
        _ if value.as_str() == Some("") => return Err("the key is an empty text".to_owned()),
        _ => vec![alone(value)?],
    };
    match vary.map(|vary| (vary, vary.as_array())) {
        Some((_, Some(values))) if models(values).is_none_or(|models| models.is_empty()) => {
            for value in values {
                all.push(among_others(value)?);
            }
        }
        Some((value, _)) => all.push(among_others(value)?),
        None => {}
    }
    Ok(all)
}

/// A part of a tuple, where numbers, true, false and none have a place.
fn among_others(value: &Value) -> Result<Part, String> {
    let kind = match value {
        _ if value.is_none() => "none",
        _ if value.is_bool() => "bool",
        _ if value.is_number() => "number",
        _ => return alone(value),
    };
    let text = if kind == "none" { "none".to_owned() } else { value.to_string() };
    Ok(Part::scalar(kind, &text))
}

fn alone(value: &Value) -> Result<Part, String> {
    if let Some(text) = value.as_str() {
        return Ok(Part::scalar("text", text));
    }
    if let Some(model) = known(value) {
        return Ok(Part::Model(Arc::new(model)));
    }
    if let Some(values) = value.as_array() {
        let models = models(values).ok_or_else(|| {
            "there is no key for this list: pass it to the template with `cache_tera::models(&cards)`, or write a tuple, as \
             in `{% cache (card, user.id) %}`"
                .to_owned()
        });
        return Ok(Part::Model(Arc::new(models?)));
    }
    if value.is_undefined() {
        return Err("the key is undefined".to_owned());
    }
    let kind = value.name();
    if value.is_map() {
        return Err(format!(
            "there is no key for a {kind}: pass the model to the template with `cache_tera::model(&card)`, or write a text of \
             what the fragment depends on"
        ));
    }
    Err(format!(
        "there is no key for a {kind}: a text, a model, a list of models or a tuple of these is expected, such as \
         `(\"name\", value)`"
    ))
}

/// The models of a list, if all of it are models.
fn models(values: &[Value]) -> Option<Vec<AnyModel>> {
    values.iter().map(known).collect()
}
