//! Whether the store answers, asked past the circuit breaker.

use std::future::Future;

use cache_runtime::{AsyncCache, Cache, ErrorKind, Result};

use crate::common::{Events, chaos, with_open_circuit};

/// Pings by each API.
fn pings(cache: &Cache) -> [Result<()>; 2] {
    [cache.ping().map(drop), smol::block_on(cache.to_async().ping()).map(drop)]
}

#[test]
fn a_ping_of_a_dead_store_returns_the_stores_error() {
    let (cache, chaos) = chaos();
    chaos.fail(true);
    for error in pings(&cache).map(Result::unwrap_err) {
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let text = error.to_string();
        assert!(text.starts_with("ping in chaos over ") && text.ends_with(": told to fail"), "{text}");
    }
}

#[test]
fn a_ping_asks_the_store_even_while_the_circuit_is_open() {
    let (cache, chaos) = with_open_circuit();
    for error in pings(&cache).map(Result::unwrap_err) {
        assert!(error.to_string().ends_with("told to fail"), "{error}");
    }
    chaos.fail(false);
    assert!(pings(&cache).iter().all(Result::is_ok), "the store answers again");
}

#[test]
fn failed_pings_do_not_open_the_circuit() {
    let (cache, chaos) = chaos();
    let events = Events::of(&cache);
    chaos.fail(true);
    (0..10).for_each(|_| assert!(pings(&cache).iter().all(Result::is_err)));
    chaos.fail(false);
    assert_eq!(cache.get::<u8>("k").unwrap(), None);
    assert!(events.all().is_empty(), "{:?}", events.all());
}

#[test]
fn a_ping_can_be_awaited_in_a_spawned_task() {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let cache: AsyncCache = Cache::memory().to_async();
    smol::block_on(is_send(cache.ping())).unwrap();
}
