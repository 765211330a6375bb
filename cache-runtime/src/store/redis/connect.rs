//! Makes a connection to an endpoint.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{ConnectionLike, RedisResult};

use super::cluster::{AsyncCluster, BlockingCluster, ClusterConfig};
use super::connection::{AnyConnection, Peer};
use super::endpoint::Endpoint;
use super::server;
use crate::poll_once::poll_once;

/// A connection that blocks its thread.
pub(super) type BlockingConnection = AnyConnection<redis::Connection, BlockingCluster>;

/// A connection that is awaited. Clones share it, and their commands are in flight at the same time.
pub(super) type AsyncConnection = AnyConnection<MultiplexedConnection, AsyncCluster>;

impl Endpoint {
    /// Connects for a thread, which waits for each reply for at most `timeout`.
    pub(super) fn connect(&self, timeout: Duration) -> RedisResult<BlockingConnection> {
        let peer = match self {
            Endpoint::Server(server) => Peer::Server(server::connect(server, timeout)?),
            Endpoint::Cluster(nodes) => Peer::Cluster(ClusterConfig::new(nodes, timeout).connect()?),
            Endpoint::Sentinel(sentinels) => {
                let connect = async |server: &_, timeout| server::connect(server, timeout);
                Peer::Server(poll_once(sentinels.connect(timeout, connect))?)
            }
        };
        Ok(AnyConnection::new(peer))
    }

    /// Connects for tasks, which wait for each reply for at most `timeout`.
    pub(super) async fn connect_async(&self, timeout: Duration) -> RedisResult<AsyncConnection> {
        let peer = match self {
            Endpoint::Server(server) => Peer::Server(server::connect_async(server, timeout).await?),
            Endpoint::Cluster(nodes) => Peer::Cluster(ClusterConfig::new(nodes, timeout).connect_async().await?),
            Endpoint::Sentinel(sentinels) => Peer::Server(sentinels.connect(timeout, server::connect_async).await?),
        };
        Ok(AnyConnection::new(peer))
    }
}

impl BlockingConnection {
    /// Whether the server still answers.
    pub(super) fn is_alive(&mut self) -> bool {
        match &mut self.peer {
            Peer::Server(server) => server.check_connection(),
            Peer::Cluster(cluster) => cluster.connection.check_connection(),
        }
    }
}
