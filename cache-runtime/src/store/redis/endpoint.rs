//! Where Redis is: one server, a cluster, or the server that sentinels name.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use redis::{ConnectionAddr, ConnectionInfo};

/// Where Redis is.
#[derive(Clone)]
pub(super) enum Endpoint {
    Server(ConnectionInfo),
    /// Some nodes of a cluster, which name the others.
    Cluster(Vec<ConnectionInfo>),
    Sentinel(Sentinels),
}

/// Sentinels, and the server that they are asked for.
#[derive(Clone)]
pub(super) struct Sentinels {
    /// Their addresses, with the login for them.
    pub(super) sentinels: Vec<ConnectionInfo>,
    /// The name by which they know the server.
    pub(super) master: String,
    /// The login for the server itself; its address is that of a sentinel.
    pub(super) server: ConnectionInfo,
    /// Which sentinel answered last. It is asked first, so that one that does not answer costs its timeout only once.
    pub(super) answering: Arc<AtomicUsize>,
}

/// Another server, with the login and encryption of a known one.
pub(super) fn with_address(known: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let address = match known.addr() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    known.clone().set_addr(address)
}
