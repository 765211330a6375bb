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
mod exchange;
mod form;
mod link;
mod names;
mod place;
mod pool;
mod script;
mod sentinels;
mod settings;
mod shared;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use self::exchange::Exchange;
use self::names::Names;
use self::pool::Pool;
use self::settings::Settings;
use self::shared::{Shared, Slot};
use super::{Answer, Begun, Claim, Lifetime, Operation, Record, Store, Timestamp, Value};
use crate::Result;
use crate::config::Options;
use crate::io::{self, now};

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
        operation.end();
        answer
    }
}

impl Store for RedisStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        now(self.exchange()?.get(key))
    }

    fn set(&self, key: &str, value: &Value, lifetime: &Lifetime) -> Result<()> {
        now(self.exchange()?.set(key, value, lifetime))
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        io::now(self.exchange()?.delete(key, now))
    }

    fn increment(&self, key: &str, by: i64, lifetime: &Lifetime) -> Result<i64> {
        now(self.exchange()?.increment(key, by, lifetime))
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        now(self.exchange()?.clear(prefix))
    }

    fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        now(self.exchange()?.get_many(keys))
    }

    fn set_many(&self, values: &[(String, Value)], lifetime: &Lifetime) -> Result<()> {
        now(self.exchange()?.set_many(values, lifetime))
    }

    fn delete_many(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        io::now(self.exchange()?.delete_many(keys, now))
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        now(self.exchange()?.expiry(key))
    }

    fn touch(&self, key: &str, lifetime: &Lifetime) -> Result<bool> {
        now(self.exchange()?.touch(key, lifetime))
    }

    fn keeps_claims(&self) -> bool {
        true
    }

    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        now(self.exchange()?.claim(key, claim))
    }

    fn fulfil(&self, key: &str, value: &Value, lifetime: &Lifetime, token: u64) -> Result<bool> {
        now(self.exchange()?.fulfil(key, value, lifetime, token))
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<()> {
        now(self.exchange()?.release(key, token, pause))
    }

    /// By the shared connection, which needs a tokio runtime with timers and sockets; elsewhere a thread waits with a
    /// connection of its own.
    fn begin<'a>(&'a self, operation: Operation<'a>) -> Begun<'a> {
        let Some(runtime) = Handle::try_current().ok().map(|runtime| runtime.id()) else {
            return Begun::Blocking(operation);
        };
        if let Some((command, meaning)) = exchange::single(&self.names, &operation)
            && let Some(mut link) = self.shared.ready(runtime)
        {
            operation.end();
            return Begun::Pending(Box::pin(async move { meaning(link.send_only(&command).await) }));
        }
        match self.shared.slot(runtime) {
            Some(slot) => Begun::Pending(Box::pin(self.answer(slot, operation))),
            None => Begun::Blocking(operation),
        }
    }

    fn name(&self) -> String {
        self.shown.clone()
    }
}
