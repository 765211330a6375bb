//! Connections for threads. A thread has one to itself for as long as an operation takes.

use std::sync::LazyLock;
use std::time::Duration;

use r2d2::{ManageConnection, NopErrorHandler, PooledConnection};
use redis::{RedisError, RedisResult};

use super::connect::BlockingConnection;
use super::connection::IDLE_CHECK;
use super::endpoint::Endpoint;
use crate::{Error, ErrorKind, Result};

/// The connections of a store. The pool with its threads, and each connection, is made when it is needed.
pub(super) struct Pool {
    timeout: Duration,
    pool: LazyLock<r2d2::Pool<Manager>, Box<dyn FnOnce() -> r2d2::Pool<Manager> + Send>>,
}

/// Makes connections, and recognises broken ones.
pub(super) struct Manager {
    endpoint: Endpoint,
    timeout: Duration,
}

/// A connection that a thread has taken from the pool; dropping it gives it back.
pub(super) type Pooled = PooledConnection<Manager>;

impl Pool {
    pub(super) fn new(endpoint: Endpoint, timeout: Duration, max_size: u32) -> Self {
        let build = move || {
            r2d2::Pool::builder()
                .max_size(max_size)
                .min_idle(Some(0))
                .connection_timeout(timeout)
                // The caller gets the error, so the pool need not log it.
                .error_handler(Box::new(NopErrorHandler))
                .build_unchecked(Manager { endpoint, timeout })
        };
        Pool { timeout, pool: LazyLock::new(Box::new(build)) }
    }

    /// A connection for this thread: an idle one, a new one, or the first that another thread gives back.
    pub(super) fn get(&self) -> Result<Pooled> {
        self.pool.get().map_err(|error| {
            let message = format!("no connection within {:?}", self.timeout);
            Error::new(ErrorKind::Unavailable, message).with_source(error)
        })
    }
}

impl ManageConnection for Manager {
    type Connection = BlockingConnection;
    type Error = RedisError;

    fn connect(&self) -> RedisResult<BlockingConnection> {
        self.endpoint.connect(self.timeout)
    }

    fn is_valid(&self, connection: &mut BlockingConnection) -> RedisResult<()> {
        if connection.last_used.elapsed() < IDLE_CHECK || connection.is_alive() {
            return Ok(());
        }
        Err(RedisError::from((redis::ErrorKind::Io, "the connection was lost while it was idle")))
    }

    fn has_broken(&self, connection: &mut BlockingConnection) -> bool {
        connection.is_broken
    }
}
