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
