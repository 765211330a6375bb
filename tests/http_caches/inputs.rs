//! Whatever a client or a handler sends: an answer, no panic, and nothing stored that should not be.

use cache_runtime::http::ResponseCache;
use http::{HeaderValue, Request};
use http_body_util::Full;

use crate::fixtures::{Server, page, test};

/// Values of fields that were seen to break parsers.
const NONSENSE: &[&[u8]] = &[
    b"",
    b",",
    b"=",
    b"\"",
    b"\"\\",
    b"*",
    b"W/",
    b"bytes=",
    b"bytes=-",
    b"bytes=--1",
    b"bytes=18446744073709551616-",
    b"max-age",
    b"max-age=",
    b"max-age=-1",
    b"max-age=99999999999999999999999",
    b"max-age=\"60",
    b"max-age=60 60",
    b"no-cache=\"",
    b"private=\"a,b",
    b"\xff\xfe",
    b"\xe4\xbd\xa0",
    b"Mon, 32 Foo 2026 99:99:99 GMT",
    b"0",
    b"-1",
    b"a b",
    b"a;b=\"c,d\"",
    b"Thu, 01 Jan 1970 00:00:00 GMT, Thu, 01 Jan 1970 00:00:00 GMT",
];

const FIELDS: &[&str] = &[
    "accept-language",
    "age",
    "cache-control",
    "cache-tag",
    "connection",
    "content-length",
    "content-location",
    "content-range",
    "date",
    "etag",
    "expires",
    "forwarded",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "last-modified",
    "location",
    "pragma",
    "range",
    "vary",
    "x-forwarded-host",
];

#[test]
fn any_field_of_a_request_has_an_answer() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "public, max-age=60"), ("etag", "\"a\""), ("vary", "accept-language")], "page")
        });
        for name in FIELDS {
            for value in NONSENSE {
                for _ in 0..2 {
                    let request = Request::get("http://shop.example/")
                        .header(*name, HeaderValue::from_bytes(value).unwrap())
                        .body(Full::default())
                        .unwrap();
                    let status = server.send(request).await.unwrap().status.as_u16();
                    assert!([200, 304, 416].contains(&status), "{name}: {value:?}: {status}");
                }
            }
        }
    });
}

#[test]
fn any_field_of_a_response_has_an_answer() {
    test(async |cache| {
        for (number, name) in FIELDS.iter().enumerate() {
            for (other, value) in NONSENSE.iter().enumerate() {
                let server = Server::new(ResponseCache::new(&cache).standard().heuristic(60), move |_| {
                    let mut response = page(&[("cache-control", "public, max-age=60, stale-if-error=5")], "page");
                    response.headers_mut().append(*name, HeaderValue::from_bytes(value).unwrap());
                    response
                });
                for method in ["GET", "GET", "HEAD", "POST"] {
                    let reply = server.request(method, &format!("/{number}/{other}"), &[]).await;
                    assert_eq!(reply.status, 200, "{name}: {value:?}");
                }
            }
        }
    });
}

#[test]
fn a_lifetime_that_is_no_number_stores_nothing() {
    test(async |cache| {
        for control in ["public, max-age=-1", "public, max-age=x", "public, max-age=\"", "public, max-age=1e9"] {
            let server = Server::new(ResponseCache::new(&cache), move |_| page(&[("cache-control", control)], "page"));
            server.get("/").await;
            assert!(!server.get("/").await.is_hit(), "{control}");
        }
    });
}

#[test]
fn an_endless_lifetime_is_68_years() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "public, max-age=99999999999")], "page")
        });
        server.get("/").await;
        assert_eq!(server.get("/").await.cache_status(), "cache-runtime; hit; ttl=2147483648");
    });
}

#[test]
fn unknown_directives_are_ignored() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "foo, public, bar=\"no-store, private\", MAX-AGE=60, =, baz=1")], "page")
        });
        server.get("/").await;
        assert!(server.get("/").await.is_hit());
    });
}

#[test]
fn a_client_that_sends_ten_thousand_tags_gets_an_answer() {
    test(async |cache| {
        let server = Server::new(ResponseCache::new(&cache), |_| {
            page(&[("cache-control", "public, max-age=60"), ("etag", "\"9999\"")], "page")
        });
        let tags = (0..10_000).map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(",");
        assert_eq!(server.get_with("/", &[("if-none-match", &tags)]).await.status, 304);
    });
}
