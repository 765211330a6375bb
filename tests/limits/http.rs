//! Limits in front of handlers: what clients are sent, and whom a request counts for.

use std::net::IpAddr;

use bytes::Bytes;
use cache_runtime::Cache;
use cache_runtime::http::{CachedBody, ClientAddress, LimitLayer, LimitedService, PeerAddress};
use cache_runtime::limit::{Algorithm, AsyncRateLimiter, WhenAway};
use cache_runtime::testing::{self, Chaos};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};

use crate::logged::logged;

type Page = Full<Bytes>;
type Answer = Response<CachedBody<Page>>;

/// A handler that answers with the status in the path.
fn handler() -> impl tower::Service<Request<()>, Response = Response<Page>, Error = http::Error, Future: Send> + Clone {
    service_fn(async |request: Request<()>| {
        let status: u16 = request.uri().path().trim_start_matches('/').parse().unwrap_or(200);
        Response::builder().status(status).body(Page::from("tea"))
    })
}

fn limiter(cache: &Cache, to: u64) -> AsyncRateLimiter {
    AsyncRateLimiter::new(&cache.to_async(), "comments").to(to).within(60)
}

fn request(peer: &str) -> Request<()> {
    Request::get("/").extension(PeerAddress(address(peer))).body(()).unwrap()
}

fn with(mut request: Request<()>, field: &'static str, value: &str) -> Request<()> {
    request.headers_mut().append(field, HeaderValue::from_str(value).unwrap());
    request
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn answer(layer: &LimitLayer, request: Request<()>) -> Answer {
    let service: LimitedService<_> = layer.layer(handler());
    smol::block_on(service.oneshot(request)).unwrap()
}

fn status(layer: &LimitLayer, request: Request<()>) -> u16 {
    answer(layer, request).status().as_u16()
}

#[test]
fn a_client_over_its_limit_is_sent_429_and_told_when_to_come_back() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let layer = LimitLayer::new(limiter(&cache, 2));
    let first = answer(&layer, request("192.0.2.7"));
    assert_eq!(
        (first.status().as_u16(), &first.headers()["ratelimit"]),
        (200, &HeaderValue::from_static("\"comments\";r=1;t=60"))
    );
    assert_eq!(first.headers()["ratelimit-policy"], "\"comments\";q=2;w=60");
    assert!(!first.headers().contains_key("retry-after"));
    assert_eq!(status(&layer, request("192.0.2.7")), 200);
    testing::advance(std::time::Duration::from_millis(22_500));
    let refused = answer(&layer, request("192.0.2.7"));
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "38");
    assert_eq!(refused.headers()["ratelimit"], "\"comments\";r=0;t=38");
    assert_eq!(refused.headers()["cache-control"], "no-store");
    let body = smol::block_on(refused.into_body().collect()).unwrap().to_bytes();
    assert_eq!(&*body, b"Too many requests: try again later.\n");
    assert_eq!(status(&layer, request("192.0.2.8")), 200);
    testing::advance(std::time::Duration::from_secs(38));
    assert_eq!(status(&layer, request("192.0.2.7")), 200);
}

#[test]
fn several_limits_are_told_as_a_list_and_names_are_written_as_strings() {
    let cache = Cache::memory();
    let name = "a \"day\" \\ é\r\n";
    let daily = AsyncRateLimiter::new(&cache.to_async(), name).to(100).within(86_400);
    let layer = LimitLayer::new(limiter(&cache, 2).and(daily).unwrap());
    let first = answer(&layer, request("192.0.2.7"));
    assert_eq!(first.headers()["ratelimit-policy"], "\"comments\";q=2;w=60, \"a \\\"day\\\" \\\\ ???\";q=100;w=86400");
}

#[test]
fn a_silent_layer_tells_only_those_it_refuses() {
    let layer = LimitLayer::new(limiter(&Cache::memory(), 1)).silent();
    assert!(!answer(&layer, request("192.0.2.7")).headers().contains_key("ratelimit"));
    assert!(answer(&layer, request("192.0.2.7")).headers().contains_key("ratelimit"));
}

