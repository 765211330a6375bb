//! Makes a connection to an endpoint.

use std::time::{Duration, Instant};

use redis::RedisResult;
use redis::aio::MultiplexedConnection;

use super::cluster::{AsyncCluster, BlockingCluster, ClusterConfig};
use super::connection::{AnyConnection, Peer};
use super::endpoint::Endpoint;
use super::server::{self, BlockingServer};
use crate::poll_once::poll_once;

/// A connection that blocks its thread.
pub(super) type BlockingConnection = AnyConnection<BlockingServer, BlockingCluster>;

/// A connection that is awaited. Clones share it, and their commands are in flight at the same time.
pub(super) type AsyncConnection = AnyConnection<MultiplexedConnection, AsyncCluster>;

impl Endpoint {
    /// Connects for a thread, which waits for each reply for at most `timeout`. A single server answers by `deadline`.
    pub(super) fn connect(&self, timeout: Duration, deadline: Instant) -> RedisResult<BlockingConnection> {
        let peer = match self {
            Endpoint::Server(server) => Peer::Server(server::connect_by(server, timeout, deadline)?),
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
            Peer::Server(server) => server.is_alive(),
            Peer::Cluster(cluster) => cluster.connection.check_connection(),
        }
    }

    /// Sets until when the next command has to be answered. A cluster's connection has its own timeouts.
    pub(super) fn answer_by(&mut self, deadline: Instant) {
        if let Peer::Server(server) = &mut self.peer {
            server.answer_by(deadline);
        }
    }
}
