//! What Redis is sent for an operation, and what its reply means: written once for both faces.

use std::borrow::Cow;
use std::time::Duration;

use redis::{Cmd, FromRedisValue, RedisError, RedisResult, Value as Reply, cmd, from_redis_value};

use super::connection::{Link, Node, command};
use super::encoding::{bounded, counted_for, kept_for, record, written};
use super::error::explained;
use super::keys::{Named, Names, pattern};
use super::script::{CLAIM, COMPLETE, FORGET, INCREMENT, RELEASE, REPLACE, Script, flag};
use crate::entry;
use crate::store::{Answer, Claim, Expiration, Operation, Record, Value};
use crate::time::Timestamp;
use crate::{Error, ErrorKind, Result};

/// So much of an entry tells what it is: its header, or a whole number with its expiry.
const HEAD: isize = 64;

/// What Redis says is left of what is not there.
const GONE: i64 = -2;

/// A claim is remembered for so long, in milliseconds: whoever comes back late finds whether the key has changed.
const REMEMBERED: u64 = 60 * 60 * 1000;

/// The expiration in a command has no more bytes.
const PX: usize = "PX".len() + 20;

/// So many names are asked for at once when names are looked through.
const AT_ONCE: usize = 1000;

/// A way to Redis, and how things are called there.
///
/// It has a method for each operation, which is that of [`Store`](crate::store::Store).
pub(super) struct Exchange<'a, L> {
    pub(super) link: L,
    pub(super) names: &'a Names,
}