#[test]
fn only_some_requests_are_limited() {
    let cache = Cache::memory();
    let layer = LimitLayer::new(limiter(&cache, 1))
        .only(|request| request.method == Method::POST)
        .except(|request| request.uri.path() == "/health");
    let post = |path: &str| Request::post(path).extension(PeerAddress(address("192.0.2.7"))).body(()).unwrap();
    assert!((0..5).all(|_| status(&layer, request("192.0.2.7")) == 200 && status(&layer, post("/health")) == 200));
    assert_eq!((status(&layer, post("/")), status(&layer, post("/"))), (200, 429));
}

#[test]
fn layers_of_one_limiter_count_together_and_scopes_apart() {
    let cache = Cache::memory();
    let one = LimitLayer::new(limiter(&cache, 1));
    let same = LimitLayer::new(limiter(&cache, 1));
    let apart = LimitLayer::new(limiter(&cache, 1)).scope("sessions");
    let with_it = LimitLayer::new(limiter(&cache, 1)).scope("sessions");
    assert_eq!((status(&one, request("192.0.2.7")), status(&same, request("192.0.2.7"))), (200, 429));
    assert_eq!((status(&apart, request("192.0.2.7")), status(&with_it, request("192.0.2.7"))), (200, 429));
}

#[test]
fn a_field_or_a_closure_says_who_is_limited() {
    let cache = Cache::memory();
    let key = HeaderName::from_static("x-api-key");
    let by_key = LimitLayer::new(limiter(&cache, 1)).scope("key").by_header(key);
    let with_key = |key: &str| with(request("192.0.2.7"), "x-api-key", key);
    assert_eq!(
        (status(&by_key, with_key("a")), status(&by_key, with_key("a")), status(&by_key, with_key("b"))),
        (200, 429, 200)
    );
    // Without a key, by address; and a key that is an address is not that client.
    assert_eq!((status(&by_key, with_key("192.0.2.7")), status(&by_key, with_key(""))), (200, 200));
    assert_eq!(status(&by_key, request("192.0.2.7")), 429);

    #[derive(Clone)]
    struct User(u64);
    let by_user = LimitLayer::new(limiter(&cache, 1))
        .scope("user")
        .by(|request| request.extensions.get::<User>().map(|user| user.0));
    let of = |user: u64| {
        let mut request = request("192.0.2.7");
        request.extensions_mut().insert(User(user));
        request
    };
    assert_eq!((status(&by_user, of(1)), status(&by_user, of(1)), status(&by_user, of(2))), (200, 429, 200));
    assert!((0..3).all(|_| status(&by_user, request("192.0.2.7")) == 200), "nobody is not limited");
}

#[test]
fn the_limiter_may_depend_on_the_request() {
    let layer = LimitLayer::new(limiter(&Cache::memory(), 1))
        .adjust(|limiter, request| if request.headers.contains_key("x-paying") { limiter.to(3) } else { limiter });
    assert_eq!((status(&layer, request("192.0.2.7")), status(&layer, request("192.0.2.7"))), (200, 429));
    let paying = || with(request("192.0.2.7"), "x-paying", "yes");
    assert_eq!((status(&layer, paying()), status(&layer, paying()), status(&layer, paying())), (200, 200, 429));
}

#[test]
fn a_reaction_of_ones_own_is_sent_and_the_handler_does_not_run() {
    let layer = LimitLayer::new(limiter(&Cache::memory(), 0)).on_limited(|refused, request| {
        let page = format!("{} {}", refused.name(), request.uri.path());
        Response::builder().status(303).header("location", "/slow").body(page.into()).unwrap()
    });
    let refused = answer(&layer, request("192.0.2.7"));
    assert_eq!((refused.status().as_u16(), &refused.headers()["location"]), (303, &HeaderValue::from_static("/slow")));
    let body = smol::block_on(refused.into_body().collect()).unwrap().to_bytes();
    assert_eq!(&*body, b"comments /");
}

#[test]
fn of_a_limit_of_failures_only_refusing_answers_count() {
    let layer = LimitLayer::new(limiter(&Cache::memory(), 2).only_failures());
    let to = |path: &str| Request::get(path).extension(PeerAddress(address("192.0.2.7"))).body(()).unwrap();
    assert!((0..5).all(|_| status(&layer, to("/200")) == 200 && status(&layer, to("/303")) == 303));
    assert_eq!((status(&layer, to("/401")), status(&layer, to("/422")), status(&layer, to("/200"))), (401, 422, 429));
}

