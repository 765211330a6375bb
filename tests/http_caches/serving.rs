//! What is served from the cache: whole responses, parts, heads, and that a client has it already.

use std::time::Duration;

use cache_runtime::http::ResponseCache;
use cache_runtime::testing;
use http::StatusCode;

use crate::fixtures::{Server, field, page, status, test};

const TEA: &[(&str, &str)] = &[("cache-control", "public, max-age=60"), ("etag", "\"tea\"")];

#[test]
fn a_fresh_response_is_served_without_the_handler() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(TEA, "tea"));
        let first = server.get("/").await;
        assert_eq!((first.cache_status(), first.header("age")), ("cache-runtime; fwd=uri-miss; stored", ""));
        testing::advance(Duration::from_secs(10));
        let second = server.get("/").await;
        assert_eq!(second.cache_status(), "cache-runtime; hit; ttl=50");
        assert_eq!((second.body.as_str(), second.header("age"), server.runs()), ("tea", "10", 1));
    });
}

#[test]
fn a_stale_response_is_fetched_anew() {
    test(async |cache| {
        let server =
            Server::new(ResponseCache::new(&cache), |_| page(&[("cache-control", "public, max-age=60")], "tea"));
        server.get("/").await;
        testing::advance(Duration::from_secs(60));
        assert_eq!(server.get("/").await.cache_status(), "cache-runtime; fwd=uri-miss; stored");
        assert_eq!(server.runs(), 2);
    });
}

#[test]
fn a_stale_response_with_a_tag_is_validated_and_lives_on_after_a_304() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match field(request, "if-none-match") {
            "\"tea\"" => {
                status(304, &[("cache-control", "public, max-age=90"), ("etag", "\"tea\""), ("x-new", "1")], "")
            }
            _ => page(TEA, "tea"),
        });
        server.get("/").await;
        testing::advance(Duration::from_secs(60));
        let validated = server.get("/").await;
        assert_eq!(validated.cache_status(), "cache-runtime; fwd=stale; fwd-status=304; stored");
        assert_eq!(
            (validated.status, validated.body.as_str(), validated.header("x-new")),
            (StatusCode::OK, "tea", "1")
        );
        testing::advance(Duration::from_secs(89));
        assert_eq!(server.get("/").await.cache_status(), "cache-runtime; hit; ttl=1");
        assert_eq!(server.runs(), 2);
    });
}

#[test]
fn a_stale_response_is_replaced_by_a_new_one() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match field(request, "if-none-match") {
            "" => page(TEA, "tea"),
            _ => page(&[("cache-control", "public, max-age=60"), ("etag", "\"coffee\"")], "coffee"),
        });
        server.get("/").await;
        testing::advance(Duration::from_secs(60));
        assert_eq!(server.get("/").await.body, "coffee");
        let hit = server.get("/").await;
        assert_eq!((hit.body.as_str(), hit.is_hit()), ("coffee", true));
    });
}

#[test]
fn a_client_that_has_the_page_gets_a_304() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(TEA, "tea"));
        for _ in 0..2 {
            let known = server.get_with("/", &[("if-none-match", "\"x\", W/\"tea\"")]).await;
            assert_eq!((known.status, known.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
            assert_eq!((known.header("etag"), known.header("cache-control")), ("\"tea\"", "public, max-age=60"));
        }
        assert_eq!(server.get_with("/", &[("if-none-match", "\"x\"")]).await.body, "tea");
        assert_eq!(server.runs(), 1);
    });
}

#[test]
fn the_head_of_a_stored_response_is_served_and_one_from_the_handler_is_not_stored() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(TEA, "tea"));
        assert!(!server.request("HEAD", "/", &[]).await.is_hit());
        assert!(!server.get("/").await.is_hit());
        let head = server.request("HEAD", "/", &[]).await;
        assert_eq!((head.is_hit(), head.body.as_str(), head.header("content-length")), (true, "", "3"));
    });
}

#[test]
fn a_range_is_cut_out_of_a_stored_response() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(TEA, "0123456789"));
        server.get("/").await;
        let part = server.get_with("/", &[("range", "bytes=2-4"), ("if-range", "\"tea\"")]).await;
        assert_eq!((part.status, part.body.as_str()), (StatusCode::PARTIAL_CONTENT, "234"));
        assert_eq!((part.header("content-range"), part.header("content-length")), ("bytes 2-4/10", "3"));
        let outside = server.get_with("/", &[("range", "bytes=10-")]).await;
        assert_eq!(
            (outside.status, outside.header("content-range")),
            (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */10")
        );
        let of_another_state = server.get_with("/", &[("range", "bytes=2-4"), ("if-range", "\"old\"")]).await;
        assert_eq!((of_another_state.status, of_another_state.body.as_str()), (StatusCode::OK, "0123456789"));
        assert_eq!(server.runs(), 1);
    });
}

