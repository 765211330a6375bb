use serde::Deserialize;

use super::*;
use crate::config::Configuration;
use crate::config::cache_config::CacheConfig;
use crate::config::document::Document;
use crate::config::environment::Environment;

/// The options of a `[prod.cache]`, whose own start on line 5, with those of a `[cache]`.
fn options(text: &str) -> Options {
    let text = format!("[cache]\ntype = 'x'\ndatabase = 'y'\n[prod.cache]\n{text}");
    let environment = Environment(&|_| Ok("5".to_owned()));
    let document = Document::parse(&text, Some("config/storage.toml")).unwrap();
    let table = document.caches("prod", &environment).unwrap().default.unwrap();
    CacheConfig::of_default(table, &environment).unwrap().options
}

#[test]
fn options_are_read_into_the_type_asked_for() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        Fast,
        Sized(u32),
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Server {
        host: String,
        port: Option<u16>,
    }
    let options = options(
        "whole = 1\nfloat = 0.5\ntruth = true\nlist = ['a', 'b']\nmode = 'fast'\nmodes = ['fast', { sized = 3 }]\n\
         servers = [{ host = 'a', port = 1 }, { host = 'b' }]\nletter = 'c'\ndate = 2026-01-02",
    );
    assert_eq!(options.get::<f64>("whole").unwrap(), 1.0);
    assert_eq!(options.get::<f32>("float").unwrap(), 0.5);
    assert!(options.get::<bool>("truth").unwrap());
    assert_eq!(options.find::<Vec<String>>("list").unwrap().unwrap(), ["a", "b"]);
    assert_eq!(options.get::<Option<i8>>("whole").unwrap(), Some(1));
    assert_eq!(options.get::<Mode>("mode").unwrap(), Mode::Fast);
    assert_eq!(options.get::<Vec<Mode>>("modes").unwrap(), [Mode::Fast, Mode::Sized(3)]);
    assert_eq!(options.get::<char>("letter").unwrap(), 'c');
    assert_eq!(options.get::<String>("date").unwrap(), "2026-01-02");
    assert_eq!(options.find::<u8>("missing").unwrap(), None);
    let server = |host: &str, port| Server { host: host.to_owned(), port };
    assert_eq!(options.get::<Vec<Server>>("servers").unwrap(), [server("a", Some(1)), server("b", None)]);
}

#[test]
fn a_string_with_variables_is_read_as_any_type() {
    let options = options("port = '${PORT}'\nname = '${PORT}'\nquoted = '5'");
    assert_eq!(options.get::<u16>("port").unwrap(), 5);
    assert_eq!(options.get::<String>("name").unwrap(), "5");
    let error = options.get::<u16>("quoted").unwrap_err().to_string();
    assert_eq!(error, "config/storage.toml:7: [prod.cache] quoted: expected u16, found a string");
}

#[test]
fn times_are_seconds_or_words() {
    let options = options(
        "whole = 90\nfloat = 1.5\ntext = '1h 30m'\nnumber = '90'\nvariable = '${SECONDS}'\nzero = 0\nnever = 'never'",
    );
    for (key, millis) in
        [("whole", 90_000), ("float", 1500), ("text", 5_400_000), ("number", 90_000), ("variable", 5000), ("zero", 0)]
    {
        let duration = Duration::from_millis(millis);
        assert_eq!(options.duration(key).unwrap(), Some(duration), "{key}");
        assert_eq!(options.ttl(key).unwrap(), Some(Ttl::After(duration)), "{key}");
    }
    assert_eq!(options.ttl("never").unwrap(), Some(Ttl::Never));
    assert_eq!(options.ttl("missing").unwrap(), None);
    assert_eq!(options.duration("missing").unwrap(), None);
}

#[test]
fn a_wrong_time_is_an_error_that_shows_right_ones() {
    let rest = "is not a time; write seconds, \"5m\", \"1h 30m\", \"2 days\" or \"never\"";
    for (value, message) in [
        ("'3 fortnights'", format!("\"3 fortnights\" {rest}")),
        ("-5", format!("\"-5\" {rest}")),
        ("nan", format!("\"NaN\" {rest}")),
        ("inf", format!("\"inf\" {rest}")),
        ("''", format!("\"\" {rest}")),
        ("true", "expected a time; write seconds, \"5m\" or \"2 days\"".to_owned()),
        ("'never'", "\"never\" is not possible here; write seconds, \"5m\" or \"1h 30m\"".to_owned()),
    ] {
        let error = options(&format!("expires_in = {value}")).duration("expires_in").unwrap_err();
        assert_eq!(error.to_string(), format!("config/storage.toml:5: [prod.cache] expires_in: {message}"));
    }
}

