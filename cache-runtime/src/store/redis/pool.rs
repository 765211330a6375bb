//! Connections for threads, each of which has one to itself for as long as an exchange takes.

use std::sync::OnceLock;
use std::time::Duration;

use r2d2::{ManageConnection, NopErrorHandler, PooledConnection};
use redis::{Cmd, RedisError, RedisResult, Value};

use super::connection::{Blocking, Link, Node};
use super::endpoint::Place;
use super::error::ends_connection;
use super::keys::Named;
use crate::time::Stopwatch;
use crate::{Error, ErrorKind, Result};

/// A connection that has rested for longer is asked whether it is still there before it is used.
pub(super) const REST: Duration = Duration::from_secs(1);

/// The connections of a store. The first one is made when it is needed.
pub(super) struct Pool {
    maker: Maker,
    most: u32,
    pool: OnceLock<r2d2::Pool<Maker>>,
}

/// Makes connections, and knows which are of no more use.
#[derive(Clone)]
struct Maker {
    place: Place,
    timeout: Duration,
}

/// A connection of the pool.
pub(super) struct Connection {
    link: Blocking,
    used: Stopwatch,
    is_broken: bool,
}

impl Pool {
    pub(super) fn new(place: Place, timeout: Duration, most: u32) -> Self {
        Pool { maker: Maker { place, timeout }, most, pool: OnceLock::new() }
    }

    /// A connection for this thread: one that is there, or a new one, or the first that another thread gives back.
    pub(super) fn take(&self) -> Result<Taken> {
        self.pool().get().map(Taken).map_err(|error| {
            let message = format!("no connection within {:?}", self.maker.timeout);
            Error::new(ErrorKind::Unavailable, message).with_source(error)
        })
    }

    fn pool(&self) -> &r2d2::Pool<Maker> {
        self.pool.get_or_init(|| {
            r2d2::Pool::builder()
                .max_size(self.most)
                .min_idle(Some(0))
                .connection_timeout(self.maker.timeout)
                // Who asks for a connection is told; nobody else need be.
                .error_handler(Box::new(NopErrorHandler))
                .build_unchecked(self.maker.clone())
        })
    }
}

impl ManageConnection for Maker {
    type Connection = Connection;
    type Error = RedisError;

    fn connect(&self) -> RedisResult<Connection> {
        let link = self.place.connect(self.timeout)?;
        Ok(Connection { link, used: Stopwatch::start(), is_broken: false })
    }

    fn is_valid(&self, connection: &mut Connection) -> RedisResult<()> {
        if connection.used.elapsed() < REST || connection.link.answers() {
            return Ok(());
        }
        Err(RedisError::from((redis::ErrorKind::Io, "the connection has gone while it rested")))
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.is_broken
    }
}

/// A connection for as long as it is used.
pub(super) struct Taken(PooledConnection<Maker>);

impl Taken {
    fn note<T>(&mut self, reply: &RedisResult<T>) {
        self.0.used = Stopwatch::start();
        self.0.is_broken |= reply.as_ref().is_err_and(ends_connection);
    }
}

impl Link for Taken {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = self.0.link.send(command).await;
        self.note(&reply);
        reply
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        let replies = self.0.link.send_all(commands).await;
        self.note(&replies);
        replies
    }

    async fn get_all(&mut self, names: &[Named<'_>]) -> RedisResult<Vec<Value>> {
        let replies = self.0.link.get_all(names).await;
        self.note(&replies);
        replies
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let reply = self.0.link.send_to(node, command).await;
        self.note(&reply);
        reply
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        let nodes = self.0.link.nodes().await;
        self.note(&nodes);
        nodes
    }
}
