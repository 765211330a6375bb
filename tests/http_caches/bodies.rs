//! Bodies: large ones, slow ones, broken ones, and those with trailers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use cache_runtime::http::ResponseCache;
use http::{HeaderMap, HeaderValue, Response};
use http_body::Body as _;
use http_body_util::{BodyExt, channel};

use crate::fixtures::{Body, Server, page, test};

type Channel = channel::Channel<Bytes, io::Error>;

/// A body in frames of one kibibyte, which counts those that were taken.
fn frames(number: usize, taken: Arc<AtomicUsize>) -> Body {
    let (mut sender, body) = Channel::new(1);
    tokio::spawn(async move {
        for _ in 0..number {
            if sender.send_data(Bytes::from(vec![b'x'; 1024])).await.is_err() {
                return;
            }
            taken.fetch_add(1, Ordering::SeqCst);
        }
    });
    body.boxed()
}

fn public(body: Body) -> Response<Body> {
    let mut response = page(&[("cache-control", "public, max-age=60")], "");
    *response.body_mut() = body;
    response
}

#[test]
fn a_stream_within_the_bound_is_stored() {
    test(async |cache| {
        let server =
            Server::asynchronous(ResponseCache::new(&cache), |_| async { Ok(public(frames(100, Arc::default()))) });
        assert_eq!(server.get("/").await.body.len(), 100 * 1024);
        let hit = server.get("/").await;
        assert_eq!((hit.body.len(), hit.is_hit()), (100 * 1024, true));
    });
}

#[test]
fn a_larger_stream_passes_whole_and_is_not_held_in_memory() {
    test(async |cache| {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let server = Server::asynchronous(ResponseCache::new(&cache).max_body(10 * 1024), move |_| {
            let counted = Arc::clone(&counted);
            async { Ok(public(frames(1000, counted))) }
        });
        let response = server.open("/").await;
        // The bound, one frame beyond it, and what is on its way in the channel.
        assert!(taken.load(Ordering::SeqCst) <= 13, "{taken:?}");
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), 1000 * 1024);
        assert!(!server.get("/").await.is_hit());
    });
}

#[test]
fn a_body_that_announces_too_much_is_not_touched() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache).max_body(3), |_| {
            page(&[("cache-control", "public, max-age=60")], "four")
        });
        for _ in 0..2 {
            let reply = server.get("/").await;
            assert_eq!((reply.body.as_str(), reply.cache_status()), ("four", "cache-runtime; fwd=uri-miss"));
        }
    });
}

#[test]
fn a_body_that_breaks_off_is_not_stored_and_breaks_off_for_the_client() {
    test(async |cache| {
        let server = Server::asynchronous(ResponseCache::new(&cache), |_| async {
            let (mut sender, body) = Channel::new(2);
            sender.send_data(Bytes::from("half")).await.unwrap();
            sender.abort(io::Error::other("broken"));
            Ok(public(body.boxed()))
        });
        for _ in 0..2 {
            assert!(server.try_request("GET", "/", &[]).await.is_err());
        }
        assert_eq!(server.runs(), 2);
    });
}

#[test]
fn a_body_that_is_shorter_than_announced_is_not_stored() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "public, max-age=60"), ("content-length", "100")], "half")
        });
        assert_eq!(server.get("/").await.body, "half");
        assert!(!server.get("/").await.is_hit());
    });
}

#[test]
fn trailers_reach_the_client() {
    test(async |cache| {
        let server = Server::asynchronous(ResponseCache::new(&cache), |_| async {
            let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static("0"))]);
            let (mut sender, body) = Channel::new(2);
            sender.send_data(Bytes::from("reply")).await.unwrap();
            sender.send_trailers(trailers).await.unwrap();
            Ok(public(body.boxed()))
        });
        for _ in 0..2 {
            let body = server.open("/").await.into_body().collect().await.unwrap();
            assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
        }
    });
}

#[test]
fn the_size_of_a_stored_body_is_known() {
    test(async |cache| {
        let server =
            Server::new(ResponseCache::new(&cache), |_| page(&[("cache-control", "public, max-age=60")], "tea"));
        for _ in 0..2 {
            assert_eq!(server.open("/").await.body().size_hint().exact(), Some(3));
        }
    });
}
