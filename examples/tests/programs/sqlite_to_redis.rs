//! The same program, with two stores.

use cache_servers::Redis;

use crate::run::{command, folder, printed};

const PROGRAM: &str = env!("CARGO_BIN_EXE_sqlite_to_redis");

#[test]
fn the_configuration_alone_chooses_sqlite() {
    let here = folder();
    remembers("sqlite", || printed(&mut command(PROGRAM, here.path(), &[])));
}

#[test]
fn the_configuration_alone_chooses_redis() {
    let Some(redis) = Redis::start() else { return };
    let here = folder();
    let run = || {
        let mut command = command(PROGRAM, here.path(), &[]);
        printed(command.env("APP_ENV", "prod").env("REDIS_URL", redis.url()))
    };
    remembers("redis", run);
    assert_eq!(redis.ask(["GET", "sqlite_to_redis:runs"]).text(), Some("2"));
}

/// Runs the program twice: the second run finds what the first one computed.
fn remembers(store: &str, run: impl Fn() -> String) {
    let first = run();
    assert!(first.starts_with("computing the square of 12\nit is 144\nrun 1 with this cache: "), "{first}");
    assert!(first.contains(store), "{first}");
    let second = run();
    assert!(second.starts_with("it is 144\nrun 2 with this cache: "), "{second}");
}
