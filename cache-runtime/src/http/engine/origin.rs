//! Where responses come from: a handler, or a server on the network.

use std::future::Future;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::Body;

/// A request that may be sent, once, to where responses come from.
pub(in crate::http) trait Origin: Sized + Send {
    type Body: Body<Error: Send> + Send + 'static;
    type Error: Send + 'static;

    fn method(&self) -> &Method;
    fn uri(&self) -> &Uri;
    fn headers(&self) -> &HeaderMap;
    fn headers_mut(&mut self) -> &mut HeaderMap;
    fn send(self) -> impl Future<Output = Result<Response<Self::Body>, Self::Error>> + Send;
    /// Whether the request has a body. One that has is not described by its URL.
    fn has_content(&self) -> bool;
}

/// A request and a function that sends it.
pub(in crate::http) struct Upstream<R, F> {
    pub(in crate::http) request: Request<R>,
    /// Whether the request is known to have a body.
    pub(in crate::http) has_content: bool,
    pub(in crate::http) send: F,
}

impl<R, F, S, B, E> Origin for Upstream<R, F>
where
    R: Send,
    F: FnOnce(Request<R>) -> S + Send,
    S: Future<Output = Result<Response<B>, E>> + Send,
    B: Body<Error: Send> + Send + 'static,
    E: Send + 'static,
{
    type Body = B;
    type Error = E;

    fn method(&self) -> &Method {
        self.request.method()
    }

    fn uri(&self) -> &Uri {
        self.request.uri()
    }

    fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    fn has_content(&self) -> bool {
        let headers = self.request.headers();
        self.has_content
            || headers.contains_key(TRANSFER_ENCODING)
            || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
    }

    fn send(self) -> impl Future<Output = Result<Response<B>, E>> + Send {
        (self.send)(self.request)
    }
}
