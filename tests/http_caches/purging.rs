//! What removes stored responses: requests that change pages, and purges by URL, by tag and of all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cache_runtime::http::ResponseCache;
use cache_runtime::testing;
use http::HeaderName;
use tokio::sync::watch;

use crate::fixtures::{Server, field, page, status, test};

const PUBLIC: (&str, &str) = ("cache-control", "public, max-age=60");

#[test]
fn a_successful_change_removes_the_page_and_what_it_names() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match request.method().as_str() {
            "GET" => page(&[PUBLIC], "page"),
            _ => status(201, &[("location", "/cards/8"), ("content-location", "http://shop.example/cards?new")], ""),
        });
        for method in ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"] {
            for path in ["/cards", "/cards/8", "/cards?new", "/other"] {
                server.get(path).await;
            }
            assert_eq!(server.request(method, "/cards", &[]).await.cache_status(), "cache-runtime; fwd=method");
            for path in ["/cards", "/cards/8", "/cards?new"] {
                assert!(!server.get(path).await.is_hit(), "{method} {path}");
            }
            assert!(server.get("/other").await.is_hit());
        }
    });
}

#[test]
fn a_failed_change_and_a_safe_method_remove_nothing() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match request.method().as_str() {
            "GET" => page(&[PUBLIC], "page"),
            "OPTIONS" => page(&[], ""),
            _ => status(422, &[], ""),
        });
        server.get("/").await;
        server.request("POST", "/", &[]).await;
        server.request("OPTIONS", "/", &[]).await;
        assert!(server.get("/").await.is_hit());
    });
}

#[test]
fn a_change_does_not_remove_pages_of_other_origins() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match request.method().as_str() {
            "GET" => page(&[PUBLIC], "page"),
            _ => status(303, &[("location", "http://other.example/")], ""),
        });
        server.get("http://other.example/").await;
        server.request("POST", "/", &[]).await;
        assert!(server.get("http://other.example/").await.is_hit());
    });
}

#[test]
fn a_page_that_was_computed_before_a_change_is_not_stored_after_it() {
    test(async |cache| {
        for vary in ["", "accept-language"] {
            let (opened, gate) = watch::channel(false);
            let server = Server::asynchronous(ResponseCache::new(&cache), move |request| {
                let mut gate = gate.clone();
                async move {
                    if request.method() == "GET" {
                        let _ = gate.wait_for(|opened| *opened).await;
                    }
                    Ok(page(&[PUBLIC, ("vary", vary)], "page"))
                }
            });
            let path = format!("/{vary}");
            let (reader, of_reader) = (server.clone(), path.clone());
            let reader = tokio::spawn(async move { reader.get(&of_reader).await.body });
            while server.runs() == 0 {
                tokio::task::yield_now().await;
            }
            server.request("POST", &path, &[]).await;
            opened.send(true).unwrap();
            assert_eq!(reader.await.unwrap(), "page");
            assert!(!server.get(&path).await.is_hit(), "vary: {vary}");
        }
    });
}

#[test]
fn a_purge_removes_every_variant_of_a_url_and_nothing_else() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache);
        let server = Server::new(responses.clone(), |request| {
            page(&[PUBLIC, ("vary", "accept-language")], field(request, "accept-language"))
        });
        for path in ["/cards/7", "/cards/8"] {
            for language in ["de", "en"] {
                server.get_with(path, &[("accept-language", language)]).await;
            }
        }
        assert!(responses.purge("https://SHOP.example/cards/7").await.unwrap());
        assert!(!responses.purge("shop.example/cards/7").await.unwrap());
        for language in ["de", "en"] {
            assert!(!server.get_with("/cards/7", &[("accept-language", language)]).await.is_hit());
            assert!(server.get_with("/cards/8", &[("accept-language", language)]).await.is_hit());
        }
        assert!(responses.purge("not a url").await.unwrap_err().to_string().contains("https://host/path"));
    });
}

#[test]
fn a_purge_by_tag_removes_the_pages_that_carry_it() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache).tags(HeaderName::from_static("cache-tag"));
        let server = Server::new(responses.clone(), |request| {
            page(&[PUBLIC, ("cache-tag", &format!("cards, card:{}", request.uri().path()))], "page")
        });
        for path in ["/7", "/8"] {
            assert_eq!(server.get(path).await.header("cache-tag"), "");
            assert!(server.get(path).await.is_hit());
        }
        responses.purge_tag("card:/7").await.unwrap();
        assert!(!server.get("/7").await.is_hit());
        assert!(server.get("/8").await.is_hit());
        responses.purge_tag("cards").await.unwrap();
        assert!(!server.get("/7").await.is_hit() && !server.get("/8").await.is_hit());
    });
}

#[test]
fn a_page_keeps_its_tags_when_the_handler_confirms_it() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache).tags(HeaderName::from_static("cache-tag"));
        let server = Server::new(responses.clone(), |request| match field(request, "if-none-match") {
            "" => page(&[PUBLIC, ("etag", "\"a\""), ("cache-tag", "cards")], "page"),
            _ => status(304, &[("etag", "\"a\"")], ""),
        });
        server.get("/").await;
        testing::advance(Duration::from_secs(60));
        assert!(server.get("/").await.cache_status().contains("fwd-status=304"));
        let hit = server.get("/").await;
        assert_eq!((hit.is_hit(), hit.header("cache-tag")), (true, ""));
        responses.purge_tag("cards").await.unwrap();
        assert!(!server.get("/").await.is_hit());
    });
}

#[test]
fn a_page_whose_tag_is_purged_while_it_is_computed_is_not_stored() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache).tags(HeaderName::from_static("cache-tag"));
        let (purging, runs) = (responses.clone(), Arc::new(AtomicUsize::new(0)));
        let server = Server::asynchronous(responses, move |_| {
            let (purging, is_first) = (purging.clone(), runs.fetch_add(1, Ordering::SeqCst) == 0);
            async move {
                if is_first {
                    purging.purge_tag("cards").await.unwrap();
                }
                Ok(page(&[PUBLIC, ("cache-tag", "cards")], "page"))
            }
        });
        server.get("/").await;
        assert!(!server.get("/").await.is_hit());
        server.get("/").await;
        assert!(server.get("/").await.is_hit());
    });
}

#[test]
fn clear_removes_all_pages_and_no_other_entry_of_the_cache() {
    test(async |cache| {
        let responses = ResponseCache::new(&cache);
        cache.set("stats", &7).unwrap();
        let server = Server::new(responses.clone(), |_| page(&[PUBLIC], "page"));
        server.get("/").await;
        assert_eq!(responses.clear().await.unwrap(), 1);
        assert!(!server.get("/").await.is_hit());
        assert!(cache.exists("stats").unwrap());
    });
}
