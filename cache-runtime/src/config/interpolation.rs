//! `${NAME}` and `${NAME:-default}` in the strings of a configuration.

use super::environment::Environment;
use crate::{Error, ErrorKind, Result};

/// Replaces variables by their values; `None` if the text has none.
///
/// `$${` stands for the characters `${`. The default also applies if the variable is empty, as in a shell.
///
/// # Errors
///
/// If a variable is not set and has no default, or if the text is malformed. The messages show no value.
pub(super) fn expand(text: &str, environment: &Environment<'_>) -> Result<Option<String>> {
    if !text.contains("${") {
        return Ok(None);
    }
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.extend([before, "${"]);
            rest = after;
            continue;
        }
        let unclosed = || problem("`${` has no `}`; write $${ for the characters themselves");
        let (reference, after) = after.split_once('}').ok_or_else(unclosed)?;
        expanded.extend([before, &look_up(reference, environment)?]);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(Some(expanded))
}

/// The value for the text between the braces.
fn look_up(reference: &str, environment: &Environment<'_>) -> Result<String> {
    let (name, default) = match reference.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (reference, None),
    };
    if !is_name(name) || default.is_some_and(|default| default.contains("${")) {
        // The text is not shown: if `${` was not meant as a variable, it may be part of a password.
        return Err(problem(
            "`${…}` does not name a variable; write ${NAME} or ${NAME:-default}, or $${ for the characters themselves",
        ));
    }
    match default {
        Some(default) => Ok(environment.setting(name)?.unwrap_or_else(|| default.to_owned())),
        None => environment.get(name)?.ok_or_else(|| {
            problem(&format!("the variable `{name}` is not set; set it, or write ${{{name}:-default}}"))
        }),
    }
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn problem(message: &str) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests;
