//! A client that sends what it is told, by HTTP/1.1 or HTTP/2.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Http1,
    Http2,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The value of a field; empty if it is not there.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("it is ASCII"))
    }
}

pub(crate) enum Client {
    Http1(Mutex<http1::SendRequest<Empty<Bytes>>>),
    Http2(Mutex<http2::SendRequest<Empty<Bytes>>>),
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, version: Version) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("it is a socket");
        let io = TokioIo::new(stream);
        match version {
            Version::Http1 => {
                let (sender, connection) = http1::handshake(io).await.expect("it speaks HTTP/1.1");
                tokio::spawn(connection);
                Client::Http1(Mutex::new(sender))
            }
            Version::Http2 => {
                let (sender, connection) =
                    http2::handshake(TokioExecutor::new(), io).await.expect("it speaks HTTP/2 without TLS");
                tokio::spawn(connection);
                Client::Http2(Mutex::new(sender))
            }
        }
    }

    pub(crate) async fn send(&self, method: &str, lines: &[&str]) -> hyper::Result<Answer> {
        let uri = match self {
            Client::Http1(_) => "/",
            Client::Http2(_) => "http://localhost/",
        };
        let mut request = Request::builder().method(method).uri(uri).header("host", "localhost");
        for line in lines {
            let (name, value) = line.split_once(':').expect("a name and a value");
            request = request.header(name, value.trim());
        }
        let request = request.body(Empty::new()).expect("it is a request");
        let response = match self {
            Client::Http1(sender) => {
                let mut sender = sender.lock().await;
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Client::Http2(sender) => {
                let mut sender = sender.lock().await;
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
