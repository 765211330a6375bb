//! Which responses the layers finish, and which they leave as they are.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};

use super::{ConditionalGet, NoStoreOnErrors, WeakETags};
use crate::http::CachedBody;
use crate::poll_once::poll_once;

type Page = Full<Bytes>;

/// What a client gets through a layer; nothing here waits.
fn through<L, S>(
    layer: L,
    method: &str,
    fields: &[(&str, &str)],
    response: Response<Page>,
) -> Response<CachedBody<Page>>
where
    L: Layer<tower::util::BoxService<Request<()>, Response<Page>, http::Error>, Service = S>,
    S: tower::Service<Request<()>, Response = Response<CachedBody<Page>>, Error = http::Error>,
{
    let mut request = Request::builder().method(method).uri("/");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let mut response = Some(response);
    let handler = service_fn(move |_: Request<()>| {
        let response = response.take().expect("one request");
        async move { Ok(response) }
    });
    let handler = tower::util::BoxService::new(handler);
    poll_once(layer.layer(handler).oneshot(request.body(()).unwrap())).unwrap()
}

fn page(status: u16, fields: &[(&str, &str)]) -> Response<Page> {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    response.body(Full::from("tea")).unwrap()
}

fn text(response: Response<CachedBody<Page>>) -> Bytes {
    poll_once(response.into_body().collect()).unwrap().to_bytes()
}

#[test]
fn a_known_page_is_a_304_that_keeps_what_a_client_updates() {
    let fields = &[
        ("etag", "\"a\""),
        ("vary", "accept"),
        ("cache-control", "public"),
        ("content-type", "text/html"),
        ("content-length", "3"),
    ];
    let known = through(ConditionalGet::new(), "GET", &[("if-none-match", "W/\"a\"")], page(200, fields));
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    for (name, is_kept) in
        [("etag", true), ("vary", true), ("cache-control", true), ("content-type", false), ("content-length", false)]
    {
        assert_eq!(known.headers().contains_key(name), is_kept, "{name}");
    }
    assert!(text(known).is_empty());
}

#[test]
fn other_pages_methods_and_statuses_stay_as_they_are() {
    let tag = &[("etag", "\"a\"")];
    for (method, status, known) in
        [("GET", 200, "\"b\""), ("POST", 200, "\"a\""), ("GET", 404, "\"a\""), ("GET", 206, "\"a\"")]
    {
        let response = through(ConditionalGet::new(), method, &[("if-none-match", known)], page(status, tag));
        assert_eq!(response.status().as_u16(), status, "{method} {known}");
        assert_eq!(text(response), "tea");
    }
}

#[test]
fn equal_pages_have_equal_weak_tags_and_keep_their_bodies() {
    let [one, two] = [(), ()].map(|()| through(WeakETags::new(), "GET", &[], page(200, &[])));
    assert_eq!(one.headers()["etag"], two.headers()["etag"]);
    assert!(one.headers()["etag"].to_str().unwrap().starts_with("W/"));
    assert_eq!(text(one), "tea");
}

#[test]
fn pages_that_have_a_validator_are_errors_or_must_not_be_stored_get_no_tag() {
    for (status, field) in [
        (200, ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")),
        (200, ("cache-control", "private, no-store")),
        (404, ("x", "")),
        (206, ("x", "")),
    ] {
        let response = through(WeakETags::new(), "GET", &[], page(status, &[field]));
        assert!(!response.headers().contains_key("etag"), "{status} {field:?}");
    }
    let tagged = through(WeakETags::new(), "GET", &[], page(200, &[("etag", "\"own\"")]));
    assert_eq!(tagged.headers()["etag"], "\"own\"");
    assert!(!through(WeakETags::new(), "POST", &[], page(200, &[])).headers().contains_key("etag"));
    assert!(!through(WeakETags::new().max_body(2), "GET", &[], page(200, &[])).headers().contains_key("etag"));
}

#[test]
fn a_stream_gets_no_tag_and_is_not_read() {
    let (_sender, body) = http_body_util::channel::Channel::<Bytes>::new(1);
    let mut response = Some(Response::new(body));
    let handler = service_fn(move |_: Request<()>| {
        let response = response.take().expect("one request");
        async move { Ok::<_, http::Error>(response) }
    });
    let response = poll_once(WeakETags::new().layer(handler).oneshot(Request::get("/").body(()).unwrap())).unwrap();
    assert!(!response.headers().contains_key("etag"));
    assert_eq!(response.body().size_hint().upper(), None);
}

#[test]
fn errors_are_not_stored_and_pages_stay_as_they_are() {
    for status in [400, 404, 410, 500, 503] {
        let error =
            through(NoStoreOnErrors::new(), "GET", &[], page(status, &[("cache-control", "public, max-age=60")]));
        assert_eq!(error.headers()["cache-control"], "no-store", "{status}");
        assert_eq!(text(error), "tea");
    }
    let fine = through(NoStoreOnErrors::new(), "GET", &[], page(200, &[("cache-control", "public")]));
    assert_eq!(fine.headers()["cache-control"], "public");
}
