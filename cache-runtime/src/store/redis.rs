//! Redis, for when one machine is not enough: one server, a cluster, or whichever server sentinels name.
//!
//! ```text
//! redis.rs       the contract of a store, in either face
//! settings, address, place    the configuration, to where Redis is and how one connects
//! cluster, sentinels          keys that move among servers; who is in charge of several
//! pool, shared   connections for threads; the connection that tasks share
//! link           either of them, as an exchange sees it
//! exchange       what is sent for an operation, and what the reply means
//! script, form, names         what Redis does in one step; what entries look like there; what they are called
//! ```
//!
//! Redis keeps time by itself only for plain numbers. An entry says when it expires, and Redis removes it some time
//! later.

mod address;
mod cluster;
mod commands;
mod connection;
mod encoding;
mod endpoint;
mod error;
mod keys;
mod multiplexed;
mod pool;
mod script;
mod sentinels;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use self::commands::Exchange;
use self::keys::Names;
use self::multiplexed::{Shared, Slot};
use self::pool::Pool;
use self::settings::Settings;
use super::{Answer, Claim, Claims, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};
use crate::Result;
use crate::config::Options;
use crate::poll_once::poll_once;

/// Redis as a store.
///
/// Nothing is connected before the first use.
pub(crate) struct RedisStore {
    names: Names,
    pool: Pool,
    shared: Shared,
    shown: String,
}

impl RedisStore {
    /// By the configuration: `url`, `namespace`, `timeout` and the client's own options.
    pub(crate) fn from_options(options: &Options) -> Result<Self> {
        let settings = Settings::read(options)?;
        Ok(RedisStore {
            names: Names::new(settings.namespace),
            pool: Pool::new(settings.place.clone(), settings.timeout, settings.connections),
            shared: Shared::new(settings.place, settings.timeout),
            shown: settings.shown,
        })
    }

    /// An exchange on this thread.
    fn exchange(&self) -> Result<Exchange<'_, pool::Taken>> {
        Ok(Exchange { link: self.pool.take()?, names: &self.names })
    }

    /// An exchange by the connection that the tasks of this runtime share.
    async fn answer(&self, slot: Arc<Slot>, operation: Operation<'_>) -> Result<Answer> {
        let link = self.shared.take(slot).await?;
        let answer = Exchange { link, names: &self.names }.run(&operation).await;
        operation.recycle();
        answer
    }
}

impl Store for RedisStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        poll_once(self.exchange()?.get(key))
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        poll_once(self.exchange()?.set(key, value, expiration))
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        poll_once(self.exchange()?.delete(key, now))
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        poll_once(self.exchange()?.increment(key, by, expiration))
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        poll_once(self.exchange()?.clear(prefix))
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        poll_once(self.exchange()?.read_multi(keys))
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        poll_once(self.exchange()?.write_multi(values, expiration))
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        poll_once(self.exchange()?.delete_multi(keys, now))
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        poll_once(self.exchange()?.expiry(key))
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        poll_once(self.exchange()?.touch(key, expiration))
    }

    fn claims(&self) -> Option<&dyn Claims> {
        Some(self)
    }

    /// By the shared connection, which needs a tokio runtime with timers and sockets; elsewhere a thread waits with a
    /// connection of its own.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        let Some(runtime) = Handle::try_current().ok().map(|runtime| runtime.id()) else {
            return Dispatch::Blocking(operation);
        };
        if let Some((command, meaning)) = commands::single(&self.names, &operation)
            && let Some(mut link) = self.shared.ready(runtime)
        {
            operation.recycle();
            return Dispatch::Pending(Box::pin(async move { meaning(link.send_only(&command).await) }));
        }
        match self.shared.slot(runtime) {
            Some(slot) => Dispatch::Pending(Box::pin(self.answer(slot, operation))),
            None => Dispatch::Blocking(operation),
        }
    }

    fn name(&self) -> String {
        self.shown.clone()
    }
}

impl Claims for RedisStore {
    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        poll_once(self.exchange()?.claim(key, claim))
    }

    fn complete(&self, key: &str, value: &Value, expiration: &Expiration, token: u64) -> Result<bool> {
        poll_once(self.exchange()?.complete(key, value, expiration, token))
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<()> {
        poll_once(self.exchange()?.release(key, token, pause))
    }
}
