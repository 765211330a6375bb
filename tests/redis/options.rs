//! The options of Redis, and the errors of wrong ones.

use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, Config, ErrorKind};
use cache_servers::Redis;
use cache_store_suite::within_a_minute;

use crate::common::open;

/// The error of a configuration table.
fn problem_of(table: &str) -> String {
    let config = Config::from_toml(&format!("[cache]\ntype = \"redis\"\n{table}")).expect("it can be read");
    let error = cache_runtime::init(config).expect_err("an option is wrong");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    error.to_string()
}

#[test]
fn a_wrong_option_is_an_error_with_its_line() {
    for (table, parts) in [
        ("", ["url", "missing"]),
        ("url = 6379", ["line 3", "url"]),
        ("url = \"redis://host\"\ntimeuot = 5", ["line 4", "`timeout`"]),
        ("url = \"redis://host\"\ntimeout = 0", ["line 4", "timeout"]),
        ("url = \"redis://host\"\nconnections = 0", ["line 4", "connections"]),
        ("url = \"redis://host\"\nprotocol = \"resp4\"", ["line 4", "\"resp3\""]),
        ("url = \"redis://host\"\nnamespace = \"\"", ["line 4", "empty the database"]),
        ("url = \"redis://host\"\nnamespace = \"{app\"", ["line 4", "\"{app}:\""]),
        ("url = \"redis://host\"\nsentinel_password = \"hunter2\"", ["line 4", "redis-sentinel:"]),
        ("url = \"http://:hunter2@host\"", ["line 3", "\"redis://localhost:6379/0\""]),
        ("url = \"redis://:hunter2@host?timeout=5\"", ["line 3", "beside `url`"]),
    ] {
        let problem = problem_of(table);
        assert!(parts.iter().all(|part| problem.contains(part)), "{table}\n{problem}");
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn no_output_of_a_cache_contains_a_secret() {
    let cache = Cache::open("redis://ada:hunter2@127.0.0.1:1/0?sentinel_password=hunter2");
    let error = cache.expect_err("the option is for sentinels");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let cache = Cache::open("redis://ada:hunter2@127.0.0.1:1/0?timeout=0.1").expect("a good address");
    let error = cache.set("key", "value").expect_err("nobody listens there");
    let shown = format!("{cache:?} {error} {error:?}");
    assert!(!shown.contains("hunter2") && shown.contains("127.0.0.1:1"), "{shown}");
}

#[test]
fn no_connection_is_made_before_the_first_use() {
    let Some(redis) = Redis::start() else { return };
    // One of them is the connection of this command.
    let clients = || redis.ask(["CLIENT", "LIST"]).text().expect("a list").lines().count();
    let cache = Cache::open(&redis.url()).expect("a good address");
    let waiting = cache.to_async();
    thread::sleep(Duration::from_millis(50)); // An unwanted connection would be made by then.
    assert_eq!(clients(), 1);
    cache.set("key", "value").expect("written");
    assert_eq!(clients(), 2);
    drop(waiting);
}

/// Addresses with a socket, a database and a user.
#[test]
fn sockets_databases_and_users_have_addresses() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        redis.ask(["ACL", "SETUSER", "ada", "on", ">hunter2", "~*", "&*", "+@all"]);
        for address in [
            format!("redis+unix://{}?db=3", redis.unix_socket().display()),
            format!("unix://{}?db=3", redis.unix_socket().display()),
            format!("redis://ada:hunter2@127.0.0.1:{}/3", redis.port()),
            format!("redis://127.0.0.1:{}?username=ada&password=hunter2&db=3", redis.port()),
        ] {
            let cache = open(&address);
            cache.set("key", "value").unwrap();
            assert_eq!(cache.get::<String>("key").unwrap().as_deref(), Some("value"), "{address}");
            assert_eq!(cache.clear().unwrap(), 1);
        }
        assert_eq!(redis.ask(["DBSIZE"]).number(), Some(0), "the entries were in database 3");
    });
}

#[test]
fn a_wrong_password_fails_the_check_at_the_start() {
    let Some(redis) = Redis::options().password("hunter2").start() else { return };
    within_a_minute(move || {
        let table = |password: &str| {
            let url = format!("redis://127.0.0.1:{}", redis.port());
            format!("[cache]\ntype = 'redis'\nurl = '{url}'\npassword = '{password}'\n")
        };
        let configurations = [
            Config::from_toml(&format!("{}check = true\n", table("hunter3"))).expect("it can be read"),
            Config::from_toml(&table("hunter3")).expect("it can be read").checked(),
        ];
        for config in configurations {
            let error = cache_runtime::init(config).expect_err("the password is wrong");
            assert_eq!(error.kind(), ErrorKind::Store, "{error}");
            let message = error.to_string();
            assert!(message.contains("the default cache") && message.contains("authentication failed"), "{message}");
            assert!(!message.contains("hunter"), "{message}");
        }
        let address = |check: &str| format!("redis://:hunter2@127.0.0.1:{}?check={check}", redis.port());
        open(&address("true")).set("key", "value").expect("the right one is taken");

        redis.stop();
        assert_eq!(Cache::open(&address("true")).expect_err("it is down").kind(), ErrorKind::Unavailable);
        assert!(Cache::open(&address("false")).is_ok());
    });
}
