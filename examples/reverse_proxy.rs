//! A reverse proxy with a cache: it forwards requests to one origin and stores what that allows.
//!
//! ```sh
//! cargo run --example reverse_proxy -- 127.0.0.1:8080 http://127.0.0.1:8000
//! ```
//!
//! The field `cache-status` of each response says what the cache did.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use cache_runtime::Cache;
use cache_runtime::http::{CachedBody, ResponseCache};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, HOST, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use hyper::http::uri::{Authority, Uri};
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Layer, Service, ServiceExt, service_fn};

type Forwarder = Client<HttpConnector, Incoming>;
type ForwardError = hyper_util::client::legacy::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let origin = arguments.next().unwrap_or_else(|| "http://127.0.0.1:8000".to_owned());
    let origin = origin.trim_start_matches("http://").trim_end_matches('/').parse()?;
    // A proxy knows its origin: it stores what RFC 9111 allows, and guesses lifetimes where the origin names none.
    let responses = ResponseCache::new(&Cache::memory())
        .standard()
        .heuristic(24 * 60 * 60)
        .targeted(HeaderName::from_static("cdn-cache-control"))
        .name("proxy");
    Ok(serve(TcpListener::bind(address).await?, origin, responses).await?)
}

/// Serves every connection in a task of its own.
async fn serve(listener: TcpListener, origin: Authority, responses: ResponseCache) -> std::io::Result<()> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let forward = service_fn(move |request| forward(client.clone(), origin.clone(), request));
    let proxy = service_fn({
        let cached = responses.layer(forward);
        move |request| answer(cached.clone(), request)
    });
    loop {
        let (connection, _) = listener.accept().await?;
        let proxy = TowerToHyperService::new(proxy.clone());
        tokio::spawn(async move {
            // A client that hangs up is no failure of the proxy.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), proxy).await;
        });
    }
}

/// The response, or 502 if the origin does not answer and nothing stored may stand in.
async fn answer<S>(cached: S, request: Request<Incoming>) -> Result<Response<BoxBody<Bytes, hyper::Error>>, Infallible>
where
    S: Service<Request<Incoming>, Response = Response<CachedBody<Incoming>>, Error = ForwardError>,
{
    Ok(match cached.oneshot(request).await {
        Ok(response) => response.map(BodyExt::boxed),
        Err(_) => {
            let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    })
}

async fn forward(
    client: Forwarder,
    origin: Authority,
    mut request: Request<Incoming>,
) -> Result<Response<Incoming>, ForwardError> {
    let path = request.uri().path_and_query().cloned();
    let uri = Uri::builder()
        .scheme("http")
        .authority(origin)
        .path_and_query(path.map_or("/".into(), |path| path.to_string()));
    *request.uri_mut() = uri.build().expect("the parts of a URI make one");
    request.headers_mut().remove(HOST);
    remove_hop_by_hop(request.headers_mut());
    let mut response = client.request(request).await?;
    remove_hop_by_hop(response.headers_mut());
    Ok(response)
}

/// Removes what concerns one connection alone.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let listed: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(',').map(|name| name.trim().to_owned()))
        .collect();
    for name in listed {
        headers.remove(name);
    }
    for name in [CONNECTION, TE, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    //! The proxy in front of an origin that answers the same page to every request.

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn origin(listener: TcpListener) -> std::io::Result<()> {
        loop {
            let (mut connection, _) = listener.accept().await?;
            let mut head = [0; 4096];
            let _ = connection.read(&mut head).await?;
            let page =
                b"HTTP/1.1 200 OK\r\nconnection: close\r\ncache-control: max-age=60\r\ncontent-length: 3\r\n\r\ntea";
            connection.write_all(page).await?;
        }
    }

    #[tokio::test]
    async fn the_second_request_does_not_reach_the_origin() -> Result<(), Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string().parse()?;
        let origin = tokio::spawn(origin(listener));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url: Uri = format!("http://{}/", listener.local_addr()?).parse()?;
        tokio::spawn(serve(listener, authority, ResponseCache::new(&Cache::memory()).standard()));

        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        assert_eq!(client.get(url.clone()).await?.headers()["cache-status"], "cache-runtime; fwd=uri-miss; stored");
        origin.abort();
        let hit = client.get(url).await?;
        assert_eq!(hit.headers()["cache-status"], "cache-runtime; hit; ttl=60");
        assert_eq!(hit.into_body().collect().await?.to_bytes(), "tea");
        Ok(())
    }
}
