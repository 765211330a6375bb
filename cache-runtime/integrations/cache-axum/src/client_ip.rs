//! The extractor of a client's address.

use std::net::IpAddr;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use cache_runtime::http::ClientAddress;
use http::StatusCode;
use http::request::Parts;

/// The address of the client: an extractor.
///
/// It is found as a [`ClientAddress`] in the extensions of the request says, which trusts proxies and knows where the peer is.
/// Without one it is the [`PeerAddress`](cache_runtime::http::PeerAddress) in the extensions.
///
/// ```
/// use axum::Extension;
/// use axum::Router;
/// use axum::extract::ConnectInfo;
/// use axum::routing::get;
/// use cache_axum::{ClientAddress, ClientIp};
/// use std::net::SocketAddr;
///
/// async fn greet(ClientIp(address): ClientIp) -> String {
///     format!("Hello {address}")
/// }
///
/// # fn main() -> Result<(), cache_runtime::Error> {
/// let client = ClientAddress::new()
///     .trust(["10.0.0.0/8"])?
///     .peer(|extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()));
/// let router: Router = Router::new().route("/", get(greet)).layer(Extension(client));
/// // Serve `router.into_make_service_with_connect_info::<SocketAddr>()`.
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

/// Nobody says who has connected. The answer is 500.
#[derive(Clone, Copy, Debug)]
pub struct UnknownClient;

impl IntoResponse for UnknownClient {
    fn into_response(self) -> Response {
        let text = "The server does not know who has connected.\n";
        (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = UnknownClient;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, UnknownClient> {
        let client = parts.extensions.get::<ClientAddress>().cloned().unwrap_or_default();
        client.of(&parts.headers, &parts.extensions).map(ClientIp).ok_or(UnknownClient)
    }
}
