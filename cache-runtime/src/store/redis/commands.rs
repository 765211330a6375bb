//! The commands of each operation, and what their replies mean: written once for both kinds of connection.

use std::borrow::Cow;
use std::time::Duration;

use redis::{Cmd, FromRedisValue, RedisError, RedisResult, Value as Reply, cmd, from_redis_value};

use super::connection::{Connection, Node};
use super::encoding::{counter_ttl, decode, encode, millis, ttl};
use super::error::explained;
use super::keys::{EntryKey, Keys, pattern};
use super::script::{CLAIM, COMPLETE, COUNT_WITHIN, DELETE, INCREMENT, RELEASE, RENEW, REPLACE, Script, flag};
use super::script_support::{ScriptSupport, is_refused};
use crate::store::{Answer, Claim, Count, Counted, Deleted, Expiration, Operation, Record, Step, Value};
use crate::time::Timestamp;
use crate::{Error, ErrorKind, Result};

/// This many bytes of an entry hold its header, or a whole number with its expiry.
const HEAD: isize = 64;

/// The reply of `PTTL` for an absent key.
const GONE: i64 = -2;

/// How long a claim is remembered, in milliseconds: a late computation still finds out whether the key has changed.
const REMEMBERED: u64 = 60 * 60 * 1000;

/// The longest expiry argument of a command, in bytes.
const PX: usize = "PX".len() + 20;

/// How many keys one `SCAN` looks at.
const SCAN_COUNT: usize = 1000;

/// Runs operations on a connection: a method for each method of [`Store`](crate::store::Store).
pub(super) struct Commands<'a, C> {
    pub(super) connection: &'a mut C,
    pub(super) keys: &'a Keys,
    pub(super) scripts: &'a ScriptSupport,
}

