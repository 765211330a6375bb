//! Tests the store against the contract, on a real memcached.

use cache_memcached::register;
use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, ErrorKind};
use cache_servers::{Memcached, own_name};

/// Registers the store once for all tests of this process.
fn registered() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| register().expect("nobody else registers it"));
}

fn open(server: &Memcached, options: &str) -> Cache {
    registered();
    Cache::open(&format!("memcached://{}?{options}", server.address())).expect("a good address")
}

/// A server that the tests share and that takes values of some megabytes.
fn shared() -> Option<&'static Memcached> {
    static SHARED: std::sync::OnceLock<Option<Memcached>> = std::sync::OnceLock::new();
    SHARED.get_or_init(|| Memcached::start_with(["-I", "8m", "-m", "512"])).as_ref()
}

/// A cache in a namespace of its own.
fn memcached() -> Cache {
    let Some(server) = shared() else { cache_store_suite::skip() };
    open(server, &format!("namespace={}:&timeout=10", own_name()))
}

cache_store_suite::run! { behaviours_of_a_cache, memcached }
cache_store_suite::run_store! { contract_of_a_store, || Chaos::over(&memcached()) }

#[test]
fn a_value_that_is_too_large_is_an_error_and_others_are_stored() {
    let Some(server) = Memcached::start() else { return };
    let cache = open(&server, "");
    for _ in 0..10 {
        let error = cache.set("k", &"x".repeat(2 << 20)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Entry);
        assert!(error.to_string().contains("too large"), "{error}");
    }
    cache.set("k", "small").unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("small"));
}

#[test]
fn a_server_that_is_down_is_unavailable_and_is_used_again_afterwards() {
    let Some(server) = Memcached::start() else { return };
    let cache = open(&server, "timeout=0.3");
    server.stop();
    assert_eq!(cache.get::<u8>("k").unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(cache.get_or_set("k", || 1), 1, "the body runs");
    server.start_again();
    wait_until(|| cache.set("k", &2).is_ok());
    assert_eq!(cache.get::<u8>("k").unwrap(), Some(2));
}

/// An answer that arrives after its request timed out must not be taken for the answer to the next request.
#[test]
fn after_a_hang_each_request_gets_its_own_answer() {
    let Some(server) = Memcached::start() else { return };
    let cache = open(&server, "timeout=0.3");
    for key in ["a", "b", "c"] {
        cache.set(key, key).unwrap();
    }
    for _ in 0..3 {
        server.freeze();
        assert!(cache.get::<String>("a").is_err());
        server.thaw();
        wait_until(|| cache.get::<String>("b").is_ok());
        for key in ["b", "c", "a"] {
            assert_eq!(cache.get::<String>(key).unwrap().as_deref(), Some(key));
        }
    }
}

#[test]
fn entries_that_the_server_has_lost_are_misses() {
    let Some(server) = Memcached::start() else { return };
    let cache = open(&server, "");
    cache.set("k", "v").unwrap();
    server.flush();
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    cache.set("k", "w").unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("w"));
}

#[test]
fn clearing_more_than_a_hundred_prefixes_clears_everything() {
    let cache = memcached();
    cache.set("k", "v").unwrap();
    for number in 0..100 {
        cache.namespace(&number.to_string()).clear().unwrap();
    }
    assert!(cache.exists("k").unwrap());
    cache.namespace("100").clear().unwrap();
    assert!(!cache.exists("k").unwrap());
    cache.set("k", "v").unwrap();
    assert!(cache.exists("k").unwrap());
}

#[test]
fn errors_of_the_configuration_name_the_option() {
    registered();
    let refused = |address: &str| Cache::open(address).unwrap_err().to_string();
    let message = refused("memcached://localhost");
    assert!(message.contains("url") && message.contains("memcached://localhost:11211"), "{message}");
    let message = refused("memcached://localhost:11211?namespace=a b");
    assert!(message.contains("namespace"), "{message}");
    let message = refused("memcached://localhost:11211?timeout=0");
    assert!(message.contains("timeout"), "{message}");
    let message = refused("memcached://localhost:11211?timeuot=1");
    assert!(message.contains("timeout"), "{message}");
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "it takes too long");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
