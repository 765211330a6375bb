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
        return Err(malformed());
    }
    match default {
        Some(default) => Ok(environment.setting(name)?.unwrap_or_else(|| default.to_owned())),
        None => environment.get(name)?.ok_or_else(|| missing(name)),
    }
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn missing(name: &str) -> Error {
    problem(&format!("the variable `{name}` is not set; set it, or write ${{{name}:-default}}"))
}

fn unclosed() -> Error {
    problem("`${` has no `}`; write $${ for the characters themselves")
}

// The text is not shown: if `${` was not meant as a variable, it may be part of a password.
fn malformed() -> Error {
    problem("`${…}` does not name a variable; write ${NAME} or ${NAME:-default}, or $${ for the characters themselves")
}

fn problem(message: &str) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests {
    use std::env::VarError;

    use super::*;

    fn variables(name: &str) -> Result<String, VarError> {
        match name {
            "DIR" => Ok("/data".to_owned()),
            "EMPTY" => Ok(String::new()),
            "BINARY" => Err(VarError::NotUnicode("secret".into())),
            _ => Err(VarError::NotPresent),
        }
    }

    #[test]
    fn variables_and_defaults_are_inserted() {
        for (text, expected) in [
            ("storage", None),
            ("5 $ and $DIR and $$", None),
            ("${DIR}", Some("/data")),
            ("a/${DIR}/b${DIR}", Some("a//data/b/data")),
            ("${DIR:-storage}", Some("/data")),
            ("${NONE:-storage}/x", Some("storage/x")),
            ("${NONE:-}", Some("")),
            ("${NONE:-a:-b}", Some("a:-b")),
            ("${EMPTY}", Some("")),
            ("${EMPTY:-storage}", Some("storage")),
            ("$${DIR}", Some("${DIR}")),
            ("$$${DIR} ${DIR}", Some("$${DIR} /data")),
            ("é${DIR}é", Some("é/dataé")),
        ] {
            assert_eq!(expand(text, &Environment(&variables)).unwrap().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn errors_show_no_values() {
        let malformed = "`${…}` does not name a variable; write ${NAME} or ${NAME:-default}, \
                         or $${ for the characters themselves";
        for (text, message) in [
            ("${NONE}", "the variable `NONE` is not set; set it, or write ${NONE:-default}"),
            ("pass${word", "`${` has no `}`; write $${ for the characters themselves"),
            ("${}", malformed),
            ("${:-x}", malformed),
            ("${1A}", malformed),
            ("${DIR-x}", malformed),
            ("${NONE:-${DIR}}", malformed),
            ("${BINARY}", "the variable `BINARY` is not valid UTF-8"),
        ] {
            assert_eq!(expand(text, &Environment(&variables)).unwrap_err().to_string(), message, "{text}");
        }
    }
}
