use std::env::VarError;
use std::fs;

use proptest::prelude::*;

use super::*;
use crate::Result;

/// The file of the documentation.
const EXAMPLE: &str = r#"[cache]
type = "sqlite"
database = ":memory:"

[test.cache]
type = "none"

[prod.cache]
type = "sqlite"
database = "${STORAGE_DIR:-storage}/cache.sqlite3"
expires_in = "2 days"
timeout = 5

[prod.cache.sessions]        # a named cache
type = "redis"
url = "redis://localhost:6379/0"
"#;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn with_environment<T>(variables: Variables<'_>, run: impl FnOnce(&Environment<'_>) -> T) -> T {
    run(&Environment(&|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    }))
}

fn read(text: &str, variables: Variables<'_>) -> Result<Configuration> {
    with_environment(variables, |environment| from_text(text, Some(Path::new("config/storage.toml")), environment))
}

fn read_in(environment: &str, text: &str) -> Result<Configuration> {
    read(text, &[("APP_ENV", environment)])
}

/// Asks for these options and then checks that there are no others.
fn build(config: &CacheConfig, keys: &[&str]) -> Result<Vec<String>> {
    let values = keys.iter().map(|key| config.options.get(key)).collect();
    config.options.finish().and(values)
}

fn default_of(config: Configuration) -> CacheConfig {
    config.default.expect("a default cache")
}

#[test]
fn the_documented_example_is_read_as_documented() {
    let dev = default_of(read(EXAMPLE, &[]).unwrap());
    assert_eq!((dev.kind.as_str(), build(&dev, &["database"]).unwrap()), ("sqlite", vec![":memory:".to_owned()]));

    let test = read_in("test", EXAMPLE).unwrap();
    assert!(test.named.is_empty());
    let test = default_of(test);
    assert_eq!((test.kind.as_str(), build(&test, &[]).unwrap()), ("none", vec![]));

    let mut prod = read_in("prod", EXAMPLE).unwrap();
    let sessions = prod.named.remove("sessions").unwrap();
    assert_eq!(sessions.kind, "redis");
    assert_eq!(build(&sessions, &["url"]).unwrap(), ["redis://localhost:6379/0"]);
    let prod = default_of(prod);
    assert_eq!(prod.kind, "sqlite");
    assert_eq!(prod.options.get::<u64>("timeout").unwrap(), 5);
    assert_eq!(build(&prod, &["database", "expires_in"]).unwrap(), ["storage/cache.sqlite3", "2 days"]);
}

#[test]
fn variables_are_expanded_in_strings() {
    let config = read(EXAMPLE, &[("APP_ENV", "prod"), ("STORAGE_DIR", "/data")]).unwrap();
    assert_eq!(default_of(config).options.get::<String>("database").unwrap(), "/data/cache.sqlite3");

    let text = "[cache]\ntype = '${KIND}'\nservers = ['${A}:1', 'b:1']\ntimeout = '${TIMEOUT}'";
    let cache = default_of(read(text, &[("KIND", "memcached"), ("A", "a"), ("TIMEOUT", "5")]).unwrap());
    assert_eq!(cache.kind, "memcached");
    assert_eq!(cache.options.get::<Vec<String>>("servers").unwrap(), ["a:1", "b:1"]);
    assert_eq!(cache.options.get::<u16>("timeout").unwrap(), 5);
}

#[test]
fn a_missing_variable_is_an_error_only_where_it_is_used() {
    let text =
        "[cache]\ntype = 'sqlite'\ndatabase = '${NONE}'\n[test.cache]\ndatabase = 'x'\n[prod.cache]\ntype = 'none'";
    assert!(read_in("test", text).is_ok());
    assert!(read_in("prod", text).is_ok());
    let error = read_in("dev", text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "config/storage.toml:3: [cache] database: the variable `NONE` is not set; set it, or write ${NONE:-default}"
    );
}

#[test]
fn an_environment_overrides_option_by_option() {
    let text = "
        [cache]
        type = 'sqlite'
        database = 'a'
        timeout = 5
        pragmas = { cache_size = 1, mmap_size = 2 }
        [prod.cache]
        database = 'b'
        pragmas.cache_size = 3
    ";
    let cache = default_of(read_in("prod", text).unwrap());
    assert_eq!(cache.options.get::<String>("database").unwrap(), "b");
    assert_eq!(cache.options.get::<u64>("timeout").unwrap(), 5);
    let pragmas: BTreeMap<String, i64> = cache.options.get("pragmas").unwrap();
    assert_eq!(pragmas, BTreeMap::from([("cache_size".to_owned(), 3), ("mmap_size".to_owned(), 2)]));
}

