//! Sentinels, which know the server that is in charge.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use redis::{ConnectionInfo, ErrorKind as Kind, FromRedisValue, RedisError, RedisResult, Value, cmd, from_redis_value};

use super::connection::Connection;
use super::endpoint::{Sentinels, with_address};

impl Sentinels {
    /// Connects to the server in charge. `connect` is given a server and the timeout for it.
    ///
    /// The sentinels are asked in turn, each for a part of `timeout`, so that a caller that waits for as long as `timeout`
    /// still gets the answer of the last one. The server itself gets the whole of `timeout` once.
    pub(super) async fn connect<C: Connection>(
        &self,
        timeout: Duration,
        connect: impl AsyncFn(&ConnectionInfo, Duration) -> RedisResult<C>,
    ) -> RedisResult<C> {
        let (count, first) = (self.sentinels.len(), self.answering.load(Ordering::Relaxed));
        let (started, part) = (Instant::now(), timeout / u32::try_from(count + 1).unwrap_or(u32::MAX));
        let mut last = RedisError::from((Kind::EmptySentinelList, "there are no sentinels"));
        for index in (0..count).map(|step| (first + step) % count) {
            let found = async {
                let mut sentinel = connect(&self.sentinels[index], part).await?;
                let (host, port) = self.ask(&mut sentinel).await?;
                let mut server = connect(&with_address(&self.server, host, port), timeout).await?;
                check_role(&mut server).await.map(|()| server)
            };
            match found.await {
                Ok(server) => {
                    self.answering.store(index, Ordering::Relaxed);
                    return Ok(server);
                }
                Err(error) if started.elapsed() >= timeout => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ask(&self, sentinel: &mut impl Connection) -> RedisResult<(String, u16)> {
        let mut ask = cmd("SENTINEL");
        ask.arg("GET-MASTER-ADDR-BY-NAME").arg(&self.master);
        match sentinel.send(&ask).await? {
            Value::Nil => Err((Kind::MasterNameNotFoundBySentinel, "the sentinels know no server of that name").into()),
            address => Ok(from_redis_value(address)?),
        }
    }
}

/// Refuses a server that is not in charge any more: it is a replica now, and accepts no writes.
async fn check_role(server: &mut impl Connection) -> RedisResult<()> {
    let Value::Array(role) = server.send(&cmd("ROLE")).await? else { return Err(not_in_charge()) };
    let role = role.into_iter().next().ok_or_else(not_in_charge)?;
    if String::from_redis_value(role)? == "master" { Ok(()) } else { Err(not_in_charge()) }
}

fn not_in_charge() -> RedisError {
    (Kind::MasterNameNotFoundBySentinel, "the server that the sentinels name is not in charge").into()
}
