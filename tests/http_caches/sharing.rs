//! Attacks and accidents by which one client would be given what is for another, or what another one has made up.

use bytes::Bytes;
use cache_runtime::http::ResponseCache;
use http::Request;
use http_body_util::Full;

use crate::fixtures::{Server, field, page, status, test};

const PUBLIC: (&str, &str) = ("cache-control", "public, max-age=60");

/// The strict cache and the one that stores what the standard allows.
fn both(responses: ResponseCache) -> [ResponseCache; 2] {
    [responses.clone(), responses.standard()]
}

#[test]
fn what_sets_a_cookie_is_given_to_nobody_else() {
    test(async |cache| {
        for responses in both(ResponseCache::new(&cache)) {
            let server =
                Server::new(responses, |request| page(&[PUBLIC, ("set-cookie", field(request, "x-user"))], "hello"));
            for user in ["a", "b", "a"] {
                assert_eq!(server.get_with("/", &[("x-user", user)]).await.header("set-cookie"), user);
            }
        }
    });
}

#[test]
fn what_is_private_is_given_to_nobody_else() {
    test(async |cache| {
        let spellings = [
            "private, max-age=60",
            "max-age=60, public, Private",
            "public, max-age=60, private=\"set-cookie\"",
            "public, max-age=60, no-store",
            "public,max-age=60,\tno-store",
            "s-maxage=60, private",
            "private=",
        ];
        for (number, control) in spellings.into_iter().enumerate() {
            for responses in both(ResponseCache::new(&cache)) {
                let server = Server::new(responses, move |request| {
                    page(&[("cache-control", control)], field(request, "cookie"))
                });
                for user in ["a", "b", "a"] {
                    let reply = server.get_with(&format!("/{number}"), &[("cookie", user)]).await;
                    assert_eq!((reply.body.as_str(), reply.is_hit()), (user, false), "{control}");
                }
            }
        }
    });
}

#[test]
fn what_a_session_gets_is_given_to_nobody_else() {
    test(async |cache| {
        for responses in both(ResponseCache::new(&cache)) {
            let server = Server::new(responses, |request| {
                page(&[("cache-control", "max-age=60")], field(request, "authorization"))
            });
            for user in ["Bearer a", "Bearer b"] {
                assert_eq!(server.get_with("/session", &[("authorization", user)]).await.body, user);
            }
            assert_eq!(server.get("/session").await.body, "");
        }
    });
}

#[test]
fn a_page_that_says_nothing_is_not_stored_by_default() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| {
            page(&[("cache-control", "max-age=60"), ("etag", "\"a\"")], field(request, "cookie"))
        });
        for user in ["session=a", "session=b"] {
            assert_eq!(server.get_with("/", &[("cookie", user)]).await.body, user);
        }
    });
}

#[test]
fn a_cookie_that_a_304_sets_is_not_stored_with_the_page() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| match field(request, "if-none-match") {
            "" => page(&[("cache-control", "public, no-cache"), ("etag", "\"a\"")], "page"),
            _ => status(304, &[("cache-control", "public, max-age=60"), ("etag", "\"a\""), ("set-cookie", "a")], ""),
        });
        // The second request is validated by the handler, so the cookie is for its client.
        for cookie in ["", "a", ""] {
            assert_eq!(server.get("/").await.header("set-cookie"), cookie);
        }
    });
}

#[test]
fn hosts_do_not_share_pages() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| page(&[PUBLIC], field(request, "host")));
        let get = async |host: &'static str| {
            let request = Request::get("/").header("host", host).body(Full::default()).unwrap();
            server.send(request).await.unwrap()
        };
        assert_eq!(get("a.example").await.body, "a.example");
        assert_eq!(get("b.example").await.body, "b.example");
        assert!(get("A.EXAMPLE").await.is_hit());
        assert!(!get("a.example:8080").await.is_hit());
    });
}

#[test]
fn a_request_with_two_hosts_or_none_is_not_answered_from_the_cache() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(&[PUBLIC], "page"));
        for hosts in [&[][..], &["a.example", "a.example"], &["a.example/x"], &["u:p@a.example"]] {
            for _ in 0..2 {
                let mut request = Request::get("/");
                for host in hosts {
                    request = request.header("host", *host);
                }
                let reply = server.send(request.body(Full::default()).unwrap()).await.unwrap();
                assert_eq!(reply.cache_status(), "cache-runtime; fwd=bypass", "{hosts:?}");
            }
        }
    });
}

#[test]
fn a_forwarded_host_that_a_client_makes_up_poisons_no_page() {
    test(async |cache| {
        for name in ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-host", "forwarded"] {
            let path = format!("/{name}");
            let server = Server::new(ResponseCache::new(&cache), move |request| {
                page(&[PUBLIC], format!("links to {}", field(request, name)))
            });
            let evil = if name == "forwarded" { "host=evil.example" } else { "evil.example" };
            // Before anything is stored, while the page is stored, and after.
            assert_eq!(server.get_with(&path, &[(name, evil)]).await.body, format!("links to {evil}"));
            assert_eq!(server.get(&path).await.body, "links to ");
            assert_eq!(server.get_with(&path, &[(name, evil)]).await.body, format!("links to {evil}"));
            assert_eq!(server.get(&path).await.body, "links to ");
        }
    });
}