#[test]
fn another_type_drops_the_options_but_not_the_named_caches() {
    let text = "
        [cache]
        type = 'sqlite'
        database = 'a'
        [cache.sessions]
        type = 'sqlite'
        database = 's'
        [cache.views]
        type = 'sqlite'
        database = 'v'
        [prod.cache]
        type = 'redis'
        url = 'redis://a'
        [prod.cache.sessions]
        type = 'redis'
        url = 'redis://s'
        [prod.cache.views]
        database = 'w'
    ";
    let config = read_in("prod", text).unwrap();
    assert_eq!(build(&config.named["sessions"], &["url"]).unwrap(), ["redis://s"]);
    assert_eq!(build(&config.named["views"], &["database"]).unwrap(), ["w"]);
    assert_eq!(build(&default_of(config), &["url"]).unwrap(), ["redis://a"]);
}

#[test]
fn a_type_from_a_variable_is_compared_by_its_value() {
    let text = "[cache]\ntype = 'sqlite'\ndatabase = 'a'\n[prod.cache]\ntype = '${KIND:-sqlite}'\n";
    assert_eq!(build(&default_of(read_in("prod", text).unwrap()), &["database"]).unwrap(), ["a"]);
    let other = default_of(read(text, &[("APP_ENV", "prod"), ("KIND", "none")]).unwrap());
    assert_eq!(build(&other, &[]).unwrap(), [""; 0]);
}

#[test]
fn a_named_cache_needs_no_default_one() {
    let config = read_in("dev", "[cache.sessions]\ntype = 'none'").unwrap();
    assert!(config.default.is_none());
    assert_eq!(config.named["sessions"].kind, "none");
}

#[test]
fn pragmas_are_options_and_not_a_cache() {
    let config = read_in("dev", "[cache]\ntype = 'sqlite'\n[cache.pragmas]\ncache_size = -20000").unwrap();
    assert!(config.named.is_empty());
    let pragmas: BTreeMap<String, i64> = default_of(config).options.get("pragmas").unwrap();
    assert_eq!(pragmas["cache_size"], -20000);
}

#[test]
fn other_tables_and_environments_are_ignored() {
    let text = "name = 'x'\n[storage]\ncache = 1\n[test.cache]\nnonsense = '${NONE}'\n[[servers]]\nport = 1\n";
    for text in [text, "", "# nothing\n", "[cache]\n", "[dev]\ncaching = 1\n"] {
        let config = read_in("dev", text).unwrap();
        assert!(config.default.is_none() && config.named.is_empty(), "{text}");
    }
}

#[test]
fn an_empty_app_env_is_dev() {
    let text = "[dev.cache]\ntype = 'none'";
    for variables in [&[] as Variables<'_>, &[("APP_ENV", "")], &[("APP_ENV", "dev")]] {
        assert!(read(text, variables).unwrap().default.is_some());
    }
    assert!(read_in("prod", text).unwrap().default.is_none());
}

#[test]
fn prod_and_production_are_one_environment_and_so_are_dev_and_development() {
    for (table, environment) in
        [("prod", "production"), ("production", "prod"), ("dev", "development"), ("development", "dev")]
    {
        let text = format!("[cache]\ntype = 'none'\n[{table}]\nother = 1\n[{table}.cache]\ntype = 'redis'\n");
        let config = read_in(environment, &text).unwrap();
        assert_eq!(config.source.warning(true), None, "{environment}");
        assert_eq!(default_of(config).kind, "redis", "{environment}");
    }
    let both = "[prod.cache]\ntype = 'a'\n[production.cache]\ntype = 'b'\n";
    assert_eq!(default_of(read_in("prod", both).unwrap()).kind, "a");
    assert_eq!(default_of(read_in("production", both).unwrap()).kind, "b");
    let misspelt = read_in("prod", "[production.cahe]\ntype = 'a'\n").unwrap_err();
    assert!(misspelt.to_string().contains("did you mean `[production.cache]`?"), "{misspelt}");
}

