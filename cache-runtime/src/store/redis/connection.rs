//! A connection to Redis, as the commands see it: one that blocks its thread, or one that is awaited.
//!
//! Commands and replies are written once, in `async` functions over [`Connection`]. As in [`Mode`](crate::mode::Mode),
//! the futures of a blocking connection are ready at their first poll.

use std::time::Duration;

use redis::{Cmd, RedisResult, Value, from_redis_value};

use super::error::ends_connection;
use super::keys::EntryKey;
use crate::time::Stopwatch;

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
        Ok(from_redis_value(self.send(&Cmd::mget(keys)).await?)?)
    }

    /// The servers that together hold all keys.
    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        Ok(vec![None])
    }
}

/// A connection to one server or to a cluster, which remembers whether it can be used again.
#[derive(Clone)]
pub(super) struct AnyConnection<S, C> {
    pub(super) peer: Peer<S, C>,
    /// When the last reply arrived.
    pub(super) last_used: Stopwatch,
    /// Whether a reply has ended the connection.
    pub(super) is_broken: bool,
}

/// What a connection leads to.
#[derive(Clone)]
pub(super) enum Peer<S, C> {
    Server(S),
    Cluster(C),
}

impl<S, C> AnyConnection<S, C> {
    pub(super) fn new(peer: Peer<S, C>) -> Self {
        AnyConnection { peer, last_used: Stopwatch::start(), is_broken: false }
    }

    /// Records that a reply has arrived, and whether it ended the connection.
    pub(super) fn recorded<T>(&mut self, reply: RedisResult<T>) -> RedisResult<T> {
        self.last_used = Stopwatch::start();
        self.is_broken |= reply.as_ref().is_err_and(ends_connection);
        reply
    }
}

macro_rules! recorded_on {
    ($any:ident, $connection:ident => $call:expr) => {{
        let reply = match &mut $any.peer {
            Peer::Server($connection) => $call.await,
            Peer::Cluster($connection) => $call.await,
        };
        $any.recorded(reply)
    }};
}

impl<S: Connection, C: Connection> Connection for AnyConnection<S, C> {
    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        recorded_on!(self, connection => connection.send_to(node, command))
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        recorded_on!(self, connection => connection.send_all(commands))
    }

    async fn get_all(&mut self, keys: &[EntryKey<'_>]) -> RedisResult<Vec<Value>> {
        recorded_on!(self, connection => connection.get_all(keys))
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        recorded_on!(self, connection => connection.nodes())
    }
}