#[test]
fn a_forwarded_host_is_told_apart_also_where_a_page_is_stored_without_one() {
    test(async |cache| {
        let server =
            Server::new(ResponseCache::new(&cache), |request| page(&[PUBLIC], field(request, "x-forwarded-host")));
        assert_eq!(server.get("/").await.body, "");
        for _ in 0..3 {
            assert_eq!(server.get_with("/", &[("x-forwarded-host", "b")]).await.body, "b");
            assert_eq!(server.get("/").await.body, "");
        }
        assert!(server.get_with("/", &[("x-forwarded-host", "b")]).await.is_hit());
        assert!(server.get("/").await.is_hit());
    });
}

#[test]
fn a_request_that_may_turn_into_another_one_is_not_answered_from_the_cache() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| {
            let names =
                ["x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"];
            page(&[PUBLIC], names.map(|name| field(request, name)).concat())
        });
        for name in ["x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"]
        {
            let reply = server.get_with("/", &[(name, "other")]).await;
            assert_eq!((reply.body.as_str(), reply.cache_status()), ("other", "cache-runtime; fwd=bypass"));
        }
        assert_eq!(server.get("/").await.body, "");
    });
}

#[test]
fn a_get_with_a_body_poisons_no_page() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| {
            page(&[PUBLIC], format!("{:?}", http_body::Body::size_hint(request.body()).exact()))
        });
        let request = Request::get("http://shop.example/").body(Full::from(Bytes::from("q=evil"))).unwrap();
        assert_eq!(server.send(request).await.unwrap().body, "Some(6)");
        let announced = server.get_with("/", &[("content-length", "6")]).await;
        let chunked = server.get_with("/", &[("transfer-encoding", "chunked")]).await;
        assert!(!announced.cache_status().contains("stored") && !chunked.cache_status().contains("stored"));
        assert_eq!(server.get("/").await.body, "Some(0)");
    });
}

#[test]
fn a_page_that_looks_like_a_file_is_stored_by_what_it_says_and_not_by_its_name() {
    test(async |cache| {
        for responses in both(ResponseCache::new(&cache)) {
            let server =
                Server::new(responses, |request| page(&[("cache-control", "private")], field(request, "cookie")));
            for path in ["/account/x.css", "/account;x.css", "/account%2fx.css", "/account/.css", "/account%0a.css"] {
                for user in ["a", "b"] {
                    assert_eq!(server.get_with(path, &[("cookie", user)]).await.body, user, "{path}");
                }
            }
        }
    });
}

#[test]
fn spellings_of_a_path_are_pages_of_their_own() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |request| page(&[PUBLIC], request.uri().to_string()));
        for path in [
            "/a/b",
            "/a%2fb",
            "/a%2Fb",
            "/A/b",
            "/a//b",
            "/a/./b",
            "/a/../a/b",
            "/a/b?",
            "/a/b?x=1&y=2",
            "/a/b?y=2&x=1",
        ] {
            let reply = server.get(path).await;
            assert_eq!((reply.body.as_str(), reply.is_hit()), (format!("http://shop.example{path}").as_str(), false));
        }
    });
}

#[test]
fn fields_of_one_connection_are_not_stored() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            let of_connection = ("connection", "close, X-Hop");
            page(
                &[PUBLIC, of_connection, ("x-hop", "1"), ("keep-alive", "timeout=5"), ("proxy-authenticate", "Basic")],
                "page",
            )
        });
        server.get("/").await;
        let hit = server.get("/").await;
        assert!(hit.is_hit());
        for name in ["connection", "x-hop", "keep-alive", "proxy-authenticate"] {
            assert_eq!(hit.header(name), "", "{name}");
        }
    });
}

#[test]
fn a_private_answer_among_those_who_wait_is_given_to_none_of_them() {
    test(async |cache| {
        let (opened, gate) = tokio::sync::watch::channel(false);
        let server = Server::asynchronous(ResponseCache::new(&cache), move |request| {
            let mut gate = gate.clone();
            async move {
                let _ = gate.wait_for(|opened| *opened).await;
                Ok(page(&[("cache-control", "private")], field(&request, "cookie")))
            }
        });
        let users: Vec<_> = (0..8)
            .map(|user| {
                let server = server.clone();
                tokio::spawn(async move {
                    let user = user.to_string();
                    assert_eq!(server.get_with("/", &[("cookie", &user)]).await.body, user);
                })
            })
            .collect();
        while server.runs() == 0 {
            tokio::task::yield_now().await;
        }
        opened.send(true).unwrap();
        for user in users {
            user.await.unwrap();
        }
        assert_eq!(server.runs(), 8);
    });
}

#[test]
fn an_upgrade_goes_through() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| page(&[PUBLIC], "page"));
        server.get("/").await;
        let reply = server.get_with("/", &[("connection", "Upgrade"), ("upgrade", "websocket")]).await;
        assert_eq!(reply.cache_status(), "cache-runtime; fwd=bypass");
    });
}