#[test]
fn an_environment_without_a_table_beside_others_is_a_warning() {
    let warning = |environment: &str, text: &str| {
        let config = read_in(environment, text).unwrap();
        config.source.warning(config.default.is_some())
    };
    let common = "[cache]\ntype = 'none'\n[cache.cache]\ntype = 'none'\n[storage]\ncache = 1\n";
    let with_prod = format!("{common}[prod.cache]\ntype = 'none'\n[test.cache]\ntype = 'none'\n");
    assert_eq!(
        warning("staging", &with_prod).unwrap(),
        "APP_ENV is `staging`, and config/storage.toml has no table [staging.cache], so only [cache] applies; \
         set APP_ENV to one that has caches there (`prod`, `test`), or write the table"
    );
    assert!(warning("prd", &with_prod).unwrap().ends_with("; did you mean `prod`?"));
    for (environment, text) in [
        ("dev", &with_prod),
        ("development", &with_prod),
        ("test", &with_prod),
        ("production", &with_prod),
        ("staging", &common.to_owned()),
        ("staging", &format!("{with_prod}[staging.cache]\n")),
    ] {
        assert_eq!(warning(environment, text), None, "{environment}: {text}");
    }

    assert_eq!(
        warning("dev", "[prod.cache]\ntype = 'none'\n").unwrap(),
        "no default cache is configured, so nothing is cached in it; config/storage.toml has no table [cache] or \
         [dev.cache]; set APP_ENV to one that has caches there (`prod`), or write the table"
    );
    assert_eq!(
        warning("dev", "[cache.sessions]\ntype = 'none'\n").unwrap(),
        "no default cache is configured, so nothing is cached in it; write [cache] in config/storage.toml, or set \
         CACHE_URL"
    );
}

#[test]
fn errors_name_file_line_table_and_key() {
    for (environment, text, message) in [
        (
            "dev",
            "[cache]\ntype = sqlite",
            "config/storage.toml:2: string values must be quoted, expected literal string",
        ),
        ("dev", "[cache]\npassword = 'hunter2\n", "config/storage.toml:2: invalid literal string, expected `'`"),
        ("dev", "[cache]\ntype = 'a'\n\ntype = 'b'", "config/storage.toml:4: duplicate key"),
        (
            "dev",
            "# cache\n\n[cache]\ndatabase = 'x'",
            "config/storage.toml:3: [cache] type: missing; \
             write `type = \"sqlite\"`, \"none\" or a registered name",
        ),
        (
            "dev",
            "[cache]\ndatabase = 'x'\ntpye = 'sqlite'",
            "config/storage.toml:3: [cache] tpye: unknown key; did you mean `type`?",
        ),
        ("dev", "[cache]\ntype = 5", "config/storage.toml:2: [cache] type: expected a string, found a whole number"),
        (
            "prod",
            "[prod.cache]\ntype = 'none'\n[prod.cache.sessions]\nurl = 'x'",
            "config/storage.toml:3: [prod.cache.sessions] type: missing; \
             a table inside a cache is another cache, with a `type` of its own",
        ),
        (
            "dev",
            "[cache]\ntype = 'sqlite'\npragma = { cache_size = 1 }",
            "config/storage.toml:3: [cache.pragma] type: missing; did you mean the table `pragmas`?",
        ),
        ("dev", "[cahe]\ntype = 'none'", "config/storage.toml:1: [cahe]: unknown table; did you mean `[cache]`?"),
        (
            "prod",
            "[cache]\ntype = 'none'\n[prod.cach]\ntype = 'none'",
            "config/storage.toml:3: [prod.cach]: unknown table; did you mean `[prod.cache]`?",
        ),
        (
            "dev",
            "cache = 'redis://u:hunter2@h'",
            "config/storage.toml:1: cache: expected a table; write `[cache]`, and under it `type = \"sqlite\"`",
        ),
        (
            "prod",
            "[prod]\ncache = 1",
            "config/storage.toml:2: prod.cache: expected a table; \
             write `[prod.cache]`, and under it `type = \"sqlite\"`",
        ),
        (
            "dev",
            "[cache]\ntype = 'x'\nmax_size = 99999999999999999999",
            "config/storage.toml:3: [cache] max_size: the number is out of range",
        ),
        (
            "dev",
            "[cache]\r\ntype = 'x'\r\nurls = ['${', 'hunter2']",
            "config/storage.toml:3: [cache] urls: `${` has no `}`; write $${ for the characters themselves",
        ),
    ] {
        let error = read_in(environment, text).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Config, message), "{text}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn errors_in_a_text_without_a_file_name_the_line() {
    let error = with_environment(&[], |environment| from_text("\n[cache]\nurl = 1", None, environment)).unwrap_err();
    assert!(error.to_string().starts_with("line 2: [cache] type: missing"), "{error}");
}

