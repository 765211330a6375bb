//! Where Redis is: one server, a cluster, or whichever server sentinels name; and how a connection to it is made.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Connection, ConnectionAddr, ConnectionInfo, RedisResult};

use super::cluster::Way;
use super::connection::{Blocking, Waiting};
use super::sentinels::Sentinels;
use crate::poll_once::poll_once;

/// Where Redis is.
#[derive(Clone)]
pub(super) enum Place {
    One(ConnectionInfo),
    /// Some of the servers of a cluster, which name the others.
    Cluster(Vec<ConnectionInfo>),
    Sentinel(Sentinels),
}

/// Sees to it that there is somebody to encrypt, where the program has not chosen one itself.
#[cfg(feature = "redis-tls")]
pub(super) fn prepare_tls() {
    // It fails where there is one already, which is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "redis-tls"))]
pub(super) fn prepare_tls() {}

impl Place {
    /// Connects, for a thread that waits for each reply for so long.
    pub(super) fn connect(&self, timeout: Duration) -> RedisResult<Blocking> {
        match self {
            Place::One(server) => connect(server, timeout).map(Blocking::One),
            Place::Sentinel(sentinels) => {
                poll_once(sentinels.connect(timeout, async |server, time| connect(server, time).map(Blocking::One)))
            }
            Place::Cluster(servers) => {
                Way::new(servers, timeout).connect().map(|cluster| Blocking::Cluster(Box::new(cluster)))
            }
        }
    }

    /// Connects, for tasks that wait for each reply for so long.
    pub(super) async fn connect_waiting(&self, timeout: Duration) -> RedisResult<Waiting> {
        match self {
            Place::One(server) => connect_waiting(server, timeout).await.map(Waiting::One),
            Place::Sentinel(sentinels) => {
                let connect = async |server: &_, time| connect_waiting(server, time).await.map(Waiting::One);
                sentinels.connect(timeout, connect).await
            }
            Place::Cluster(servers) => Way::new(servers, timeout).connect_waiting().await.map(Waiting::Cluster),
        }
    }
}

/// Connects to one server, for a thread.
pub(super) fn connect(server: &ConnectionInfo, timeout: Duration) -> RedisResult<Connection> {
    let connection = Client::open(server.clone())?.get_connection_with_timeout(timeout)?;
    connection.set_read_timeout(Some(timeout))?;
    connection.set_write_timeout(Some(timeout))?;
    Ok(connection)
}

/// Connects to one server, for tasks.
pub(super) async fn connect_waiting(server: &ConnectionInfo, timeout: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(Some(timeout));
    Client::open(server.clone())?.get_multiplexed_async_connection_with_config(&config).await
}

/// Another server that one connects to in the same way.
pub(super) fn beside(known: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let address = match known.addr() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    known.clone().set_addr(address)
}
