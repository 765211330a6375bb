//! reqwest with a cache, against a server on the loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cache_reqwest::CacheMiddleware;
use cache_runtime::Cache;
use cache_runtime::http::ClientCache;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers each request by a function of its head.
struct Server {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: fn(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(connection.read_u8().await.unwrap());
                }
                counted.fetch_add(1, Ordering::SeqCst);
                let answer = answer(&String::from_utf8(head).unwrap());
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Server { url, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn response(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{fields}\r\n{body}", body.len())
}

fn client(cache: ClientCache) -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::builder().no_proxy().build().unwrap()).with(CacheMiddleware::new(cache)).build()
}

#[tokio::test]
async fn a_fresh_response_is_served_without_a_request() {
    let server = Server::start(|_| response("200 OK", "cache-control: max-age=60\r\n", "tea")).await;
    let client = client(ClientCache::new(&Cache::memory()));
    for status in ["cache-runtime; fwd=uri-miss; stored", "cache-runtime; hit; ttl=60"] {
        let response = client.get(&server.url).send().await.unwrap();
        assert_eq!(response.url().as_str(), format!("{}/", server.url));
        assert_eq!(response.headers()["cache-status"], status);
        assert_eq!(response.text().await.unwrap(), "tea");
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_stale_response_is_validated() {
    let server = Server::start(|head| match head.contains("if-none-match: \"a\"") {
        true => "HTTP/1.1 304 Not Modified\r\nconnection: close\r\netag: \"a\"\r\n\r\n".to_owned(),
        false => response("200 OK", "cache-control: no-cache\r\netag: \"a\"\r\n", "tea"),
    })
    .await;
    let client = client(ClientCache::new(&Cache::memory()));
    client.get(&server.url).send().await.unwrap();
    let validated = client.get(&server.url).send().await.unwrap();
    assert_eq!(validated.headers()["cache-status"], "cache-runtime; fwd=stale; fwd-status=304; stored");
    assert_eq!((validated.status().as_u16(), validated.text().await.unwrap().as_str()), (200, "tea"));
}

#[tokio::test]
async fn what_a_redirect_leads_to_is_not_stored() {
    let server = Server::start(|head| match head.starts_with("GET /old") {
        true => response("302 Found", "location: /new\r\n", ""),
        false => response("200 OK", "cache-control: max-age=60\r\n", "tea"),
    })
    .await;
    let client = client(ClientCache::new(&Cache::memory()));
    for _ in 0..2 {
        let response = client.get(format!("{}/old", server.url)).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "tea");
    }
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn users_of_one_client_do_not_share_responses() {
    let server = Server::start(|head| {
        let user = head.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap_or_default();
        response("200 OK", "cache-control: max-age=60\r\n", user)
    })
    .await;
    let client = client(ClientCache::new(&Cache::memory()));
    for user in ["a", "b", "a", "b"] {
        let response = client.get(&server.url).bearer_auth(user).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), format!("Bearer {user}"));
    }
}

#[tokio::test]
async fn a_post_reaches_the_server_with_its_body_and_removes_the_page() {
    let server = Server::start(|_| response("200 OK", "cache-control: max-age=60\r\n", "tea")).await;
    let client = client(ClientCache::new(&Cache::memory()));
    client.get(&server.url).send().await.unwrap();
    client.post(&server.url).body("milk").send().await.unwrap();
    client.get(&server.url).send().await.unwrap();
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn the_error_of_an_unreachable_server_is_reqwests() {
    let client = client(ClientCache::new(&Cache::memory()));
    let error = client.get("http://127.0.0.1:1/").send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}
