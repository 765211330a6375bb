//! However a call ends, nothing of it is left in the table of flights.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Waker};

use crate::single_flight::flights;
use crate::{AsyncCache, Cache};

/// Whether this process has flights of a key, also such as nobody joins.
fn flies(cache: &Cache, key: &str) -> bool {
    let flight = cache.handle.flight_key(key);
    flights().any(|other| (other.cache, &other.key) == (flight.cache, &flight.key))
}

/// How a body is run.
type Way = fn(&Cache, &dyn Fn() -> Result<u8, u8>) -> Result<u8, u8>;

const WAYS: [Way; 2] =
    [|cache, body| cache.try_get_or_set("key", body), |cache, body| cache.expires_in(60).try_refresh("key", body)];

#[test]
fn a_value_an_err_and_a_panic_leave_no_flight() {
    for way in WAYS {
        let cache = Cache::none();
        let noted = |result| {
            assert!(flies(&cache, "key"), "while the body runs");
            result
        };
        assert_eq!(way(&cache, &|| noted(Ok(1))), Ok(1));
        assert!(!flies(&cache, "key"));
        assert_eq!(way(&cache, &|| noted(Err(2))), Err(2));
        assert!(!flies(&cache, "key"));
        let panics = || way(&cache, &|| std::panic::resume_unwind(Box::new(noted(Ok(3)))));
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        assert!(!flies(&cache, "key"));
    }
}

#[test]
fn bodies_that_ask_for_their_own_key_leave_no_flight() {
    for (outer, inner) in [(WAYS[0], WAYS[1]), (WAYS[1], WAYS[0]), (WAYS[1], WAYS[1]), (WAYS[0], WAYS[0])] {
        let cache = Cache::none();
        assert_eq!(outer(&cache, &|| inner(&cache, &|| Ok(1))), Ok(1));
        assert!(!flies(&cache, "key"));
    }
}

/// Polls a future until its body has begun: a store may be asked on another thread before.
fn begin(mut call: Pin<&mut impl Future>, begun: &AtomicBool) {
    while !begun.load(SeqCst) {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        std::thread::yield_now();
    }
}

#[test]
fn a_call_that_is_dropped_leaves_no_flight() {
    let cache = Cache::none();
    let waiting: &AsyncCache = &cache.to_async();
    for refreshes in [false, true] {
        let begun = AtomicBool::new(false);
        let body = async || {
            begun.store(true, SeqCst);
            std::future::pending::<u8>().await
        };
        let mut call = Box::pin(async {
            if refreshes { waiting.refresh("key", body).await } else { waiting.get_or_set("key", body).await }
        });
        begin(call.as_mut(), &begun);
        assert!(flies(&cache, "key"));
        drop(call);
        assert!(!flies(&cache, "key"));
    }
}
