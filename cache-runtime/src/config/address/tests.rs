use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

#[track_caller]
fn reads(address: &str, kind: &str, texts: &[(&str, &str)]) {
    let config = parse(address, None).unwrap();
    assert_eq!(config.kind, kind, "{address}");
    for (key, text) in texts {
        assert_eq!(config.options.get::<String>(key).unwrap(), *text, "{address}");
    }
    config.options.finish().unwrap();
}

#[test]
fn an_address_of_sqlite_holds_a_path() {
    reads("sqlite://storage/cache.sqlite3", "sqlite", &[("database", "storage/cache.sqlite3")]);
    reads("sqlite:storage/cache.sqlite3", "sqlite", &[("database", "storage/cache.sqlite3")]);
    reads("sqlite:///var/cache.sqlite3", "sqlite", &[("database", "/var/cache.sqlite3")]);
    reads("sqlite:/var/cache.sqlite3", "sqlite", &[("database", "/var/cache.sqlite3")]);
    reads("sqlite://C:/cache.sqlite3", "sqlite", &[("database", "C:/cache.sqlite3")]);
    reads("sqlite::memory:", "sqlite", &[("database", ":memory:")]);
    reads("sqlite://:memory:", "sqlite", &[("database", ":memory:")]);
    reads("sqlite::memory:?max_size=9", "sqlite", &[("database", ":memory:"), ("max_size", "9")]);
    reads("sqlite://a%20b%3Fc%25/%C3%A9+#.db", "sqlite", &[("database", "a b?c%/é+#.db")]);
}

#[test]
fn a_query_holds_options_of_any_type() {
    let address = "sqlite://x?timeout=0.5&&max_size=10&shared=true&name=42&expires_in=2%20days\
                   &pragmas.cache_size=-20000&pragmas.mmap_size=0";
    let options = parse(address, None).unwrap().options;
    assert_eq!(options.duration("timeout").unwrap(), Some(Duration::from_millis(500)));
    assert_eq!(options.get::<u64>("max_size").unwrap(), 10);
    assert!(options.get::<bool>("shared").unwrap());
    assert_eq!(options.get::<String>("name").unwrap(), "42");
    assert_eq!(options.duration("expires_in").unwrap(), Some(Duration::from_secs(172_800)));
    let pragmas: BTreeMap<String, i64> = options.get("pragmas").unwrap();
    assert_eq!(pragmas, BTreeMap::from([("cache_size".to_owned(), -20000), ("mmap_size".to_owned(), 0)]));
}

#[test]
fn a_value_read_as_any_type_has_the_type_it_looks_like() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Pragma {
        Boolean(bool),
        Integer(i64),
        Float(f64),
        Text(String),
    }
    for (text, expected) in [
        ("true", Pragma::Boolean(true)),
        ("-20", Pragma::Integer(-20)),
        ("1e3", Pragma::Float(1000.0)),
        ("inf", Pragma::Text("inf".to_owned())),
        ("WAL", Pragma::Text("WAL".to_owned())),
    ] {
        let options = parse(&format!("sqlite://x?key={text}"), None).unwrap().options;
        assert_eq!(options.get::<Pragma>("key").unwrap(), expected);
    }
}

#[test]
fn an_address_of_none_has_no_options() {
    reads("none:", "none", &[]);
    reads("none://", "none", &[]);
}

#[test]
fn an_address_of_redis_is_kept_without_the_options_of_the_cache() {
    for address in [
        "redis://localhost:6379/0",
        "rediss://:p%40ss@host/1#insecure",
        "redis+unix:///run/redis.sock?db=1&pass=a@b",
        "redis-cluster://a,b",
        "rediss+sentinel://a,b/primary",
        "valkey://host",
        "redis://host?protocol=resp3",
    ] {
        reads(address, "redis", &[("url", address)]);
    }
    reads(
        "redis://host/0?expires_in=60&protocol=resp3&namespace=a%3A&timeout=2",
        "redis",
        &[("url", "redis://host/0?protocol=resp3"), ("expires_in", "60"), ("namespace", "a:"), ("timeout", "2")],
    );
    reads("redis://host?timeout=2", "redis", &[("url", "redis://host"), ("timeout", "2")]);
}

