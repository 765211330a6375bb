//! Configuration files of any text: an error that names a place, or a configuration, and no value of a secret in either.

use cache_runtime::{Config, ErrorKind};

use crate::Target;

/// The text of a file; `0xff` stands for a password.
pub const TARGET: Target = Target { name: "configuration", seeds, longest: 2000, check };

const PASSWORD: &str = "hunter2-hunter2";

fn seeds() -> Vec<Vec<u8>> {
    [
        "[cache]\ntype = 'sqlite'\ndatabase = 'storage/cache.sqlite3'\nmax_size = '1 GiB'\nexpires_in = \"5m\"\n",
        "[dev.cache]\nurl = 'redis://user:\u{0}@localhost/0'\n[prod.cache]\ntype = 'none'\n[cache.sessions]\ntype = 'sqlite'\n",
        "[cache]\nurl = '${HOME}/${MISSING:-x}'\nsecret = '\u{0}'\nnear = false\n[cache.a.b]\nx = [1, {y = 2}]\n",
        "cache = { type = 'redis', host = 'a', password = '\u{0}', timeout = 0.5 }\n",
        "[[cache]]\n[cache.pragmas]\nmmap_size = 1_000\nwhen = 2024-02-29T00:00:00Z\n",
        "\"\"\"\n'''\n\\u0000 = nan\n= \n[",
    ]
    .into_iter()
    .map(|text| text.bytes().map(|byte| if byte == 0 { 0xff } else { byte }).collect())
    .collect()
}

fn check(input: &[u8]) -> String {
    let text: Vec<u8> = input
        .iter()
        .flat_map(|byte| if *byte == 0xff { PASSWORD.as_bytes() } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    let text = String::from_utf8_lossy(&text);
    match Config::from_toml(&text) {
        Ok(config) => {
            let shown = format!("{config:?}");
            // What stands outside of a quoted value may be the name of something, and names are shown.
            let is_a_value = text.matches(PASSWORD).count() == text.matches(&format!("= '{PASSWORD}'\n")).count();
            assert!(!is_a_value || !shown.contains(PASSWORD), "{shown}");
            format!("a configuration {}", shown.matches("Options").count())
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
            error
                .to_string()
                .split('`')
                .step_by(2)
                .flat_map(str::chars)
                .filter(char::is_ascii_alphabetic)
                .take(80)
                .collect()
        }
    }
}
