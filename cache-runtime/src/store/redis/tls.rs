//! TLS on a thread's connection, below which the deadline of the connection holds.

use std::io::{self, Read, Write};
use std::sync::Arc;

use redis::ConnectionAddr;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

/// What encrypts the bytes of a connection.
pub(super) type Session = Box<ClientConnection>;

/// A session that has not begun; `None` if the address is one without TLS.
pub(super) fn session(address: &ConnectionAddr) -> io::Result<Option<Session>> {
    let ConnectionAddr::TcpTls { host, .. } = address else { return Ok(None) };
    let trusted = ClientConfig::builder().with_root_certificates(trusted_certificates()?);
    let name =
        ServerName::try_from(host.clone()).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let session = ClientConnection::new(Arc::new(trusted.with_no_client_auth()), name).map_err(io::Error::other)?;
    Ok(Some(Box::new(session)))
}

/// The certificates that the operating system trusts. They are read for each connection, since they may be replaced.
fn trusted_certificates() -> io::Result<RootCertStore> {
    let mut found = rustls_native_certs::load_native_certs();
    if let Some(error) = found.errors.pop() {
        return Err(io::Error::other(error));
    }
    let mut trusted = RootCertStore::empty();
    found.certs.into_iter().try_for_each(|certificate| trusted.add(certificate)).map_err(io::Error::other)?;
    Ok(trusted)
}

/// Begins a session: the certificate of the server is checked.
pub(super) fn shake_hands(session: &mut Session, socket: &mut (impl Read + Write)) -> io::Result<()> {
    while session.is_handshaking() {
        session.complete_io(socket)?;
    }
    Ok(())
}

/// A socket on which everything is encrypted.
pub(super) fn encrypted<'a, S: Read + Write>(
    session: &'a mut Session,
    socket: &'a mut S,
) -> Stream<'a, ClientConnection, S> {
    Stream::new(session, socket)
}