impl<C: Connection> Commands<'_, C> {
    /// Runs an operation. Large futures of rare operations are boxed, so that the future of the others is small.
    pub(super) async fn run(&mut self, operation: &Operation<'_>) -> Result<Answer> {
        match operation {
            Operation::Get { key } => self.get(key).await.map(Answer::from),
            Operation::ReadMulti { keys } => self.read_multi(keys).await.map(Answer::from),
            Operation::Expiry { key } => Box::pin(self.expiry(key)).await.map(Answer::from),
            Operation::Set { key, value, expiration } => self.set(key, value, expiration).await.map(Answer::from),
            Operation::WriteMulti { values, expiration } => {
                Box::pin(self.write_multi(values, expiration)).await.map(Answer::from)
            }
            Operation::Delete { key, now } => self.delete(key, *now).await.map(Answer::from),
            Operation::DeleteMulti { keys, now } => Box::pin(self.delete_multi(keys, *now)).await.map(Answer::from),
            Operation::DeleteReturning { key, now } => {
                let key = [key.clone().into_owned()];
                Box::pin(self.delete_returning(&key, *now)).await.map(Answer::from)
            }
            Operation::DeleteMultiReturning { keys, now } => {
                Box::pin(self.delete_returning(keys, *now)).await.map(Answer::from)
            }
            Operation::Increment { key, by, expiration } => {
                self.increment(key, *by, expiration).await.map(Answer::from)
            }
            Operation::CountWithin { steps } => self.count_within(steps).await.map(Answer::from),
            Operation::Touch { key, expiration } => Box::pin(self.touch(key, expiration)).await.map(Answer::from),
            Operation::Clear { prefix } => Box::pin(self.clear(prefix)).await.map(Answer::from),
            // Redis removes expired entries by itself.
            Operation::DeleteExpired { .. } => Ok(Answer::Count(0)),
            Operation::Claim { keys, claim } => Box::pin(self.claim(keys, claim)).await.map(Answer::from),
            Operation::Complete { values, expiration, token } => {
                Box::pin(self.complete(values, expiration, *token)).await.map(Answer::from)
            }
            Operation::Release { keys, token, pause } => {
                Box::pin(self.release(keys, *token, *pause)).await.map(Answer::from)
            }
        }
    }

    pub(super) async fn get(&mut self, key: &str) -> Result<Option<Record>> {
        read(self.connection.send(&get(self.keys, key)).await)
    }

    pub(super) async fn read_multi(&mut self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<EntryKey<'_>> = keys.iter().map(|key| self.keys.entry_key(key)).collect();
        let replies = self.connection.get_all(&keys).await.map_err(explained)?;
        replies.into_iter().map(|reply| read(Ok(reply))).collect()
    }

    pub(super) async fn expiry(&mut self, key: &str) -> Result<Option<Timestamp>> {
        let entry = self.keys.entry(key);
        let commands = vec![Cmd::getrange(&entry, 0, HEAD - 1), Cmd::pttl(&entry)];
        let replies = self.connection.send_all(commands).await.map_err(explained)?;
        let (head, left): (Vec<u8>, i64) = typed(Reply::Array(replies))?;
        // It may have expired between the two commands.
        if head.is_empty() || left == GONE {
            return Ok(None);
        }
        let record = decode(head);
        Ok(Some(match (&record.value, record.expires_at, u64::try_from(left)) {
            // A plain number expires by Redis's clock.
            (Value::Number(_), None, Ok(left)) => Timestamp::now().after(Duration::from_millis(left)),
            _ => record.expiry(),
        }))
    }

    pub(super) async fn set(&mut self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let set = set(self.keys, key, value, expiration);
        let reply = match value {
            Value::Bytes(_) => self.connection.send(&set).await.map(drop),
            Value::Number(_) => {
                let commands = vec![self.break_claims(key), set];
                self.connection.send_all(commands).await.map(drop)
            }
        };
        reply.map_err(explained)
    }

    pub(super) async fn write_multi(&mut self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let numbers = values.iter().filter(|(_, value)| matches!(value, Value::Number(_)));
        let breaks: Vec<Cmd> = numbers.map(|(key, _)| self.break_claims(key)).collect();
        let sets = values.iter().map(|(key, value)| set(self.keys, key, value, expiration));
        self.connection.send_all(breaks.into_iter().chain(sets).collect()).await.map_err(explained).map(drop)
    }

    /// The command that breaks the claims on a number. A number does not break them by itself: it may look like the one
    /// before, or have expired meanwhile.
    ///
    /// It is sent together with the command that writes the number, and before it. The two need not be atomic: a claim
    /// recorded before both is gone, and a claim recorded between them belongs to a computation that began after the
    /// change was made, so its result is current and may be stored. A script in their place costs Redis three times as
    /// much.
    fn break_claims(&self, key: &str) -> Cmd {
        Cmd::unlink(self.keys.claims(key))
    }

    pub(super) async fn delete(&mut self, key: &str, now: Timestamp) -> Result<bool> {
        let key = [key.to_owned()];
        self.delete_multi(&key, now).await.map(|deleted| deleted > 0)
    }

    pub(super) async fn delete_multi(&mut self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.delete_returning(keys, now).await.map(|deleted| deleted.live)
    }

    pub(super) async fn delete_returning(&mut self, keys: &[String], now: Timestamp) -> Result<Deleted> {
        if keys.is_empty() {
            return Ok(Deleted::default());
        }
        let calls = keys.iter().map(|key| self.call(&DELETE, key)).collect();
        let found = match DELETE.run_all(self.connection, calls).await {
            Err(error) if is_refused(&error) => self.delete_without_script(keys).await,
            replies => replies.map_err(explained),
        };
        let records = found?.into_iter().map(deleted).collect::<Result<_>>()?;
        Ok(Deleted::of(records, now))
    }

    /// Deletes entries where the server runs no scripts, and returns what they were. A value that another caller writes
    /// between the two commands is deleted, too.
    async fn delete_without_script(&mut self, keys: &[String]) -> Result<Vec<Reply>> {
        let get = |key: &String| Cmd::get(self.keys.entry(key));
        let found = match self.connection.send_all(keys.iter().map(get).collect()).await.map_err(explained) {
            // Another program's data is deleted too, as `SET` replaces it.
            Err(error) if error.kind() == ErrorKind::Entry => {
                let mut found = Vec::with_capacity(keys.len());
                for key in keys {
                    found.push(match self.connection.send(&get(key)).await.map_err(explained) {
                        Err(error) if error.kind() == ErrorKind::Entry => Reply::Nil,
                        found => found?,
                    });
                }
                found
            }
            found => found?,
        };
        let unlink = |key| Cmd::unlink([self.keys.entry(key), self.keys.claims(key)].to_vec());
        self.connection.send_all(keys.iter().map(|key| unlink(key)).collect()).await.map_err(explained)?;
        Ok(found)
    }

    pub(super) async fn increment(&mut self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        // Its claims see that the number is another one. With their key, the call would fail while a slot of a cluster moves.
        let mut call = INCREMENT.call(&[self.keys.entry(key)]);
        call.arg(by)
            .arg(expiration.now.as_millis())
            .arg(optional(counter_ttl(expiration)))
            .arg(flag(expiration.is_explicit));
        let sum: String = self.run_script(&INCREMENT, &call).await?;
        match &*sum {
            "other" => Err(Error::new(ErrorKind::NotANumber, "the stored value is not a whole number")),
            "overflow" => Err(Error::new(ErrorKind::Overflow, "the sum exceeds the range of i64")),
            sum => sum.parse().map_err(|_| unexpected()),
        }
    }

    pub(super) async fn count_within(&mut self, steps: &[Step]) -> Result<Counted> {
        let keys: Vec<String> = steps.iter().map(|step| self.keys.entry(&step.key)).collect();
        let mut call = COUNT_WITHIN.call(&keys);
        for step in steps {
            call.arg(step.by).arg(step.at_most);
            call.arg(step.floor.map_or(Cow::Borrowed(""), |floor| Cow::Owned(floor.to_string())));
            call.arg(optional(counter_ttl(&step.expiration).map(kept)));
        }
        let reply: Vec<i64> = self.run_script(&COUNT_WITHIN, &call).await?;
        counted(steps, &reply)
    }

    /// Reads the value and writes it with the new expiry; repeats that if another caller has changed it in between.
    pub(super) async fn touch(&mut self, key: &str, expiration: &Expiration) -> Result<bool> {
        while let Some(record) = self.get(key).await? {
            let old = match (&record.value, record.expires_at) {
                (Value::Bytes(bytes), _) => bytes[..bytes.len().min(HEAD as usize)].to_vec(),
                (Value::Number(number), None) => number.to_string().into_bytes(),
                (Value::Number(number), Some(moment)) => format!("{number}@{}", moment.as_millis()).into_bytes(),
            };
            let Some(value) = record.touched(key, expiration) else { break };
            let mut call = REPLACE.call(&[self.keys.entry(key)]);
            call.arg(old).arg(&*encode(&value, expiration)).arg(optional(ttl(&value, expiration)));
            if self.run_script(&REPLACE, &call).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes the claims first and then the entries. A computation that completes before its claim is removed has stored
    /// its entry before the second pass, which removes it. One that completes later finds no claim, and stores nothing.
    pub(super) async fn clear(&mut self, prefix: &str) -> Result<u64> {
        let keys = self.keys;
        let is_claim_inside = |found: &[u8]| keys.claimed(found).is_some_and(|key| key.starts_with(prefix));
        self.remove(&keys.all_claims(), is_claim_inside).await?;
        let mut entries = 0;
        let start = keys.entry(prefix);
        let is_inside = |found: &[u8]| {
            let is_inside = found.starts_with(start.as_bytes());
            entries += u64::from(is_inside && keys.claimed(found).is_none());
            is_inside
        };
        self.remove(&start, is_inside).await?;
        Ok(entries)
    }

    /// Removes the Redis keys with a prefix that `is_removed` chooses, on every node.
    async fn remove(&mut self, prefix: &str, mut is_removed: impl FnMut(&[u8]) -> bool) -> Result<()> {
        for node in self.connection.nodes().await.map_err(explained)? {
            let mut cursor = 0;
            loop {
                let (next, mut found) = self.scan(&node, cursor, prefix).await?;
                // `SCAN` may return a key twice, which must be counted once.
                found.sort_unstable();
                found.dedup();
                found.retain(|key| is_removed(key));
                if !found.is_empty() {
                    self.connection.send(&Cmd::unlink(found)).await.map_err(explained)?;
                }
                if next == 0 {
                    break;
                }
                cursor = next;
            }
        }
        Ok(())
    }

    async fn scan(&mut self, node: &Node, cursor: u64, prefix: &str) -> Result<(u64, Vec<Vec<u8>>)> {
        let mut scan = cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(pattern(prefix)).arg("COUNT").arg(SCAN_COUNT);
        typed(self.connection.send_to(node, &scan).await.map_err(explained)?)
    }

    pub(super) async fn claim(&mut self, keys: &[String], claim: &Claim) -> Result<bool> {
        let length = millis(claim.length);
        let calls = keys.iter().map(|key| {
            let mut call = self.call(&CLAIM, key);
            call.arg(claim.token).arg(flag(claim.exclusive)).arg(length).arg(length.max(REMEMBERED));
            call
        });
        let granted = self.run_scripts(&CLAIM, calls.collect()).await?;
        Ok(granted.into_iter().all(|granted| granted))
    }

    pub(super) async fn complete(
        &mut self,
        values: &[(String, Value)],
        expiration: &Expiration,
        token: u64,
    ) -> Result<Vec<bool>> {
        let calls = values.iter().map(|(key, value)| {
            let mut call = self.call(&COMPLETE, key);
            call.arg(token).arg(&*encode(value, expiration)).arg(optional(ttl(value, expiration)));
            call
        });
        self.run_scripts(&COMPLETE, calls.collect()).await
    }

    pub(super) async fn renew(&mut self, key: &str, claim: &Claim) -> Result<bool> {
        let (length, mut call) = (millis(claim.length), self.call(&RENEW, key));
        call.arg(claim.token).arg(length).arg(length.max(REMEMBERED));
        self.run_script(&RENEW, &call).await
    }

    pub(super) async fn release(&mut self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>> {
        let calls = keys.iter().map(|key| {
            let mut call = self.call(&RELEASE, key);
            call.arg(token).arg(millis(pause));
            call
        });
        self.run_scripts(&RELEASE, calls.collect()).await
    }

    /// A call of a script on an entry and its claims, to which more arguments are added.
    fn call(&self, script: &Script, key: &str) -> Cmd {
        script.call(&[self.keys.entry(key), self.keys.claims(key)])
    }

    /// Runs calls of a script that each answer yes or no.
    async fn run_scripts(&mut self, script: &Script, calls: Vec<Cmd>) -> Result<Vec<bool>> {
        let replies = script.run_all(self.connection, calls).await;
        let replies = replies.inspect_err(|error| self.scripts.record(error)).map_err(explained)?;
        replies.into_iter().map(typed).collect()
    }

    async fn run_script<T: FromRedisValue>(&mut self, script: &Script, call: &Cmd) -> Result<T> {
        let reply = script.run(self.connection, call).await;
        typed(reply.inspect_err(|error| self.scripts.record(error)).map_err(explained)?)
    }
}

/// For how many milliseconds Redis has to keep a count that is gone after so many. Redis still has a key in the
/// millisecond in which its time is over.
fn kept(millis: u64) -> u64 {
    (millis - 1).max(1)
}

/// The reply of the script that counts within bounds.
fn counted(steps: &[Step], reply: &[i64]) -> Result<Counted> {
    let (granted, counts) = match reply {
        [2] => return Err(Error::new(ErrorKind::NotANumber, "the stored value is not a whole number")),
        [granted, counts @ ..] if counts.len() == steps.len() * 2 => (*granted == 1, counts),
        _ => return Err(unexpected()),
    };
    let count = |(step, count): (&Step, &[i64])| {
        let expires_at = match u64::try_from(count[1]) {
            Ok(left) => step.expiration.now.after(Duration::from_millis(left + 1)),
            Err(_) if count[1] == GONE => return None,
            Err(_) => Timestamp::NEVER,
        };
        Some(Count { value: count[0], expires_at })
    };
    Ok(Counted { granted, counts: steps.iter().zip(counts.chunks(2)).map(count).collect() })
}

/// An optional number as an argument of a script.
fn optional(millis: Option<u64>) -> Cow<'static, str> {
    millis.map_or(Cow::Borrowed(""), |millis| Cow::Owned(millis.to_string()))
}

/// What a reply means.
type ParseReply = fn(RedisResult<Reply>) -> Result<Answer>;

/// The command of an operation that is one command, as the most frequent ones are. A caller that sends it itself need not
/// keep the operation until the reply arrives, nor a future with room for every operation.
pub(super) fn single_command(keys: &Keys, operation: &Operation<'_>) -> Option<(Cmd, ParseReply)> {
    match operation {
        Operation::Get { key } => Some((get(keys, key), |reply| read(reply).map(Answer::Record))),
        Operation::Set { key, value, expiration } if matches!(**value, Value::Bytes(_)) => {
            Some((set(keys, key, value, expiration), |reply| reply.map(|_| Answer::Done).map_err(explained)))
        }
        _ => None,
    }
}

fn get(keys: &Keys, key: &str) -> Cmd {
    let key = keys.entry_key(key);
    let mut get = command("GET", 1, key.len());
    get.arg(key);
    get
}

/// The command that writes a value. It need not break the claims on an entry: they see that another entry is stored.
fn set(keys: &Keys, key: &str, value: &Value, expiration: &Expiration) -> Cmd {
    let (key, bytes) = (keys.entry_key(key), encode(value, expiration));
    let mut set = command("SET", 4, key.len() + bytes.len() + PX);
    set.arg(key).arg(&*bytes);
    if let Some(millis) = ttl(value, expiration) {
        set.arg("PX").arg(millis);
    }
    set
}

/// A command with capacity for its arguments, so that it does not grow as they are added.
fn command(name: &str, arguments: usize, bytes: usize) -> Cmd {
    let mut command = Cmd::with_capacity(1 + arguments, name.len() + bytes);
    command.arg(name);
    command
}

/// The record in a reply.
fn read(reply: RedisResult<Reply>) -> Result<Option<Record>> {
    match reply {
        Ok(Reply::BulkString(bytes)) => Ok(Some(decode(bytes))),
        Ok(Reply::Nil) => Ok(None),
        Ok(_) => Err(unexpected()),
        Err(error) => Err(explained(error)),
    }
}

/// What was deleted: an entry, or the beginning of one without tags.
fn deleted(reply: Reply) -> Result<Option<Record>> {
    let bytes: Option<Vec<u8>> = typed(reply)?;
    Ok(bytes.filter(|bytes| !bytes.is_empty()).map(decode))
}

fn typed<T: FromRedisValue>(reply: Reply) -> Result<T> {
    from_redis_value(reply).map_err(|error| explained(RedisError::from(error)))
}

/// A reply that no supported server gives. It may contain a user's value, so the message does not show it.
fn unexpected() -> Error {
    Error::new(ErrorKind::Store, "the server's reply has an unexpected form")
}