#[test]
fn while_the_store_is_away_a_closed_layer_answers_503_and_an_open_one_lets_pass() {
    let chaos = Chaos::over(&Cache::memory());
    let cache = Cache::new(chaos.clone());
    chaos.fail(true);
    let closed = LimitLayer::new(limiter(&cache, 1).when_away(WhenAway::Closed));
    let refused = answer(&closed, request("192.0.2.7"));
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &HeaderValue::from_static("1")));
    let open = LimitLayer::new(limiter(&cache, 1));
    assert!((0..3).all(|_| status(&open, request("192.0.2.7")) == 200));
    let local = LimitLayer::new(limiter(&cache, 1).when_away(WhenAway::Local));
    assert_eq!((status(&local, request("192.0.2.7")), status(&local, request("192.0.2.7"))), (200, 429));
}

#[test]
fn a_request_of_which_nobody_knows_who_sent_it_is_not_one_client() {
    let cache = Cache::memory();
    let unknown = || Request::get("/").body(()).unwrap();
    let open = LimitLayer::new(limiter(&cache, 1));
    let (statuses, lines) = logged(tracing::Level::WARN, || [(); 3].map(|()| status(&open, unknown())));
    assert_eq!(statuses, [200; 3]);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("PeerAddress"), "{lines:#?}");
    let closed = LimitLayer::new(limiter(&cache, 1).when_away(WhenAway::Closed));
    assert_eq!(status(&closed, unknown()), 503);
}

#[test]
fn retry_after_is_at_least_a_second_and_at_most_a_day() {
    let cache = Cache::memory();
    let quick =
        AsyncRateLimiter::new(&cache.to_async(), "quick").to(1000).within(1).algorithm(Algorithm::Gcra).unwrap();
    let layer = LimitLayer::new(quick);
    let refused = (0..5000).map(|_| answer(&layer, request("192.0.2.7"))).find(|answer| answer.status() == 429);
    assert!(refused.is_none_or(|refused| refused.headers()["retry-after"] == "1"));
    let never = LimitLayer::new(limiter(&cache, 5).cost(6));
    assert_eq!(answer(&never, request("192.0.2.7")).headers()["retry-after"], "86400");
}

/// Whom a request from this peer, with these lines of `X-Forwarded-For`, counts for.
fn client(trusted: &[&str], peer: &str, lines: &[&[u8]]) -> String {
    let client = ClientAddress::new().trust(trusted.iter().copied()).unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("x-forwarded-for", HeaderValue::from_bytes(line).unwrap());
    }
    client.of_peer(address(peer), &headers).to_string()
}

/// The trusted proxies, the peer, the lines of the field, and whom the request counts for.
type Forwarded<'a> = (&'a [&'a str], &'a str, &'a [&'a [u8]], &'a str);

