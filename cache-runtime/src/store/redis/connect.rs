//! Makes a connection to an endpoint.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{ConnectionLike, RedisResult};

use super::cluster::{AsyncCluster, BlockingCluster, ClusterConfig};
use super::connection::AnyConnection;
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
        match self {
            Endpoint::Server(server) => server::connect(server, timeout).map(AnyConnection::Server),
            Endpoint::Cluster(nodes) => ClusterConfig::new(nodes, timeout).connect().map(AnyConnection::Cluster),
            Endpoint::Sentinel(sentinels) => {
                let connect = async |server: &_, timeout| server::connect(server, timeout);
                poll_once(sentinels.connect(timeout, connect)).map(AnyConnection::Server)
            }
        }
    }

    /// Connects for tasks, which wait for each reply for at most `timeout`.
    pub(super) async fn connect_async(&self, timeout: Duration) -> RedisResult<AsyncConnection> {
        match self {
            Endpoint::Server(server) => server::connect_async(server, timeout).await.map(AnyConnection::Server),
            Endpoint::Cluster(nodes) => {
                ClusterConfig::new(nodes, timeout).connect_async().await.map(AnyConnection::Cluster)
            }
            Endpoint::Sentinel(sentinels) => {
                sentinels.connect(timeout, server::connect_async).await.map(AnyConnection::Server)
            }
        }
    }
}

impl BlockingConnection {
    /// Whether the server still answers.
    pub(super) fn is_alive(&mut self) -> bool {
        match self {
            AnyConnection::Server(server) => server.check_connection(),
            AnyConnection::Cluster(cluster) => cluster.connection.check_connection(),
        }
    }
}