#[test]
fn an_unknown_store_is_an_error_that_suggests_another() {
    let cache = default_of(read_in("prod", "[cache]\nurl = 1\n[prod.cache]\ntype = 'sqlit'").unwrap());
    assert_eq!(
        cache.unknown_kind(["none", "sqlite"]).to_string(),
        "config/storage.toml:4: [prod.cache] type: no store is named `sqlit`; did you mean `sqlite`?"
    );
    let config = Configuration::from_address("memcached://u:hunter2@host").unwrap();
    assert_eq!(
        default_of(config).unknown_kind(["none", "sqlite"]).to_string(),
        "memcached://***@host: type: no store is named `memcached`; write `none` or `sqlite`, or `register` a store of \
         your own before the first use"
    );
}

#[test]
fn debug_shows_names_and_no_values() {
    let text = "[cache]\ntype = 'redis'\nurl = 'redis://u:hunter2@h'\n[cache.sessions]\ntype = 'x'\ntoken = 'hunter2'";
    assert_eq!(
        format!("{:?}", read_in("dev", text).unwrap()),
        "Configuration { default: Some(CacheConfig { kind: \"redis\", options: {\"type\", \"url\"} }), \
         named: {\"sessions\": CacheConfig { kind: \"x\", options: {\"token\", \"type\"} }}, \
         source: Source { file: Some(\"config/storage.toml\"), environment: \"dev\", environments: [] } }"
    );
}

#[test]
fn the_environment_chooses_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, kind: &str| {
        let path = folder.path().join(name);
        fs::write(&path, format!("[cache]\ntype = '{kind}'\n[cache.sessions]\ntype = 'none'")).unwrap();
        path
    };
    let (default, other) = (file("default.toml", "default"), file("other.toml", "other"));
    let other = other.to_str().unwrap();
    for (variables, kind, named) in [
        (&[] as Variables<'_>, "default", 1),
        (&[("CACHE_CONFIG", "")], "default", 1),
        (&[("CACHE_CONFIG", other)], "other", 1),
        (&[("CACHE_CONFIG", other), ("CACHE_URL", "none:")], "none", 0),
        (&[("CACHE_URL", "")], "default", 1),
    ] {
        let config = with_environment(variables, |environment| load(&default, environment)).unwrap();
        assert_eq!(config.named.len(), named, "{variables:?}");
        assert_eq!(default_of(config).kind, kind, "{variables:?}");
    }
}

#[test]
fn only_the_default_file_may_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.toml");
    let config = with_environment(&[], |environment| load(&missing, environment)).unwrap();
    assert!(config.default.is_none());

    let name = missing.to_str().unwrap();
    let error = with_environment(&[("CACHE_CONFIG", name)], |environment| load(&missing, environment)).unwrap_err();
    assert_eq!(error.to_string(), format!("CACHE_CONFIG: {name}: the file does not exist"));
    assert_eq!(Configuration::from_file(&missing).unwrap_err().to_string(), format!("{name}: the file does not exist"));
}

#[test]
fn a_file_that_is_not_text_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("storage.toml");
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let error = with_environment(&[], |environment| load(&path, environment)).unwrap_err();
    assert_eq!(error.to_string(), format!("{}: the file is not valid UTF-8", path.display()));
}

#[test]
fn an_error_in_cache_url_names_the_variable() {
    let variables = &[("CACHE_URL", "u:hunter2@host"), ("CACHE_CONFIG", "ignored")];
    let error = with_environment(variables, |environment| load(Path::new(""), environment)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CACHE_URL: no scheme; \
         write `sqlite://storage/cache.sqlite3`, `sqlite::memory:`, `redis://localhost:6379/0` or `none:`"
    );
}

/// Lines that mostly look like a configuration.
const LINES: &str = r#"(\[(dev\.)?ca?che(\.[a-z"é]*)?\]
|(type|url|pragmas|x\.y) = ('[$}{A:é-]*'|[0-9.-]{1,20}|\{ ?a = 1 \}|\[\[1\], 'x'\])
)*"#;

proptest! {
    #[test]
    fn no_text_causes_a_panic(text in LINES) {
        if let Err(error) = read(&text, &[]) {
            prop_assert!(error.to_string().starts_with("config/storage.toml:"), "{error}");
        }
    }
}
