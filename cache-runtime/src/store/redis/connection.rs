//! A connection to Redis, as the commands see it: one that blocks its thread, or one that is awaited.
//!
//! Commands and replies are written once, in `async` functions over [`Connection`]. As in [`Mode`](crate::mode::Mode),
//! the futures of a blocking connection are ready at their first poll.

use std::time::Duration;

use redis::{Cmd, RedisResult, Value, from_redis_value};

use super::error::ends_connection;
use super::keys::EntryKey;
use super::requests::command;

/// A connection that was idle for longer is checked before it is used.
pub(super) const IDLE_CHECK: Duration = Duration::from_secs(1);

/// The address of a cluster node; `None` for a single server, or for the node that has the key of a command.
pub(super) type Node = Option<(String, u16)>;

/// A connection to Redis. The defaults are those of a single server.
pub(super) trait Connection {
    /// Sends a command to a node, and returns the reply.
    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value>;

    /// Sends commands at once, and returns the replies in order; the first error is the error of all.
    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>>;

    /// Sends a command, and returns the reply.
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        self.send_to(&None, command).await
    }

    /// Reads the values of keys, in order.
    async fn get_all(&mut self, keys: &[EntryKey<'_>]) -> RedisResult<Vec<Value>> {
        let mut get = command("MGET", keys.len(), keys.iter().map(|key| key.len()).sum());
        get.arg(keys);
        Ok(from_redis_value(self.send(&get).await?)?)
    }

    /// The servers that together hold all keys.
    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        Ok(vec![None])
    }
}

/// A connection to one server or to a cluster.
#[derive(Clone)]
pub(super) enum AnyConnection<S, C> {
    Server(S),
    Cluster(C),
}

macro_rules! on_either {
    ($any:ident, $connection:ident => $call:expr) => {
        match $any {
            AnyConnection::Server($connection) => $call.await,
            AnyConnection::Cluster($connection) => $call.await,
        }
    };
}

impl<S: Connection, C: Connection> Connection for AnyConnection<S, C> {
    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        on_either!(self, connection => connection.send_to(node, command))
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        on_either!(self, connection => connection.send_all(commands))
    }

    async fn get_all(&mut self, keys: &[EntryKey<'_>]) -> RedisResult<Vec<Value>> {
        on_either!(self, connection => connection.get_all(keys))
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        on_either!(self, connection => connection.nodes())
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
    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let reply = self.inner().send_to(node, command).await;
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

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        let nodes = self.inner().nodes().await;
        self.recorded(nodes)
    }
}
