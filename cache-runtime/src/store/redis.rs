//! Redis, for caches that several machines share: one server, a cluster, or the server that sentinels name.
//!
//! ```text
//! redis.rs                      the store
//! settings, address             the configuration, and the addresses in it
//! endpoint                      where Redis is
//! connect, server, cluster, sentinels    how a connection is made; one server, a cluster, sentinels
//! connection                    what all kinds of connections can do
//! plain, tls                    a thread's connection to a server, with a deadline for each reply; its encryption
//! pool, multiplexed             connections for threads; the connection that tasks share
//! commands, script              the commands of each operation; Lua scripts
//! script_support                whether the server runs scripts
//! keys, encoding                the keys and values in Redis
//! error                         errors
//! ```
//!
//! Redis expires only plain numbers exactly. An entry carries its expiry, and Redis removes it some time later.

mod address;
mod cluster;
mod commands;
mod connect;
mod connection;
mod encoding;
mod endpoint;
mod error;
mod keys;
mod multiplexed;
mod plain;
mod pool;
mod script;
mod script_support;
mod sentinels;
mod server;
mod settings;
#[cfg(feature = "redis-tls")]
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use self::commands::Commands;
use self::endpoint::Endpoint;
use self::keys::Keys;
use self::multiplexed::{Multiplexed, RuntimeSlot};
use self::pool::Pool;
use self::script_support::ScriptSupport;
use super::{
    Answer, Claim, Claims, Counted, Deleted, Dispatch, Expiration, Limits, Operation, Record, Step, Store, Timestamp,
    Value, forward_claims, forward_methods,
};
use crate::Result;
use crate::config::{Options, without_secrets};
use crate::per_process::PerProcess;
use crate::poll_once::poll_once;
use crate::time::Stopwatch;

/// Redis as a store. It connects at the first use.
pub(crate) struct RedisStore {
    keys: Keys,
    endpoint: Endpoint,
    timeout: Duration,
    max_connections: u32,
    connections: PerProcess<Connections>,
    scripts: ScriptSupport,
    /// The address for messages, without secrets.
    display_name: String,
}

/// The connections of threads and of tasks.
struct Connections {
    pool: Pool,
    multiplexed: Multiplexed,
}

impl RedisStore {
    /// A store with the options of a configuration.
    pub(crate) fn from_options(options: &Options) -> Result<Self> {
        let (endpoint, keys) = (settings::endpoint(options)?, Keys::new(&settings::namespace(options)?));
        let (timeout, max_connections) = (settings::timeout(options)?, settings::connections(options)?);
        let display_name = format!("redis {}", without_secrets(&options.get::<String>("url")?));
        let (connections, scripts) = (PerProcess::new(), ScriptSupport::default());
        Ok(RedisStore { keys, endpoint, timeout, max_connections, connections, scripts, display_name })
    }

    /// The connections of this process.
    fn connections(&self) -> &Connections {
        self.connections.get(|_| Connections {
            pool: Pool::new(self.endpoint.clone(), self.timeout, self.max_connections),
            multiplexed: Multiplexed::new(self.endpoint.clone(), self.timeout),
        })
    }

    /// Runs an operation on the connection that the tasks of this runtime share.
    async fn run(&self, slot: Arc<RuntimeSlot>, operation: Operation<'_>) -> Result<Answer> {
        let started = Stopwatch::start();
        let connection = &mut self.connections().multiplexed.get(slot).await?.connection;
        let waited = started.elapsed();
        let mut commands = Commands { connection, keys: &self.keys, scripts: &self.scripts };
        let answer = if waited * 10 < self.timeout || takes_many_steps(&operation) {
            commands.run(&operation).await
        } else {
            // What it took to get a connection counts for the operation. Boxed, since that is rare.
            let left = self.timeout.saturating_sub(waited);
            let answer = tokio::time::timeout(left, Box::pin(commands.run(&operation))).await;
            // The connection may be in order: the next operation has the whole time for it.
            answer.unwrap_or_else(|_| Err(error::timed_out()))
        };
        operation.recycle();
        answer
    }
}

/// Whether an operation may take longer than a reply.
fn takes_many_steps(operation: &Operation<'_>) -> bool {
    matches!(operation, Operation::Clear { .. } | Operation::DeleteExpired { .. })
}

/// Runs a command on a connection of this thread.
macro_rules! send {
    ($self:ident.$($call:tt)*) => {
        poll_once(
            Commands { connection: &mut *$self.connections().pool.get()?, keys: &$self.keys, scripts: &$self.scripts }
                .$($call)*,
        )
    };
}

impl Store for RedisStore {
    forward_methods!(self, send);

    fn claims(&self) -> Option<&dyn Claims> {
        // Claims are kept by scripts.
        self.scripts.are_allowed().then_some(self as &dyn Claims)
    }

    fn limits(&self) -> Option<&dyn Limits> {
        Some(self)
    }

    /// On a tokio runtime, the shared connection. Elsewhere, or on a runtime without timers or sockets, a thread with a
    /// connection of its own.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        let Some(runtime) = Handle::try_current().ok().map(|runtime| runtime.id()) else {
            return Dispatch::Blocking(operation);
        };
        if let Some((command, parse)) = commands::single_command(&self.keys, &operation)
            && let Some(mut connection) = self.connections().multiplexed.ready(runtime)
        {
            operation.recycle();
            return Dispatch::Pending(Box::pin(async move { parse(connection.send_only(&command).await) }));
        }
        match self.connections().multiplexed.slot(runtime) {
            Some(slot) => Dispatch::Pending(Box::pin(self.run(slot, operation))),
            None => Dispatch::Blocking(operation),
        }
    }

    fn name(&self) -> String {
        self.display_name.clone()
    }
}

impl Claims for RedisStore {
    forward_claims!(self, send);
}

impl Limits for RedisStore {
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        send!(self.count_within(steps))
    }
}