#[test]
fn an_error_about_a_missing_option_names_its_table() {
    let error = options("a = 1").get::<String>("servers").unwrap_err();
    assert_eq!(error.to_string(), "config/storage.toml:4: [prod.cache] servers: missing; write `servers = …`");
    let options = Configuration::from_address("sqlite://a").unwrap().default.unwrap().options;
    let error = options.get::<String>("url").unwrap_err();
    assert_eq!(error.to_string(), "sqlite://a: url: missing; write `url = …`");
}

#[test]
fn an_error_about_a_misspelt_option_names_its_line_and_the_right_name() {
    let error = options("severs = 'a'\nserver_name = 'b'").get::<String>("servers").unwrap_err();
    assert_eq!(
        error.to_string(),
        "config/storage.toml:5: [prod.cache] severs: did you mean `servers`? That one is missing"
    );
    let asked = options("severs = 'a'");
    assert_eq!(asked.get::<String>("severs").unwrap(), "a");
    let error = asked.get::<String>("servers").unwrap_err();
    assert!(error.to_string().contains("servers: missing"), "what was asked for is not misspelt: {error}");
}

#[test]
fn an_error_about_a_wrong_type_shows_no_value() {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Mode {
        Fast,
        Slow,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Server {
        #[serde(rename = "host")]
        _host: String,
    }
    fn wrong<T: DeserializeOwned>(value: &str) -> String {
        let error = options(&format!("key = {value}")).find::<T>("key").err().unwrap();
        assert!(!format!("{error:?}").contains("7734"), "{error:?}");
        let text = error.to_string();
        text.strip_prefix("config/storage.toml:5: [prod.cache] key: ").unwrap().to_owned()
    }
    assert_eq!(wrong::<u64>("'7734'"), "expected u64, found a string");
    assert_eq!(wrong::<String>("7734"), "expected a string, found a whole number");
    assert_eq!(wrong::<u8>("7734"), "expected u8, which this whole number is not");
    assert_eq!(wrong::<u64>("-7734"), "expected u64, which this whole number is not");
    assert_eq!(wrong::<u64>("7734.5"), "expected u64, found a number with a fraction");
    assert_eq!(wrong::<bool>("['7734']"), "expected a boolean, found a list");
    assert_eq!(wrong::<Vec<u8>>("['7734']"), "expected u8, found a string");
    assert_eq!(wrong::<Mode>("'slo7734'"), "unknown value; write `fast` or `slow`");
    assert_eq!(wrong::<Mode>("'slw'"), "unknown value; did you mean `slow`?");
    assert_eq!(wrong::<Mode>("7734"), "expected a string or a table, found a whole number");
    assert_eq!(wrong::<Vec<Server>>("[{ hots = '7734' }]"), "unknown key `hots`; did you mean `host`?");
    assert_eq!(wrong::<Vec<Server>>("[{}]"), "missing field `host`");
    assert_eq!(wrong::<(u8,)>("[1, 2]"), "invalid length 2, expected 1 element in sequence");
}

#[test]
fn an_option_that_was_not_asked_for_is_an_error() {
    let options = options("zzz = 1\ntimeuot = 2");
    options.duration("timeout").unwrap();
    options.find::<String>("database").unwrap();
    let finish = |options: &Options| options.finish().unwrap_err().to_string();
    assert_eq!(
        finish(&options),
        "config/storage.toml:5: [prod.cache] zzz: unknown key; write `database`, `timeout` or `type`"
    );
    options.find::<u64>("zzz").unwrap();
    assert_eq!(finish(&options), "config/storage.toml:6: [prod.cache] timeuot: unknown key; did you mean `timeout`?");
    options.find::<u64>("timeuot").unwrap();
    options.finish().unwrap();
}

#[test]
fn errors_name_the_table_that_an_option_was_written_in() {
    let options = options("url = 'x'");
    assert_eq!(
        options.finish().unwrap_err().to_string(),
        "config/storage.toml:3: [cache] database: unknown key; write `type`"
    );
    assert_eq!(options.error("url", "no").to_string(), "config/storage.toml:5: [prod.cache] url: no");
}

#[test]
fn options_are_shared_by_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Options>();
}

#[test]
fn a_size_is_a_number_of_bytes_or_has_a_unit() {
    for (text, bytes) in [("4096", 4096), ("64 KiB", 64 << 10), ("256MiB", 256 << 20), ("1 GiB", 1 << 30)] {
        assert_eq!(size(text), Some(bytes), "{text}");
    }
    for text in ["", "MiB", "1.5 GiB", "-1", "5 MB", "99999999999 GiB"] {
        assert_eq!(size(text), None, "{text}");
    }
}
