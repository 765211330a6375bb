//! The extractor of a client's address.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::{Error, FromRequest, HttpRequest};
use cache_runtime::http::ClientAddress;

use crate::versions::fields;

/// The address of the client: an extractor.
///
/// It is the peer's, or behind proxies that a [`ClientAddress`] in the `app_data` trusts, the one that they have written.
///
/// ```
/// use actix_web::{App, web};
/// use cache_actix::{ClientAddress, ClientIp};
///
/// async fn greet(ClientIp(address): ClientIp) -> String {
///     format!("Hello {address}")
/// }
///
/// # fn main() -> Result<(), cache_runtime::Error> {
/// let client = ClientAddress::new().trust(["10.0.0.0/8"])?;
/// let app = App::new().app_data(client).route("/", web::get().to(greet));
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

impl FromRequest for ClientIp {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let client = request.app_data::<ClientAddress>().cloned().unwrap_or_default();
        let unknown = || ErrorInternalServerError("the server does not know who has connected");
        let found = request.peer_addr().map(|peer| {
            let headers = fields(request.headers(), [client.field_name().clone()]);
            ClientIp(client.of_peer(peer.ip(), &headers))
        });
        ready(found.ok_or_else(unknown))
    }
}
