//! The cache of a client: private or shared, and what a request may ask of it.

use std::time::Duration;

use cache_runtime::http::ClientCache;
use cache_runtime::testing;
use http::StatusCode;

use crate::fixtures::{Server, field, page, status, test};

#[test]
fn a_private_cache_stores_what_is_for_one_user() {
    test(async |cache| {
        let client =
            Server::new(ClientCache::new(&cache), |_| page(&[("cache-control", "private, max-age=60")], "mine"));
        client.get("/").await;
        assert!(client.get("/").await.is_hit());
        let shared = Server::new(ClientCache::new(&cache).shared(), |_| {
            page(&[("cache-control", "private, max-age=60")], "mine")
        });
        shared.get("/other").await;
        assert!(!shared.get("/other").await.is_hit());
    });
}

#[test]
fn users_with_other_credentials_never_share_a_response() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |request| {
            let who = format!("{}{}", field(request, "authorization"), field(request, "cookie"));
            page(&[("cache-control", "max-age=60")], who)
        });
        for name in ["authorization", "cookie"] {
            for _ in 0..3 {
                for user in ["a", "b"] {
                    assert_eq!(client.get_with("/", &[(name, user)]).await.body, user);
                }
                assert_eq!(client.get("/").await.body, "");
            }
            assert!(client.get_with("/", &[(name, "a")]).await.is_hit());
        }
    });
}

#[test]
fn a_cookie_is_delivered_once() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |_| {
            page(&[("cache-control", "max-age=60"), ("set-cookie", "session=1")], "page")
        });
        assert_eq!(client.get("/").await.header("set-cookie"), "session=1");
        let hit = client.get("/").await;
        assert_eq!((hit.is_hit(), hit.header("set-cookie")), (true, ""));
    });
}

#[test]
fn a_stale_response_is_validated_by_its_tag_and_its_date() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |request| {
            match (field(request, "if-none-match"), field(request, "if-modified-since")) {
                ("\"a\"", "Sun, 06 Nov 1994 08:49:37 GMT") => status(304, &[("cache-control", "max-age=60")], ""),
                _ => page(
                    &[
                        ("cache-control", "max-age=60"),
                        ("etag", "\"a\""),
                        ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ],
                    "page",
                ),
            }
        });
        client.get("/").await;
        testing::advance(Duration::from_secs(60));
        let validated = client.get("/").await;
        assert_eq!((validated.status, validated.body.as_str()), (StatusCode::OK, "page"));
        assert_eq!(validated.cache_status(), "cache-runtime; fwd=stale; fwd-status=304; stored");
        assert!(client.get("/").await.is_hit());
    });
}

#[test]
fn a_confirmation_of_another_response_is_not_merged() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |request| match field(request, "if-none-match") {
            "" => page(&[("cache-control", "max-age=60"), ("etag", "\"a\"")], "page"),
            _ => status(304, &[("cache-control", "max-age=60"), ("etag", "\"b\""), ("x-new", "1")], ""),
        });
        client.get("/").await;
        testing::advance(Duration::from_secs(60));
        assert_eq!(client.get("/").await.header("x-new"), "");
        assert_eq!(client.get("/").await.cache_status(), "cache-runtime; fwd=uri-miss; stored");
    });
}

#[test]
fn a_request_says_how_fresh_its_answer_must_be() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |_| page(&[("cache-control", "max-age=60")], "page"));
        client.get("/").await;
        testing::advance(Duration::from_secs(30));
        for (control, is_hit) in
            [("max-age=30", true), ("min-fresh=30", true), ("only-if-cached", true), ("max-age=29", false)]
        {
            assert_eq!(client.get_with("/", &[("cache-control", control)]).await.is_hit(), is_hit, "{control}");
        }
        testing::advance(Duration::from_secs(30));
        assert!(!client.get_with("/", &[("cache-control", "min-fresh=31")]).await.is_hit());
    });
}

#[test]
fn a_request_may_take_a_stale_answer() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |_| {
            page(&[("cache-control", "max-age=60"), ("etag", "\"a\"")], "page")
        });
        client.get("/").await;
        testing::advance(Duration::from_secs(70));
        assert!(client.get_with("/", &[("cache-control", "max-stale=10")]).await.is_hit());
        assert!(!client.get_with("/", &[("cache-control", "max-stale=9")]).await.is_hit());
    });
}

#[test]
fn a_lifetime_is_guessed_only_if_asked_for() {
    test(async |cache| {
        let old = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (client, ttl) in [(ClientCache::new(&cache), None), (ClientCache::new(&cache).heuristic(600), Some(600))] {
            client.clear().await.unwrap();
            let client = Server::new(client, move |_| page(&[("last-modified", old)], "page"));
            client.get("/").await;
            let second = client.get("/").await;
            assert_eq!(
                second.cache_status().strip_prefix("cache-runtime; hit; ttl=").map(|ttl| ttl.parse().unwrap()),
                ttl
            );
        }
    });
}

#[test]
fn schemes_do_not_share_responses() {
    test(async |cache| {
        let client = Server::new(ClientCache::new(&cache), |request| {
            page(&[("cache-control", "max-age=60")], request.uri().to_string())
        });
        for url in ["http://shop.example/", "https://shop.example/"] {
            assert_eq!(client.get(url).await.body, url);
        }
    });
}
