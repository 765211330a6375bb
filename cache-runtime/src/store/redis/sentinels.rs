//! Sentinels, which know the server that is in charge.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use redis::{ConnectionInfo, ErrorKind as Kind, FromRedisValue, RedisError, RedisResult, Value, cmd, from_redis_value};

use super::connection::Link;
use super::endpoint::beside;

/// Sentinels, and what they are asked for.
#[derive(Clone)]
pub(super) struct Sentinels {
    /// Where they are, and how one presents oneself to them.
    pub(super) sentinels: Vec<ConnectionInfo>,
    /// The name by which they know the servers, one of which is in charge.
    pub(super) master: String,
    /// How one presents oneself to the server itself; its address is that of a sentinel.
    pub(super) server: ConnectionInfo,
    /// Which one answered last: it is asked first, so that one that is silent costs its time once.
    pub(super) answering: Arc<AtomicUsize>,
}

impl Sentinels {
    /// Connects to the server in charge, by `connect`, which is given a server and how long one waits for it.
    ///
    /// The sentinels are asked one after the other. Each has its part of the time, so that the last one's answer is still
    /// of use to who waits for so long as `timeout`, and the server has the whole of it once.
    pub(super) async fn connect<L: Link>(
        &self,
        timeout: Duration,
        connect: impl AsyncFn(&ConnectionInfo, Duration) -> RedisResult<L>,
    ) -> RedisResult<L> {
        let (count, first) = (self.sentinels.len(), self.answering.load(Ordering::Relaxed));
        let (begun, part) = (Instant::now(), timeout / u32::try_from(count + 1).unwrap_or(u32::MAX));
        let mut last = RedisError::from((Kind::EmptySentinelList, "there are no sentinels"));
        for index in (0..count).map(|step| (first + step) % count) {
            let found = async {
                let mut sentinel = connect(&self.sentinels[index], part).await?;
                let (host, port) = self.ask(&mut sentinel).await?;
                let mut server = connect(&beside(&self.server, host, port), timeout).await?;
                is_in_charge(&mut server).await.map(|()| server)
            };
            match found.await {
                Ok(server) => {
                    self.answering.store(index, Ordering::Relaxed);
                    return Ok(server);
                }
                Err(error) if begun.elapsed() >= timeout => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ask(&self, sentinel: &mut impl Link) -> RedisResult<(String, u16)> {
        let mut ask = cmd("SENTINEL");
        ask.arg("GET-MASTER-ADDR-BY-NAME").arg(&self.master);
        match sentinel.send(&ask).await? {
            Value::Nil => Err((Kind::MasterNameNotFoundBySentinel, "the sentinels know no server of that name").into()),
            address => Ok(from_redis_value(address)?),
        }
    }
}

/// A server that a sentinel names may be in charge no longer: it is a replica then, and takes no writes.
async fn is_in_charge(server: &mut impl Link) -> RedisResult<()> {
    let Value::Array(role) = server.send(&cmd("ROLE")).await? else { return Err(no_master()) };
    let role = role.into_iter().next().ok_or_else(no_master)?;
    if String::from_redis_value(role)? == "master" { Ok(()) } else { Err(no_master()) }
}

fn no_master() -> RedisError {
    (Kind::MasterNameNotFoundBySentinel, "the server that the sentinels name is not in charge").into()
}
