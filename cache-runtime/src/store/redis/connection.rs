//! A connection to Redis, as the commands see it: one that blocks its thread, or one that is awaited.
//!
//! Commands and replies are written once, in `async` functions over [`Connection`]. As in [`Mode`](crate::mode::Mode),
//! the futures of a blocking connection are ready at their first poll.

use std::time::Duration;

use redis::{Cmd, RedisResult, Value};

use super::error::ends_connection;
use super::keys::EntryKey;

/// A connection that was idle for longer is checked before it is used.
pub(super) const IDLE_CHECK: Duration = Duration::from_secs(1);

/// The address of a cluster node; `None` for a single server.
pub(super) type Node = Option<(String, u16)>;

/// A connection to Redis.
pub(super) trait Connection {
    /// Sends a command, and returns the reply.
    fn send(&mut self, command: &Cmd) -> impl Future<Output = RedisResult<Value>>;

    /// Sends commands at once, and returns the replies in order; the first error is the error of all.
    fn send_all(&mut self, commands: Vec<Cmd>) -> impl Future<Output = RedisResult<Vec<Value>>>;

    /// Reads the values of keys, in order.
    fn get_all(&mut self, keys: &[EntryKey<'_>]) -> impl Future<Output = RedisResult<Vec<Value>>>;

    /// Sends a command to one of the [nodes](Connection::nodes).
    fn send_to(&mut self, node: &Node, command: &Cmd) -> impl Future<Output = RedisResult<Value>>;

    /// The servers that together hold all keys.
    fn nodes(&mut self) -> impl Future<Output = RedisResult<Vec<Node>>>;
}

/// A connection to one server or to a cluster.
#[derive(Clone)]
pub(super) enum AnyConnection<S, C> {
    Server(S),
    Cluster(C),
}

impl<S: Connection, C: Connection> Connection for AnyConnection<S, C> {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            AnyConnection::Server(server) => server.send(command).await,
            AnyConnection::Cluster(cluster) => cluster.send(command).await,
        }
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match self {
            AnyConnection::Server(server) => server.send_all(commands).await,
            AnyConnection::Cluster(cluster) => cluster.send_all(commands).await,
        }
    }

    async fn get_all(&mut self, keys: &[EntryKey<'_>]) -> RedisResult<Vec<Value>> {
        match self {
            AnyConnection::Server(server) => server.get_all(keys).await,
            AnyConnection::Cluster(cluster) => cluster.get_all(keys).await,
        }
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        match self {
            AnyConnection::Server(server) => server.send_to(node, command).await,
            AnyConnection::Cluster(cluster) => cluster.send_to(node, command).await,
        }
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        match self {
            AnyConnection::Server(server) => server.nodes().await,
            AnyConnection::Cluster(cluster) => cluster.nodes().await,
        }
    }
}

/// A borrowed connection that records whether it can be used again.
pub(super) trait Tracked {
    type Inner: Connection;

    fn inner(&mut self) -> &mut Self::Inner;

    /// Records that a reply has arrived, and whether it ended the connection.
    fn record(&mut self, is_broken: bool);

    fn recorded<T>(&mut self, reply: RedisResult<T>) -> RedisResult<T> {
        self.record(reply.as_ref().is_err_and(ends_connection));
        reply
    }
}

impl<T: Tracked> Connection for T {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = self.inner().send(command).await;
        self.recorded(reply)
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        let replies = self.inner().send_all(commands).await;
        self.recorded(replies)
    }

    async fn get_all(&mut self, keys: &[EntryKey<'_>]) -> RedisResult<Vec<Value>> {
        let replies = self.inner().get_all(keys).await;
        self.recorded(replies)
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let reply = self.inner().send_to(node, command).await;
        self.recorded(reply)
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        let nodes = self.inner().nodes().await;
        self.recorded(nodes)
    }
}
