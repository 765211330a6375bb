//! One server.

use std::time::{Duration, Instant};

use redis::aio::{ConnectionLike as _, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, ConnectionLike, Pipeline, RedisResult, Value};

use super::connection::{Connection, Node};
use super::plain::PlainConnection;

/// A connection that blocks its thread.
pub(super) enum BlockingServer {
    Plain(PlainConnection),
    /// The client's own, for an address that only the client understands. It waits for its timeout at each read.
    Other(redis::Connection),
}

/// Connects for a thread, which waits for each reply for at most `timeout`.
pub(super) fn connect(server: &ConnectionInfo, timeout: Duration) -> RedisResult<BlockingServer> {
    connect_by(server, timeout, Instant::now() + timeout)
}

/// The same, connected by a deadline where that can be done.
pub(super) fn connect_by(server: &ConnectionInfo, timeout: Duration, deadline: Instant) -> RedisResult<BlockingServer> {
    if let Some(connection) = PlainConnection::connect(server, timeout, deadline)? {
        return Ok(BlockingServer::Plain(connection));
    }
    let connection = Client::open(server.clone())?.get_connection_with_timeout(timeout)?;
    connection.set_read_timeout(Some(timeout))?;
    connection.set_write_timeout(Some(timeout))?;
    Ok(BlockingServer::Other(connection))
}

/// Connects for tasks, which wait for each reply for at most `timeout`.
pub(super) async fn connect_async(server: &ConnectionInfo, timeout: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(Some(timeout));
    Client::open(server.clone())?.get_multiplexed_async_connection_with_config(&config).await
}

impl BlockingServer {
    /// Sets until when the next command has to be answered, where that can be done.
    pub(super) fn answer_by(&mut self, deadline: Instant) {
        if let BlockingServer::Plain(connection) = self {
            connection.answer_by(deadline);
        }
    }

    /// Whether the server still answers.
    pub(super) fn is_alive(&mut self) -> bool {
        match self {
            BlockingServer::Plain(connection) => connection.check_connection(),
            BlockingServer::Other(connection) => connection.check_connection(),
        }
    }
}

impl Connection for BlockingServer {
    async fn send_to(&mut self, _: &Node, command: &Cmd) -> RedisResult<Value> {
        match self {
            BlockingServer::Plain(connection) => command.query(connection),
            BlockingServer::Other(connection) => command.query(connection),
        }
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        let pipeline = pipeline(commands);
        match self {
            BlockingServer::Plain(connection) => pipeline.query(connection),
            BlockingServer::Other(connection) => pipeline.query(connection),
        }
    }
}

impl Connection for MultiplexedConnection {
    async fn send_to(&mut self, _: &Node, command: &Cmd) -> RedisResult<Value> {
        // The client boxes this future. It is large, and the future of every operation would have to hold it.
        self.req_packed_command(command).await?.extract_error()
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        pipeline(commands).query_async(self).await
    }
}

/// Sends many commands at once.
fn pipeline(commands: Vec<Cmd>) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(commands.len());
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline
}
