//! Connections for threads. A thread has one to itself for as long as an operation takes.
//!
//! A general pool, such as that of the crate `r2d2`, connects on threads of its own: a caller is told after its whole timeout,
//! and not why, and a forked process has none of these threads.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::{RedisError, RedisResult};

use super::connect::BlockingConnection;
use super::connection::IDLE_CHECK;
use super::endpoint::Endpoint;
use super::error::explained;
use crate::{Error, ErrorKind, Result};

/// The connections of a store for threads. Each one is made when it is needed, by the thread that needs it, which gets the
/// server's own error at once.
pub(super) struct Pool {
    endpoint: Endpoint,
    timeout: Duration,
    max_size: u32,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Default)]
struct State {
    /// The one that was used last is at the end.
    idle: Vec<BlockingConnection>,
    /// How many threads have a connection, or are making one.
    in_use: u32,
}

/// A connection that a thread has taken from the pool; dropping it gives it back.
pub(super) struct Pooled<'a> {
    permit: Permit<'a>,
    /// `None` only while it is dropped.
    connection: Option<BlockingConnection>,
}

/// The right of a thread to have a connection.
struct Permit<'a>(&'a Pool);

impl Pool {
    pub(super) fn new(endpoint: Endpoint, timeout: Duration, max_size: u32) -> Self {
        Pool { endpoint, timeout, max_size, state: Mutex::default(), given_back: Condvar::new() }
    }

    /// A connection for this thread: an idle one, or a new one, as soon as few enough threads have one.
    ///
    /// What it waits for counts for the first command, so that all of it takes one timeout. A quarter is left for the command in
    /// any case, or else a connection that takes long to make would be given up each time before it is of use.
    pub(super) fn get(&self) -> Result<Pooled<'_>> {
        let deadline = Instant::now() + self.timeout;
        let (permit, idle) = self.permit()?;
        let mut connection = self.checked(idle, deadline).map_err(explained)?;
        connection.answer_by(deadline.max(Instant::now() + self.timeout / 4));
        Ok(Pooled { permit, connection: Some(connection) })
    }

    fn permit(&self) -> Result<(Permit<'_>, Option<BlockingConnection>)> {
        let is_full = |state: &mut State| state.in_use >= self.max_size;
        let waited = self.given_back.wait_timeout_while(self.state(), self.timeout, is_full);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let message = format!(
                "no connection was free within {:?}; `connections` allows {} at once",
                self.timeout, self.max_size
            );
            return Err(Error::new(ErrorKind::Unavailable, message).unreachable());
        }
        state.in_use += 1;
        Ok((Permit(self), state.idle.pop()))
    }

    /// An idle connection if the server still answers on it, or else a new one. A server that does not answer in time is
    /// not given the time for a new connection as well.
    fn checked(&self, idle: Option<BlockingConnection>, deadline: Instant) -> RedisResult<BlockingConnection> {
        let Some(mut idle) = idle else { return self.endpoint.connect(self.timeout, deadline) };
        if idle.last_used.elapsed() < IDLE_CHECK {
            return Ok(idle);
        }
        idle.answer_by(deadline);
        let asked_at = Instant::now();
        if idle.is_alive() {
            return Ok(idle);
        }
        if asked_at.elapsed() * 2 >= self.timeout {
            return Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)));
        }
        self.endpoint.connect(self.timeout, deadline)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Pooled<'_> {
    type Target = BlockingConnection;

    fn deref(&self) -> &BlockingConnection {
        self.connection.as_ref().expect("it has not been given back")
    }
}

impl DerefMut for Pooled<'_> {
    fn deref_mut(&mut self) -> &mut BlockingConnection {
        self.connection.as_mut().expect("it has not been given back")
    }
}

impl Drop for Pooled<'_> {
    /// Gives back a connection that can be used again. The permit is given back afterwards.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|connection| !connection.is_broken) {
            self.permit.0.state().idle.push(connection);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.state().in_use -= 1;
        self.0.given_back.notify_one();
    }
}
