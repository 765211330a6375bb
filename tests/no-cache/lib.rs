//! A build with the feature `no-cache`, as a program may test itself: nothing is cached unless a test asks for it.
#![cfg(test)]

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cache_runtime::{Cache, Config, async_cache, cache, cached, counter, init, named, register, store, testing};

fn stores(cache: &Cache) -> bool {
    cache.set("k", "v").expect("writes are accepted");
    cache.delete("k").expect("deletes are accepted")
}

#[counter(key = "visits")]
fn visits();

#[test]
fn the_global_cache_stores_nothing() {
    assert!(!stores(&cache()));
    assert!(!stores(&async_cache().to_sync()));
}

#[test]
fn every_named_cache_exists_and_stores_nothing() {
    assert!(!stores(&named("whatever the name").expect("every name is known")));
}

#[test]
fn an_opened_cache_stores_nothing_and_makes_no_file() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let address = format!("sqlite://{}/cache.sqlite3", folder.path().display());
    let cache = Cache::open(&address).expect("a good address");
    assert!(!stores(&cache));
    assert_eq!(folder.path().read_dir().expect("it can be listed").count(), 0);
    assert!(!stores(&Cache::open("sqlite::memory:").expect("a good address")));
}

#[test]
fn a_registered_store_is_not_opened() {
    register("never", |_| -> cache_runtime::Result<store::NoCache> { panic!("it is not opened") })
        .expect("the name is free");
    assert!(!stores(&Cache::open("never://host").expect("a good address")));
}

#[test]
fn an_initialised_cache_stores_nothing() {
    // Another test may have called it first; the result is the same.
    let _ = init(Config::from_address("sqlite::memory:").expect("a good address"));
    assert!(!stores(&cache()));
    let _ = init(Config::builder().default(Cache::memory()).named("sessions", Cache::memory()));
    assert!(!stores(&cache()) && !stores(&named("sessions").expect("every name is known")));
}

#[test]
fn an_annotated_function_runs_at_each_call() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[cached(key = "square:{number}", expires_in = 300, race_ttl = 10)]
    fn square(number: u32) -> u32 {
        RUNS.fetch_add(1, Ordering::Relaxed);
        number * number
    }

    assert_eq!((square(3), square(3), square(4)), (9, 9, 16));
    assert_eq!(RUNS.load(Ordering::Relaxed), 3);
}

#[test]
fn a_counter_returns_zero() {
    assert_eq!(visits().increment_by(5).expect("it is accepted"), 0);
    assert_eq!(visits().get().expect("it is accepted"), None);
}

#[test]
fn a_memory_cache_stores_values() {
    assert!(stores(&Cache::memory()));
}

#[test]
fn a_custom_store_passed_to_new_is_used() {
    assert_eq!(format!("{:?}", Cache::new(store::NoCache)), "Cache { store: \"none\" }");
}

#[test]
fn a_scope_replaces_every_cache_by_a_real_one() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[cached(key = "price:{sku}", expires_in = "5m")]
    fn price(sku: u32) -> u32 {
        RUNS.fetch_add(1, Ordering::Relaxed);
        sku * 100
    }

    let scope = testing::scope(Cache::memory());
    assert_eq!((price(7), price(7)), (700, 700));
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
    testing::advance(Duration::from_secs(301));
    assert_eq!(price(7), 700);
    assert_eq!(RUNS.load(Ordering::Relaxed), 2);
    assert_eq!(visits().increment().expect("it is accepted"), 1);
    assert!(stores(&named("sessions").expect("every name is known")));
    drop(scope);
    assert!(!stores(&cache()));
    assert_eq!(price(7), 700);
    assert_eq!(RUNS.load(Ordering::Relaxed), 3);
}

/// What a test below runs as a program of its own.
#[test]
#[ignore = "another test runs it, in an environment"]
fn a_program() {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    assert!(!stores(&Cache::open("sqlite::memory:").expect("a good address")));
    assert!(!stores(&cache()) && !stores(&named("sessions").expect("every name is known")));
}

/// What the program logs in an environment.
fn log_of_a_program(environment: &str) -> Vec<String> {
    let mut program = Command::new(std::env::current_exe().expect("it is running"));
    let program = program.args(["--exact", "a_program", "--ignored", "--nocapture"]).env("APP_ENV", environment);
    let output = program.output().expect("it starts");
    let log = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{log}");
    log.lines().map(str::to_owned).collect()
}

#[test]
fn under_prod_one_error_says_that_nothing_is_cached() {
    for environment in ["prod", "production"] {
        let log = log_of_a_program(environment);
        assert_eq!(log.len(), 1, "{log:#?}");
        assert!(log[0].contains("ERROR") && log[0].contains("`no-cache`"), "{log:#?}");
    }
    if cfg!(debug_assertions) {
        assert_eq!(log_of_a_program("test"), [""; 0]);
    }
}
