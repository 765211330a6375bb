//! However a call ends, the single-flight table has no entry for it afterwards.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Waker};

use super::background_refresh::hint;
use crate::single_flight::flights;
use crate::{AsyncCache, Cache};

/// Whether a key is being computed in this process, with or without possible waiters.
fn is_in_flight(cache: &Cache, key: &str) -> bool {
    let flight = cache.handle.flight_key(key);
    flights().any(|other| (other.cache, &other.key) == (flight.cache, &flight.key))
}

/// A way to run a computation.
type Method = fn(&Cache, &dyn Fn() -> Result<u8, u8>) -> Result<u8, u8>;

const METHODS: [Method; 2] =
    [|cache, body| cache.try_get_or_set("key", body), |cache, body| cache.expires_in(60).try_refresh("key", body)];

#[test]
fn a_value_an_err_and_a_panic_leave_nothing_in_flight() {
    for method in METHODS {
        let cache = Cache::none();
        let in_flight = |result| {
            assert!(is_in_flight(&cache, "key"), "while the body runs");
            result
        };
        assert_eq!(method(&cache, &|| in_flight(Ok(1))), Ok(1));
        assert!(!is_in_flight(&cache, "key"));
        assert_eq!(method(&cache, &|| in_flight(Err(2))), Err(2));
        assert!(!is_in_flight(&cache, "key"));
        let panics = || method(&cache, &|| std::panic::resume_unwind(Box::new(in_flight(Ok(3)))));
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        assert!(!is_in_flight(&cache, "key"));
    }
}

#[test]
fn computations_that_request_their_own_key_leave_nothing_in_flight() {
    for (outer, inner) in
        [(METHODS[0], METHODS[1]), (METHODS[1], METHODS[0]), (METHODS[1], METHODS[1]), (METHODS[0], METHODS[0])]
    {
        let cache = Cache::none();
        assert_eq!(outer(&cache, &|| inner(&cache, &|| Ok(1))), Ok(1));
        assert!(!is_in_flight(&cache, "key"));
    }
}

/// Polls a call until its computation has started: before, the store may be called on another thread.
fn poll_until_started(mut call: Pin<&mut impl Future>, started: &AtomicBool) {
    while !started.load(SeqCst) {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        std::thread::yield_now();
    }
}

#[test]
fn a_dropped_call_leaves_nothing_in_flight() {
    let cache = Cache::none();
    let async_cache: &AsyncCache = &cache.to_async();
    for refreshes in [false, true] {
        let started = AtomicBool::new(false);
        let body = async || {
            started.store(true, SeqCst);
            std::future::pending::<u8>().await
        };
        let mut call = Box::pin(async {
            if refreshes { async_cache.refresh("key", body).await } else { async_cache.get_or_set("key", body).await }
        });
        poll_until_started(call.as_mut(), &started);
        assert!(is_in_flight(&cache, "key"));
        drop(call);
        assert!(!is_in_flight(&cache, "key"));
    }
}

/// So a body may use the timers and sockets of that runtime.
#[cfg(any(feature = "redis", feature = "tokio"))]
#[test]
fn a_background_task_runs_on_the_callers_tokio_runtime() {
    use tokio::runtime::{Builder, Handle};
    use tokio::sync::oneshot;

    let runtime = Builder::new_current_thread().build().unwrap();
    let (tell, told) = oneshot::channel();
    let seen = runtime.block_on(async {
        super::background_refresh::spawn(async move {
            let _ = tell.send(Handle::try_current().ok().map(|handle| handle.id()));
        });
        told.await.unwrap()
    });
    assert_eq!(seen, Some(runtime.handle().id()));
}

#[test]
fn a_background_task_that_lacks_its_runtime_names_the_feature() {
    let panic = "there is no reactor running, must be called from the context of a Tokio 1.x runtime";
    let advice = "; turn on the cargo feature `tokio` of `cache-runtime`, so that it runs on the caller's runtime";
    assert_eq!(hint(panic), if cfg!(feature = "tokio") { "" } else { advice });
    assert_eq!(hint("index out of bounds"), "");
}
