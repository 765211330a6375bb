//! One server.

use std::time::Duration;

use redis::aio::{ConnectionLike as _, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, Pipeline, RedisResult, Value};

use super::connection::{Connection, Node};

/// Connects for a thread, which waits for each reply for at most `timeout`.
pub(super) fn connect(server: &ConnectionInfo, timeout: Duration) -> RedisResult<redis::Connection> {
    let connection = Client::open(server.clone())?.get_connection_with_timeout(timeout)?;
    connection.set_read_timeout(Some(timeout))?;
    connection.set_write_timeout(Some(timeout))?;
    Ok(connection)
}

/// Connects for tasks, which wait for each reply for at most `timeout`.
pub(super) async fn connect_async(server: &ConnectionInfo, timeout: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(Some(timeout));
    Client::open(server.clone())?.get_multiplexed_async_connection_with_config(&config).await
}

impl Connection for redis::Connection {
    async fn send_to(&mut self, _: &Node, command: &Cmd) -> RedisResult<Value> {
        command.query(self)
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        pipeline(commands).query(self)
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
