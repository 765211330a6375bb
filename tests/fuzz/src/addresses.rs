//! Addresses of any text, as in `CACHE_URL`: an error or a configuration, and no password in either.

use std::sync::Once;

use cache_runtime::store::NoCache;
use cache_runtime::{Cache, Config, ErrorKind, register};

use crate::Target;

/// An address; `0xff` stands for a password.
pub const TARGET: Target = Target { name: "addresses", seeds, longest: 400, check };

const PASSWORD: &str = "hunter2-hunter2";

fn seeds() -> Vec<Vec<u8>> {
    [
        "sqlite://storage/cache.sqlite3?max_size=1GiB&timeout=5s",
        "sqlite::memory:?codec=messagepack&near=false",
        "sqlite:///tmp/a%20b.sqlite3?pragmas.cache_size=-100",
        "redis://user:\u{0}@localhost:6379/0?timeout=100ms&pool=4",
        "rediss://:\u{0}@[::1]:6379/15?namespace=a%2Fb",
        "redis-cluster://user:\u{0}@a:1,b:2",
        "redis-sentinel://user:\u{0}@a:26379,b/primary/0",
        "none:",
        "fuzz:?number=1&flag=true&time=5m&text=a&secret=\u{0}",
        "fuzz://user:\u{0}@host:1/path?list=1,2&number=-0.5e9&x.y=1#f",
        "?#@/:%",
    ]
    .into_iter()
    .map(|text| text.bytes().map(|byte| if byte == 0 { 0xff } else { byte }).collect())
    .collect()
}

fn check(input: &[u8]) -> String {
    register_a_store();
    let text: Vec<u8> = input
        .iter()
        .flat_map(|byte| if *byte == 0xff { PASSWORD.as_bytes() } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    let address = String::from_utf8_lossy(&text);
    let parsed = match Config::from_address(&address) {
        Ok(config) => format!("{config:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
            format!("{error} {error:?}")
        }
    };
    // Elsewhere it may be the name of something, and names are shown.
    let is_shown = is_at_its_place(&address) && parsed.contains(PASSWORD);
    assert!(!is_shown, "{parsed}");
    let opened = if address.starts_with("fuzz:") { opened(&address) } else { String::new() };
    format!("{} {}", words(&parsed), words(&opened))
}

/// Whether the password stands between a user's name and a host.
fn is_at_its_place(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.chars().all(|char| char.is_ascii_lowercase() || char == '-')
        && address.matches(PASSWORD).count() == 1
        && authority.split_once('@').is_some_and(|(user, host)| {
            user.split_once(':').is_some_and(|(_, password)| password == PASSWORD) && !host.contains('@')
        })
}

/// A message without what is quoted from the address, so that messages of one kind are one outcome.
fn words(message: &str) -> String {
    message
        .split('`')
        .step_by(2)
        .flat_map(str::chars)
        .filter(|char| char.is_ascii_alphabetic() || *char == ' ')
        .take(80)
        .collect()
}

/// Opens a store that asks for options of every type.
fn opened(address: &str) -> String {
    match Cache::open(address) {
        Ok(_) => "opened".to_owned(),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
            error.to_string()
        }
    }
}

fn register_a_store() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let registered = register("fuzz", |options| {
            options.find::<u16>("number")?;
            options.find::<bool>("flag")?;
            options.find::<String>("text")?;
            options.find::<f64>("float")?;
            options.find::<Vec<String>>("list")?;
            options.find::<String>("secret")?;
            options.duration("time")?;
            Ok(NoCache)
        });
        registered.expect("nobody else registers it");
    });
}