#[test]
fn forwarded_addresses_count_only_from_trusted_proxies() {
    let long = [b"198.51.100.1, ".repeat(4000), b"192.0.2.7".to_vec()].concat();
    let trusted_chain = b"10.0.0.9, ".repeat(5000);
    let junk = vec![b'x'; 60_000];
    let cases: &[Forwarded<'_>] = &[
        // Nobody is trusted: only the peer counts.
        (&[], "192.0.2.1", &[b"203.0.113.9"], "192.0.2.1"),
        (&[], "10.0.0.1", &[b"203.0.113.9"], "10.0.0.1"),
        (&["10.0.0.0/8"], "192.0.2.1", &[b"10.0.0.2, 203.0.113.9"], "192.0.2.1"),
        // One proxy: the last address, whatever the client wrote before it.
        (&["10.0.0.0/8"], "10.0.0.1", &[b"203.0.113.9"], "203.0.113.9"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"10.0.0.7, 203.0.113.9"], "203.0.113.9"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"1.2.3.4", b"203.0.113.9"], "203.0.113.9"),
        // Several proxies: the last that is not trusted.
        (&["10.0.0.0/8"], "10.0.0.1", &[b"1.2.3.4, 203.0.113.9, 10.1.1.1, 10.2.2.2"], "203.0.113.9"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"203.0.113.9, 10.1.1.1", b"10.2.2.2"], "203.0.113.9"),
        (&["10.0.0.1", "172.16.0.0/12"], "10.0.0.1", &[b"203.0.113.9, 172.16.5.5"], "203.0.113.9"),
        // All are trusted: the first of them.
        (&["10.0.0.0/8"], "10.0.0.1", &[b"10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        // Ports, brackets, quotes, blanks, other spellings.
        (&["10.0.0.0/8"], "10.0.0.1", &[b"203.0.113.9:4711"], "203.0.113.9"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"[2001:db8::1]:4711"], "2001:db8::1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"[2001:db8::1]"], "2001:db8::1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"\"[2001:db8::1]:4711\""], "2001:db8::1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"2001:DB8:0:0:0:0:0:1"], "2001:db8::1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"\t 203.0.113.9 \t"], "203.0.113.9"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"::ffff:203.0.113.9"], "203.0.113.9"),
        (&["10.0.0.0/8"], "::ffff:10.0.0.1", &[b"203.0.113.9"], "203.0.113.9"),
        (&["::ffff:10.0.0.0/104"], "10.0.0.1", &[b"203.0.113.9"], "203.0.113.9"),
        (&["fd00::/8"], "fd00::1", &[b"2001:db8::1"], "2001:db8::1"),
        (&["0.0.0.0/0"], "192.0.2.1", &[b"203.0.113.9"], "203.0.113.9"),
        // What is no address: the proxy that wrote it.
        (&["10.0.0.0/8"], "10.0.0.1", &[b""], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b","], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"unknown"], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"203.0.113.9, _hidden, 10.2.2.2"], "10.2.2.2"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"203.0.113.9, "], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"203.0.113.009"], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"0xcb007109"], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"\xff\xfe"], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"fe80::1%eth0"], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[b"[203.0.113.9"], "10.0.0.1"),
        // Long ones.
        (&["10.0.0.0/8"], "10.0.0.1", &[&long], "192.0.2.7"),
        (&["10.0.0.0/8"], "10.0.0.1", &[&junk], "10.0.0.1"),
        (&["10.0.0.0/8"], "10.0.0.1", &[&trusted_chain], "10.0.0.1"),
    ];
    for (trusted, peer, lines, expected) in cases {
        let shown: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(&line[..line.len().min(60)])).collect();
        assert_eq!(client(trusted, peer, lines), *expected, "{trusted:?} {peer} {shown:?}");
    }
}

#[test]
fn what_is_no_network_is_refused() {
    for text in ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "example.org", "fd00::/129", "10.0.0"] {
        let error = ClientAddress::new().trust([text]).unwrap_err();
        assert!(error.to_string().contains("is no network"), "{error}");
    }
}

#[test]
fn a_client_cannot_escape_its_limit_by_a_field() {
    let client = ClientAddress::new().trust(["10.0.0.0/8"]).unwrap();
    let layer = LimitLayer::new(limiter(&Cache::memory(), 1)).client(client);
    let statuses: Vec<u16> = (0..5)
        .map(|number| status(&layer, with(request("192.0.2.7"), "x-forwarded-for", &format!("198.51.100.{number}"))))
        .collect();
    assert_eq!(statuses, [200, 429, 429, 429, 429]);
    // Behind the proxy each client has its own limit, and all addresses of one network are one client.
    let behind = |client: &str| status(&layer, with(request("10.0.0.1"), "x-forwarded-for", client));
    assert_eq!((behind("198.51.100.1"), behind("198.51.100.2"), behind("1.1.1.1, 198.51.100.2")), (200, 200, 429));
    assert_eq!((behind("2001:db8::1"), behind("2001:db8::2"), behind("2001:db8:0:1::1")), (200, 429, 200));
}

#[test]
fn an_address_of_ones_own_field_and_peer_is_found() {
    let client = ClientAddress::new()
        .trust(["127.0.0.1"])
        .unwrap()
        .field(HeaderName::from_static("x-real-ip"))
        .peer(|extensions| extensions.get::<u8>().map(|last| [127, 0, 0, *last].into()));
    let layer = LimitLayer::new(limiter(&Cache::memory(), 1)).client(client);
    let from = |last: u8, ip: &str| {
        let mut request = with(Request::get("/").body(()).unwrap(), "x-real-ip", ip);
        request.extensions_mut().insert(last);
        status(&layer, request)
    };
    assert_eq!((from(1, "192.0.2.1"), from(1, "192.0.2.1"), from(1, "192.0.2.2")), (200, 429, 200));
    assert_eq!((from(2, "192.0.2.3"), from(2, "192.0.2.4")), (200, 429), "this peer is not trusted");
}