#[test]
fn an_address_of_another_scheme_is_the_url_of_a_registered_store() {
    reads("memcached://u:p%40@a:11211", "memcached", &[("url", "memcached://u:p%40@a:11211")]);
    reads("memcached://a?weight=2", "memcached", &[("url", "memcached://a"), ("weight", "2")]);
    reads("my+own://a", "my+own", &[("url", "my+own://a")]);
}

#[test]
fn a_wrong_address_is_an_error_without_secrets() {
    let no_scheme =
        "no scheme; write `sqlite://storage/cache.sqlite3`, `sqlite::memory:`, `redis://localhost:6379/0` or `none:`";
    let no_path = "no path; write `sqlite://storage/cache.sqlite3` or `sqlite::memory:`";
    let percent = "`%` must be followed by two hexadecimal digits; write `%25` for the character itself";
    for (address, message) in [
        ("storage/cache.sqlite3", format!("storage/cache.sqlite3: {no_scheme}")),
        (r"C:\cache.sqlite3", format!(r"C:\cache.sqlite3: {no_scheme}")),
        ("://hunter2@host", format!("://***@host: {no_scheme}")),
        ("sqlite:", format!("sqlite:: {no_path}")),
        ("sqlite://?timeout=5", format!("sqlite://: {no_path}")),
        ("sqlite://100%.db", format!("sqlite://100%.db: {percent}")),
        ("sqlite://100%é.db", format!("sqlite://100%é.db: {percent}")),
        ("sqlite://100%+1.db", format!("sqlite://100%+1.db: {percent}")),
        ("sqlite://%ff", "sqlite://%ff: the characters written with `%` are not valid UTF-8".to_owned()),
        ("sqlite://x?wal", "sqlite://x: wal: no value; write `wal=…`".to_owned()),
        ("sqlite://x?a=1&a=2", "sqlite://x: a: given twice; write it once".to_owned()),
        ("sqlite://x?a=1&a.b=2", "sqlite://x: a: given twice; write it once".to_owned()),
        ("sqlite://x?a.b=1&a=2", "sqlite://x: a: given twice; write it once".to_owned()),
        ("sqlite://x?database=y", "sqlite://x: database: given twice; write it once".to_owned()),
        ("none:x", "none:x: nothing may follow `none:`; write `none:`".to_owned()),
        (
            "memcached://u:p?hunter2@host",
            "memcached://***: `@` follows `?`; inside a value or password write `%3F` and `%40` for them".to_owned(),
        ),
    ] {
        let error = parse(address, None).err().unwrap();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Config, message));
    }
}

#[test]
fn errors_show_the_name_of_the_variable_with_the_address() {
    let error = parse("sqlite:", Some("CACHE_URL")).err().unwrap();
    assert!(error.to_string().starts_with("CACHE_URL: no path"), "{error}");
    let options = parse("sqlite://x?timeuot=5", Some("CACHE_URL")).unwrap().options;
    options.get::<String>("database").unwrap();
    options.duration("timeout").unwrap();
    assert_eq!(options.finish().unwrap_err().to_string(), "CACHE_URL: timeuot: unknown key; did you mean `timeout`?");
}

proptest! {
    #[test]
    fn no_text_causes_a_panic(
        scheme in "(sqlite|redis|none|other|C)?",
        rest in any::<String>(),
        query in "[a-c=&%.?0-9@]*",
    ) {
        for address in [format!("{scheme}:{rest}"), format!("{scheme}://{rest}?{query}"), rest] {
            if let Ok(config) = parse(&address, None) {
                let _ = config.options.finish();
            }
        }
    }

    #[test]
    fn no_password_is_shown(password in any::<String>(), scheme in "(redis|memcached)") {
        let address = format!("{scheme}://user:{password}@host");
        let shown = without_secrets(&address);
        prop_assert!(shown == format!("{scheme}://***@host") || shown == format!("{scheme}://***"), "{shown}");
        let problem = match parse(&address, None) {
            Ok(config) => config.unknown_kind([]),
            Err(error) => error,
        };
        prop_assert!(problem.to_string().starts_with(&format!("{shown}: ")), "{problem}");
    }

    #[test]
    fn percent_encoding_is_decoded(text in any::<String>()) {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(decode(&encoded).unwrap(), text);
    }
}
