//! Redis, for caches that several machines share: one server, a cluster, or the server that sentinels name.
//!
//! ```text
//! redis.rs                      the store
//! settings, address             the configuration, and the addresses in it
//! endpoint                      where Redis is
//! connect, server, cluster, sentinels    how a connection is made; one server, a cluster, sentinels
//! connection                    what all kinds of connections can do
//! pool, multiplexed             connections for threads; the connection that tasks share
//! commands, requests, script    the commands of each operation; how they are built; Lua scripts
//! keys, encoding                the keys and values in Redis
//! error, tls                    errors; the crypto provider
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
mod pool;
mod requests;
mod script;
mod sentinels;
mod server;
mod settings;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use self::commands::Commands;
use self::keys::Keys;
use self::multiplexed::{Multiplexed, RuntimeSlot};
use self::pool::{Pool, Pooled};
use self::settings::RedisSettings;
use super::{Answer, Claim, Claims, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};
use crate::Result;
use crate::config::Options;
use crate::poll_once::poll_once;

/// Redis as a store. It connects at the first use.
pub(crate) struct RedisStore {
    keys: Keys,
    pool: Pool,
    multiplexed: Multiplexed,
    display_name: String,
}

impl RedisStore {
    /// A store with the options of a configuration.
    pub(crate) fn from_options(options: &Options) -> Result<Self> {
        let settings = RedisSettings::read(options)?;
        Ok(RedisStore {
            keys: Keys::new(settings.namespace),
            pool: Pool::new(settings.endpoint.clone(), settings.timeout, settings.connections),
            multiplexed: Multiplexed::new(settings.endpoint, settings.timeout),
            display_name: settings.display_name,
        })
    }

    /// Commands on a connection of this thread.
    fn commands(&self) -> Result<Commands<'_, Pooled>> {
        Ok(Commands { connection: self.pool.get()?, keys: &self.keys })
    }

    /// Runs an operation on the connection that the tasks of this runtime share.
    async fn run(&self, slot: Arc<RuntimeSlot>, operation: Operation<'_>) -> Result<Answer> {
        let connection = self.multiplexed.get(slot).await?;
        let answer = Commands { connection, keys: &self.keys }.run(&operation).await;
        operation.recycle();
        answer
    }
}

impl Store for RedisStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        poll_once(self.commands()?.get(key))
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        poll_once(self.commands()?.set(key, value, expiration))
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        poll_once(self.commands()?.delete(key, now))
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        poll_once(self.commands()?.increment(key, by, expiration))
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        poll_once(self.commands()?.clear(prefix))
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        poll_once(self.commands()?.read_multi(keys))
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        poll_once(self.commands()?.write_multi(values, expiration))
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        poll_once(self.commands()?.delete_multi(keys, now))
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        poll_once(self.commands()?.expiry(key))
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        poll_once(self.commands()?.touch(key, expiration))
    }

    fn claims(&self) -> Option<&dyn Claims> {
        Some(self)
    }

    /// On a tokio runtime, the shared connection. Elsewhere, or on a runtime without timers or sockets, a thread with a
    /// connection of its own.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        let Some(runtime) = Handle::try_current().ok().map(|runtime| runtime.id()) else {
            return Dispatch::Blocking(operation);
        };
        if let Some((command, parse)) = commands::single_command(&self.keys, &operation)
            && let Some(mut connection) = self.multiplexed.ready(runtime)
        {
            operation.recycle();
            return Dispatch::Pending(Box::pin(async move { parse(connection.send_only(&command).await) }));
        }
        match self.multiplexed.slot(runtime) {
            Some(slot) => Dispatch::Pending(Box::pin(self.run(slot, operation))),
            None => Dispatch::Blocking(operation),
        }
    }

    fn name(&self) -> String {
        self.display_name.clone()
    }
}

impl Claims for RedisStore {
    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        poll_once(self.commands()?.claim(key, claim))
    }

    fn complete(&self, key: &str, value: &Value, expiration: &Expiration, token: u64) -> Result<bool> {
        poll_once(self.commands()?.complete(key, value, expiration, token))
    }

    fn renew(&self, key: &str, claim: &Claim) -> Result<bool> {
        poll_once(self.commands()?.renew(key, claim))
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<bool> {
        poll_once(self.commands()?.release(key, token, pause))
    }
}