impl<L: Link> Exchange<'_, L> {
    /// What is large and not called often is in a box, so that the others' future is small.
    pub(super) async fn run(&mut self, operation: &Operation<'_>) -> Result<Answer> {
        match operation {
            Operation::Get { key } => self.get(key).await.map(Answer::Record),
            Operation::ReadMulti { keys } => self.read_multi(keys).await.map(Answer::Records),
            Operation::Expiry { key } => Box::pin(self.expiry(key)).await.map(Answer::Expiry),
            Operation::Set { key, value, expiration } => self.set(key, value, expiration).await.map(|()| Answer::Done),
            Operation::WriteMulti { values, expiration } => {
                Box::pin(self.write_multi(values, expiration)).await.map(|()| Answer::Done)
            }
            Operation::Delete { key, now } => self.delete(key, *now).await.map(Answer::Bool),
            Operation::DeleteMulti { keys, now } => Box::pin(self.delete_multi(keys, *now)).await.map(Answer::Count),
            Operation::Increment { key, by, expiration } => {
                self.increment(key, *by, expiration).await.map(Answer::Number)
            }
            Operation::Touch { key, expiration } => Box::pin(self.touch(key, expiration)).await.map(Answer::Bool),
            Operation::Clear { prefix } => Box::pin(self.clear(prefix)).await.map(Answer::Count),
            // Redis removes by itself what has had its time.
            Operation::DeleteExpired { .. } => Ok(Answer::Count(0)),
            Operation::Claim { key, claim } => self.claim(key, claim).await.map(Answer::Bool),
            Operation::Complete { key, value, expiration, token } => {
                self.complete(key, value, expiration, *token).await.map(Answer::Bool)
            }
            Operation::Release { key, token, pause } => self.release(key, *token, *pause).await.map(|()| Answer::Done),
        }
    }

    pub(super) async fn get(&mut self, key: &str) -> Result<Option<Record>> {
        read(self.link.send(&asked(self.names, key)).await)
    }

    pub(super) async fn read_multi(&mut self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<Named<'_>> = keys.iter().map(|key| self.names.named(key)).collect();
        let replies = self.link.get_all(&names).await.map_err(explained)?;
        replies.into_iter().map(|reply| read(Ok(reply))).collect()
    }

    pub(super) async fn expiry(&mut self, key: &str) -> Result<Option<Timestamp>> {
        let entry = self.names.entry(key);
        let (mut head, mut left) = (cmd("GETRANGE"), cmd("PTTL"));
        head.arg(&entry).arg(0).arg(HEAD - 1);
        left.arg(&entry);
        let replies = self.link.send_all(vec![head, left]).await.map_err(explained)?;
        let (head, left): (Vec<u8>, i64) = taken(Reply::Array(replies))?;
        // It may have gone between the two.
        if head.is_empty() || left == GONE {
            return Ok(None);
        }
        let record = record(head);
        Ok(Some(match (&record.value, record.expires_at, u64::try_from(left)) {
            // The expiry of a plain number is Redis's to keep.
            (Value::Number(_), None, Ok(left)) => Timestamp::now().after(Duration::from_millis(left)),
            _ => record.expiry(),
        }))
    }

    pub(super) async fn set(&mut self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let set = set(self.names, key, value, expiration);
        let reply = match value {
            Value::Bytes(_) => self.link.send(&set).await.map(drop),
            Value::Number(_) => self.link.send_all(vec![self.broken(key), set]).await.map(drop),
        };
        reply.map_err(explained)
    }

    pub(super) async fn write_multi(&mut self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let numbers = values.iter().filter(|(_, value)| matches!(value, Value::Number(_)));
        let broken: Vec<Cmd> = numbers.map(|(key, _)| self.broken(key)).collect();
        let written = values.iter().map(|(key, value)| set(self.names, key, value, expiration));
        self.link.send_all(broken.into_iter().chain(written).collect()).await.map_err(explained).map(drop)
    }

    /// The command that breaks the claims on a number: one may look like another, or have gone by its own time.
    ///
    /// It goes out with the one that writes the number, in front of it, and the two need not be one step. A computation
    /// that was claimed before this finds its claim gone. One that is claimed between the two began when the change was
    /// under way already: what it brings is as new, and may stay. That spares a script, which costs Redis thrice as much.
    fn broken(&self, key: &str) -> Cmd {
        let mut unlink = cmd("UNLINK");
        unlink.arg(self.names.claims(key));
        unlink
    }

    pub(super) async fn delete(&mut self, key: &str, now: Timestamp) -> Result<bool> {
        let call = self.forgotten(key);
        was_live(FORGET.run(&mut self.link, &call).await.map_err(explained)?, now)
    }

    pub(super) async fn delete_multi(&mut self, keys: &[String], now: Timestamp) -> Result<u64> {
        if keys.is_empty() {
            return Ok(0);
        }
        let calls = keys.iter().map(|key| self.forgotten(key)).collect();
        let replies = FORGET.run_all(&mut self.link, calls).await.map_err(explained)?;
        replies.into_iter().map(|reply| was_live(reply, now).map(u64::from)).sum()
    }

    fn forgotten(&self, key: &str) -> Cmd {
        FORGET.call(&[self.names.entry(key), self.names.claims(key)])
    }

    pub(super) async fn increment(&mut self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let mut call = INCREMENT.call(&[self.names.entry(key)]);
        call.arg(by)
            .arg(expiration.now.as_millis())
            .arg(millis(counted_for(expiration)))
            .arg(flag(expiration.is_explicit));
        let reply = INCREMENT.run(&mut self.link, &call).await.map_err(explained)?;
        let text: String = taken(reply)?;
        match &*text {
            "other" => Err(Error::new(ErrorKind::NotANumber, "it is not a whole number")),
            "overflow" => Err(Error::new(ErrorKind::Overflow, "the sum is beyond i64")),
            sum => sum.parse().map_err(|_| unexpected()),
        }
    }

    /// Reads, and writes what it has read with another expiry, until nobody has come between.
    pub(super) async fn touch(&mut self, key: &str, expiration: &Expiration) -> Result<bool> {
        while let Some(mut record) = self.get(key).await?.filter(|record| record.is_live(expiration.now)) {
            let old = match (&record.value, record.expires_at) {
                (Value::Bytes(bytes), _) => bytes[..bytes.len().min(HEAD as usize)].to_vec(),
                (Value::Number(number), None) => number.to_string().into_bytes(),
                (Value::Number(number), Some(moment)) => format!("{number}@{}", moment.as_millis()).into_bytes(),
            };
            if let Value::Bytes(bytes) = &mut record.value {
                entry::set_expiry(bytes, expiration.expires_at);
            }
            let mut call = REPLACE.call(&[self.names.entry(key)]);
            call.arg(old).arg(&*written(&record.value, expiration)).arg(millis(kept_for(&record.value, expiration)));
            if taken(REPLACE.run(&mut self.link, &call).await.map_err(explained)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// First the claims, then the entries: a computation that ends in between has left its entry before the second round
    /// begins, and one that ends later finds its claim gone.
    pub(super) async fn clear(&mut self, prefix: &str) -> Result<u64> {
        let names = self.names;
        let is_claim_inside = |name: &[u8]| names.claimed(name).is_some_and(|key| key.starts_with(prefix));
        self.remove(&names.all_claims(), is_claim_inside).await?;
        let mut entries = 0;
        let all = self.names.entry(prefix);
        let is_inside = |name: &[u8]| {
            let is_inside = name.starts_with(all.as_bytes());
            entries += u64::from(is_inside && names.claimed(name).is_none());
            is_inside
        };
        self.remove(&all, is_inside).await?;
        Ok(entries)
    }

    /// Removes the names behind `start` that are to go, on every server.
    async fn remove(&mut self, start: &str, mut goes: impl FnMut(&[u8]) -> bool) -> Result<()> {
        for node in self.link.nodes().await.map_err(explained)? {
            let mut cursor = 0;
            loop {
                let (next, mut names) = self.scan(&node, cursor, start).await?;
                // A name may come twice, and what is gone is not there a second time.
                names.sort_unstable();
                names.dedup();
                names.retain(|name| goes(name));
                if !names.is_empty() {
                    let mut unlink = cmd("UNLINK");
                    unlink.arg(names);
                    self.link.send(&unlink).await.map_err(explained)?;
                }
                if next == 0 {
                    break;
                }
                cursor = next;
            }
        }
        Ok(())
    }

    async fn scan(&mut self, node: &Node, cursor: u64, start: &str) -> Result<(u64, Vec<Vec<u8>>)> {
        let mut scan = cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(pattern(start)).arg("COUNT").arg(AT_ONCE);
        taken(self.link.send_to(node, &scan).await.map_err(explained)?)
    }

    pub(super) async fn claim(&mut self, key: &str, claim: &Claim) -> Result<bool> {
        let (length, mut call) = (bounded(claim.length), self.claims(&CLAIM, key));
        call.arg(claim.token).arg(flag(claim.exclusive)).arg(length).arg(length.max(REMEMBERED));
        taken(CLAIM.run(&mut self.link, &call).await.map_err(explained)?)
    }

    pub(super) async fn complete(
        &mut self,
        key: &str,
        value: &Value,
        expiration: &Expiration,
        token: u64,
    ) -> Result<bool> {
        let mut call = self.claims(&COMPLETE, key);
        call.arg(token).arg(&*written(value, expiration)).arg(millis(kept_for(value, expiration)));
        taken(COMPLETE.run(&mut self.link, &call).await.map_err(explained)?)
    }

    pub(super) async fn release(&mut self, key: &str, token: u64, pause: Duration) -> Result<()> {
        let mut call = self.claims(&RELEASE, key);
        call.arg(token).arg(bounded(pause));
        RELEASE.run(&mut self.link, &call).await.map_err(explained).map(drop)
    }

    fn claims(&self, script: &Script, key: &str) -> Cmd {
        script.call(&[self.names.entry(key), self.names.claims(key)])
    }
}

/// As scripts are told for how long Redis is to keep something: nothing is for ever.
fn millis(kept: Option<u64>) -> Cow<'static, str> {
    kept.map_or(Cow::Borrowed(""), |millis| Cow::Owned(millis.to_string()))
}

/// What a reply means.
type Meaning = fn(RedisResult<Reply>) -> Result<Answer>;

/// An operation that is one command and one reply, as the most frequent ones are. Who sends it itself need not keep the
/// operation until the reply is there, nor the room that all others need.
pub(super) fn single(names: &Names, operation: &Operation<'_>) -> Option<(Cmd, Meaning)> {
    match operation {
        Operation::Get { key } => Some((asked(names, key), |reply| read(reply).map(Answer::Record))),
        Operation::Set { key, value, expiration } if matches!(**value, Value::Bytes(_)) => {
            Some((set(names, key, value, expiration), |reply| reply.map(|_| Answer::Done).map_err(explained)))
        }
        _ => None,
    }
}

/// The command that asks for a value.
fn asked(names: &Names, key: &str) -> Cmd {
    let name = names.named(key);
    let mut get = command("GET", 1, name.len());
    get.arg(name);
    get
}

/// The command that writes a value. The claims on an entry need not be told: they notice that another one stands there.
fn set(names: &Names, key: &str, value: &Value, expiration: &Expiration) -> Cmd {
    let (name, bytes) = (names.named(key), written(value, expiration));
    let mut set = command("SET", 4, name.len() + bytes.len() + PX);
    set.arg(name).arg(&*bytes);
    if let Some(millis) = kept_for(value, expiration) {
        set.arg("PX").arg(millis);
    }
    set
}

/// What is kept, or nothing.
fn read(reply: RedisResult<Reply>) -> Result<Option<Record>> {
    match reply {
        Ok(Reply::BulkString(bytes)) => Ok(Some(record(bytes))),
        Ok(Reply::Nil) => Ok(None),
        Ok(_) => Err(unexpected()),
        Err(error) => Err(explained(error)),
    }
}

/// Whether what was deleted had not expired, by how it began.
fn was_live(reply: Reply, now: Timestamp) -> Result<bool> {
    let head: Vec<u8> = taken(reply)?;
    Ok(!head.is_empty() && record(head).is_live(now))
}

fn taken<T: FromRedisValue>(reply: Reply) -> Result<T> {
    from_redis_value(reply).map_err(|error| explained(RedisError::from(error)))
}

/// Only what is no Redis, or one of another time, answers so. What it says may be somebody's value, and is not shown.
fn unexpected() -> Error {
    Error::new(ErrorKind::Store, "the server answered something else than was asked")
}