#[test]
fn a_range_that_is_not_stored_goes_to_the_handler_as_it_is() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match field(request, "range") {
            "" => page(TEA, "0123"),
            _ => status(206, &[("cache-control", "public, max-age=60"), ("content-range", "bytes 0-0/4")], "0"),
        });
        assert_eq!(server.get_with("/", &[("range", "bytes=0-0")]).await.body, "0");
        assert_eq!(server.get("/").await.body, "0123");
        assert_eq!(server.runs(), 2);
    });
}

#[test]
fn responses_are_told_apart_by_what_vary_names_and_by_nothing_else() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| {
            page(
                &[("cache-control", "public, max-age=60"), ("vary", "Accept-Language")],
                field(request, "accept-language"),
            )
        });
        for (language, is_hit) in [("en", false), ("de", false), ("en", true), ("EN", true), ("de", true)] {
            let reply = server.get_with("/", &[("accept-language", language), ("user-agent", "x")]).await;
            assert_eq!((reply.body.to_lowercase(), reply.is_hit()), (language.to_lowercase(), is_hit), "{language}");
        }
        assert_eq!(server.get("/").await.body, "");
        assert_eq!(server.runs(), 3);
    });
}

#[test]
fn a_handler_may_vary_on_more_later() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| {
            let vary = if field(request, "theme").is_empty() { "accept-language" } else { "theme" };
            page(&[("cache-control", "public, max-age=60"), ("vary", vary)], field(request, "theme"))
        });
        assert_eq!(server.get("/").await.body, "");
        for _ in 0..2 {
            assert_eq!(server.get_with("/", &[("theme", "dark"), ("accept-language", "en")]).await.body, "dark");
        }
        let dark = server.get_with("/", &[("theme", "dark"), ("accept-language", "en")]).await;
        assert_eq!((dark.body.as_str(), dark.is_hit()), ("dark", true));
        assert_eq!(server.get_with("/", &[("theme", "light"), ("accept-language", "en")]).await.body, "light");
    });
}

#[test]
fn a_response_that_varies_on_everything_is_not_stored() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "public, max-age=60"), ("vary", "*")], "tea")
        });
        server.get("/").await;
        assert!(!server.get("/").await.is_hit());
    });
}

#[test]
fn a_client_may_ask_for_a_new_response_unless_that_is_ignored() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache);
        let server = Server::new(responses.clone(), |_| page(TEA, "tea"));
        server.get("/").await;
        assert_eq!(
            server.get_with("/", &[("cache-control", "no-cache")]).await.cache_status(),
            "cache-runtime; fwd=request; stored"
        );
        assert_eq!(
            server.get_with("/", &[("cache-control", "no-store")]).await.cache_status(),
            "cache-runtime; fwd=request"
        );
        let deaf = Server::new(responses.ignore_requests(), |_| page(TEA, "tea"));
        assert!(deaf.get_with("/", &[("cache-control", "no-cache, no-store")]).await.is_hit());
    });
}

#[test]
fn a_client_that_wants_only_what_is_stored_gets_that_or_a_504() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(TEA, "tea"));
        let only = &[("cache-control", "only-if-cached")];
        assert_eq!(server.get_with("/", only).await.status, StatusCode::GATEWAY_TIMEOUT);
        server.get("/").await;
        assert_eq!(server.get_with("/", only).await.body, "tea");
        testing::advance(Duration::from_secs(60));
        assert_eq!(server.get_with("/", only).await.status, StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(server.runs(), 1);
    });
}

#[test]
fn in_its_window_a_stale_response_is_served_while_a_task_fetches_a_new_one() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "public, max-age=60, stale-while-revalidate=30")], "tea")
        });
        server.get("/").await;
        testing::advance(Duration::from_secs(70));
        assert_eq!(server.get("/").await.cache_status(), "cache-runtime; hit; ttl=-10");
        while server.get("/").await.cache_status() != "cache-runtime; hit; ttl=60" {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.runs(), 2);
        testing::advance(Duration::from_secs(90));
        assert!(!server.get("/").await.is_hit());
    });
}

#[test]
fn other_caches_on_the_way_keep_their_fields() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache).name("edge 1"), |_| {
            page(&[("cache-control", "public, max-age=60"), ("age", "20"), ("cache-status", "origin; hit")], "tea")
        });
        let first = server.get("/").await;
        assert_eq!(first.header("age"), "20");
        let hit = server.get("/").await;
        assert_eq!(hit.cache_status(), "\"edge 1\"; hit; ttl=40");
    });
}
