//! Interim responses (1xx), such as 103 Early Hints, on their way from the origin to the client.
//!
//! hyper's client reports them and hyper's server sends none, so they are written past it: whatever waits goes out before the
//! server's next bytes, which are those of the final response.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use hyper::body::{Buf, Bytes};
use hyper::{HeaderMap, Request, StatusCode, Version};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The connection of a client.
pub struct Connection {
    stream: TcpStream,
    outbox: Outbox,
}

/// What waits to be written to a client.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    bytes: Bytes,
    /// The exchange that may send, while it waits for its final response.
    open: Option<u64>,
    exchanges: u64,
    /// The task of the connection.
    task: Option<Waker>,
}

/// One request, which may get interim responses until this is dropped.
pub struct Exchange {
    outbox: Outbox,
}

/// The part of an exchange that travels with its request. A stored response may be validated later than the client was answered;
/// then it sends nothing.
#[derive(Clone)]
struct Sender {
    outbox: Outbox,
    exchange: u64,
}

impl Connection {
    pub fn new(stream: TcpStream) -> Self {
        Connection { stream, outbox: Outbox::default() }
    }

    pub fn outbox(&self) -> Outbox {
        self.outbox.clone()
    }

    fn poll_outbox(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut waiting = self.outbox.waiting();
        waiting.task = Some(cx.waker().clone());
        while waiting.bytes.has_remaining() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &waiting.bytes))?;
            waiting.bytes.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl Outbox {
    /// Begins an exchange. HTTP/1.0 knows no interim responses.
    pub fn begin<B>(&self, request: &mut Request<B>) -> Exchange {
        let mut waiting = self.waiting();
        waiting.exchanges += 1;
        waiting.open = (request.version() == Version::HTTP_11).then_some(waiting.exchanges);
        request.extensions_mut().insert(Sender { outbox: self.clone(), exchange: waiting.exchanges });
        Exchange { outbox: self.clone() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.outbox.waiting().open = None;
    }
}

impl Sender {
    fn send(&self, status: StatusCode, headers: &HeaderMap) {
        let mut waiting = self.outbox.waiting();
        if waiting.open != Some(self.exchange) {
            return;
        }
        let mut bytes = waiting.bytes.to_vec();
        bytes.extend(format!("HTTP/1.1 {status}\r\n").bytes());
        for (name, value) in headers {
            bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        waiting.bytes = bytes.into();
        waiting.task.take().into_iter().for_each(Waker::wake);
    }
}

/// Passes the interim responses to this request on to the client that it came from.
pub fn pass_on<B>(request: &mut Request<B>) {
    let Some(sender) = request.extensions().get::<Sender>().cloned() else { return };
    hyper::ext::on_informational(request, move |interim| {
        // A 100 is between two neighbours, and hyper's server sends its own.
        if interim.status() != StatusCode::CONTINUE {
            sender.send(interim.status(), interim.headers());
        }
    });
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_outbox(cx))?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_outbox(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
