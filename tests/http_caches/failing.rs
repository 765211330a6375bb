//! Stores and origins that fail.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cache_runtime::http::ResponseCache;
use cache_runtime::store::NoCache;
use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, testing};

use crate::fixtures::{Server, page, status, test};

/// A handler that works until the test says otherwise.
fn ill_later(responses: ResponseCache, control: &'static str, failure: Option<u16>) -> (Server, Arc<AtomicBool>) {
    let is_ill = Arc::new(AtomicBool::new(false));
    let ill = Arc::clone(&is_ill);
    let server = Server::fallible(responses, move |_| match (ill.load(Ordering::SeqCst), failure) {
        (false, _) => Ok(page(&[("cache-control", control)], "page")),
        (true, Some(code)) => Ok(status(code, &[], "ill")),
        (true, None) => Err(io::Error::other("ill")),
    });
    (server, is_ill)
}

#[test]
fn while_the_store_is_down_every_request_reaches_the_handler() {
    test(async |_| {
        let chaos = Chaos::new(NoCache);
        chaos.fail(true);
        let server = Server::new(ResponseCache::new(&Cache::new(chaos)), |_| {
            page(&[("cache-control", "public, max-age=60"), ("vary", "x")], "page")
        });
        for _ in 0..5 {
            assert_eq!(server.get("/").await.body, "page");
            assert_eq!(server.request("POST", "/", &[]).await.body, "page");
        }
        assert_eq!(server.runs(), 10);
    });
}

#[test]
fn a_stale_page_stands_in_for_a_failure_within_its_window() {
    test(async |cache| {
        for failure in [None, Some(500), Some(502), Some(503), Some(504)] {
            let responses = ResponseCache::new(&cache);
            responses.clear().await.unwrap();
            let (server, is_ill) = ill_later(responses, "public, max-age=60, stale-if-error=30", failure);
            server.get("/").await;
            is_ill.store(true, Ordering::SeqCst);
            testing::advance(Duration::from_secs(89));
            let stale = server.get("/").await;
            assert_eq!((stale.body.as_str(), stale.cache_status()), ("page", "cache-runtime; fwd=stale"));
            testing::advance(Duration::from_secs(1));
            let late = server.try_request("GET", "/", &[]).await;
            assert_eq!(late.ok().map(|reply| reply.status.as_u16()), failure);
        }
    });
}

#[test]
fn a_failure_reaches_the_client_where_the_page_must_be_validated() {
    test(async |cache| {
        for strict in [
            "public, max-age=60, stale-if-error=30, must-revalidate",
            "public, max-age=60, stale-if-error=30, proxy-revalidate",
            "s-maxage=60",
            "public, max-age=60",
        ] {
            let responses = ResponseCache::new(&cache);
            responses.clear().await.unwrap();
            let (server, is_ill) = ill_later(responses, strict, Some(503));
            server.get("/").await;
            is_ill.store(true, Ordering::SeqCst);
            testing::advance(Duration::from_secs(61));
            assert_eq!(server.get("/").await.status, 503, "{strict}");
        }
    });
}

#[test]
fn the_cache_may_name_windows_for_pages_that_name_none() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache).stale_if_error(30);
        let (server, is_ill) = ill_later(responses, "public, max-age=60", None);
        server.get("/").await;
        is_ill.store(true, Ordering::SeqCst);
        testing::advance(Duration::from_secs(89));
        assert_eq!(server.get("/").await.body, "page");
    });
}

#[test]
fn a_failure_is_not_stored_and_the_next_request_tries_again() {
    test(async |cache| {
        let (server, is_ill) = ill_later(ResponseCache::new(&cache), "public, max-age=60", Some(500));
        is_ill.store(true, Ordering::SeqCst);
        assert_eq!(server.get("/").await.status, 500);
        is_ill.store(false, Ordering::SeqCst);
        assert_eq!(server.get("/").await.body, "page");
        assert!(server.get("/").await.is_hit());
    });
}

#[test]
fn a_handler_that_panics_blocks_nobody() {
    test(async |cache| {
        let is_ill = Arc::new(AtomicBool::new(true));
        let ill = Arc::clone(&is_ill);
        let server = Server::new(ResponseCache::new(&cache), move |_| {
            assert!(!ill.load(Ordering::SeqCst), "the handler is ill");
            page(&[("cache-control", "public, max-age=60")], "page")
        });
        let panicking = server.clone();
        assert!(tokio::spawn(async move { panicking.get("/").await }).await.is_err());
        is_ill.store(false, Ordering::SeqCst);
        assert_eq!(server.get("/").await.body, "page");
    });
}
