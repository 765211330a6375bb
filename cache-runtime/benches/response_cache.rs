//! A hit of the response cache beside a handler that returns the same body, in requests per second over the loopback.
//!
//! The server runs on one thread, and two connections send one request after the other. Rounds alternate, and the median of
//! the ratios counts.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache_runtime::Cache;
use cache_runtime::http::ResponseCache;
use http::header::CACHE_CONTROL;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::{Layer, Service, service_fn};

const CONNECTIONS: usize = 2;
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_secs(1);

fn main() {
    for size in [1024, 16 * 1024] {
        let content = Bytes::from(vec![b'x'; size]);
        let handler = service_fn(move |_: Request<Incoming>| {
            let response = Response::builder().header(CACHE_CONTROL, "public, max-age=3600");
            let response = response.body(Full::new(content.clone())).expect("a good response");
            async { Ok::<_, Infallible>(response) }
        });
        let cached = ResponseCache::new(&Cache::memory()).layer(handler.clone());
        compare(size, serve(handler), serve(cached));
    }
}

fn compare(size: usize, plain: SocketAddr, cached: SocketAddr) {
    let mut rounds: Vec<(f64, f64)> =
        (0..ROUNDS).map(|_| (requests_per_second(plain), requests_per_second(cached))).collect();
    rounds.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    let (plain, cached) = rounds[ROUNDS / 2];
    let line = format!("{size} B: handler {plain:.0}/s, hit {cached:.0}/s, ratio {:.2}\n", cached / plain);
    std::io::stdout().write_all(line.as_bytes()).expect("standard output");
}

/// Starts a server on a thread of its own, and returns its address.
fn serve<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send, Error: std::error::Error + Send + Sync> + Send + 'static,
{
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            sender.send(listener.local_addr().expect("an address")).expect("the main thread waits");
            loop {
                let (connection, _) = listener.accept().await.expect("a connection");
                connection.set_nodelay(true).expect("a TCP connection");
                let service = TowerToHyperService::new(service.clone());
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service);
                tokio::spawn(connection);
            }
        });
    });
    receiver.recv().expect("the server starts")
}

fn requests_per_second(address: SocketAddr) -> f64 {
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| thread::spawn(move || requests_in_a_round(address))).collect();
    let total: u32 = clients.into_iter().map(|client| client.join().expect("a client")).sum();
    f64::from(total) / ROUND.as_secs_f64()
}

/// Sends one request after the other, and counts the responses.
fn requests_in_a_round(address: SocketAddr) -> u32 {
    let mut connection = TcpStream::connect(address).expect("a connection");
    connection.set_nodelay(true).expect("a TCP connection");
    let mut buffer = vec![0; 64 * 1024];
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < ROUND {
        connection.write_all(b"GET /cards/7 HTTP/1.1\r\nhost: shop.example\r\naccept: */*\r\n\r\n").expect("a request");
        read_response(&mut connection, &mut buffer);
        count += 1;
    }
    count
}

fn read_response(connection: &mut TcpStream, buffer: &mut [u8]) {
    let mut length = 0;
    loop {
        length += connection.read(&mut buffer[length..]).expect("a response");
        let Some(head) = buffer[..length].windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).expect("a head").to_ascii_lowercase();
        let body = text.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let end = head + 4 + body.parse::<usize>().expect("a number");
        while length < end {
            length += connection.read(&mut buffer[length..]).expect("a body");
        }
        return;
    }
}
