//! The connection that tasks share: one for each tokio runtime, since it lives and ends with the runtime that made it.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use redis::{Cmd, RedisError, RedisResult, Value};
use tokio::runtime::Id;
use tokio::sync::OnceCell;

use super::connection::{Link, Node, Waiting};
use super::endpoint::Place;
use super::error::{ends_connection, explained};
use super::keys::Named;
use super::pool::REST;
use crate::Result;
use crate::time::Stopwatch;

/// So many runtimes keep their connections; tests may start hundreds of runtimes, one after the other.
const MOST_RUNTIMES: usize = 8;

/// The shared connections of a store, by runtime. The first one is made when it is needed.
pub(super) struct Shared {
    place: Place,
    timeout: Duration,
    slots: RwLock<Slots>,
    /// Numbers the slots.
    next: AtomicU64,
    begun: Stopwatch,
}

/// Few, so that looking through them is quicker than a hash.
type Slots = Vec<Arc<Slot>>;

fn find(slots: &Slots, runtime: Id) -> Option<&Arc<Slot>> {
    slots.iter().find(|slot| slot.runtime == runtime)
}

/// The connection of a runtime, once it is made. Whoever needs it first makes it, and the others wait.
pub(super) struct Slot {
    /// Tells it from those before and after it, also those of the same runtime.
    number: u64,
    runtime: Id,
    /// Whether the runtime has what a connection needs.
    has_drivers: OnceLock<bool>,
    connection: OnceCell<Waiting>,
    /// When it was last used, in milliseconds.
    used: AtomicU64,
}

impl Slot {
    fn new(number: u64, runtime: Id) -> Self {
        let (has_drivers, connection, used) = (OnceLock::new(), OnceCell::new(), AtomicU64::new(0));
        Slot { number, runtime, has_drivers, connection, used }
    }

    /// For how long it has not been used.
    fn rested(&self, now: u64) -> Duration {
        Duration::from_millis(now.saturating_sub(self.used.load(Ordering::Relaxed)))
    }

    /// Notes that it is used, and returns for how long it was not.
    fn used_at(&self, now: u64) -> Duration {
        Duration::from_millis(now.saturating_sub(self.used.swap(now, Ordering::Relaxed)))
    }
}

/// Whether the runtime has timers and sockets. One that was built without them panics when it is asked.
///
/// What the panic prints comes once for each such runtime, and says what is to be enabled.
fn has_drivers() -> bool {
    let socket = || {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        tokio::net::UdpSocket::from_std(socket)
    };
    catch_unwind(|| {
        drop(tokio::time::sleep(Duration::ZERO));
        drop::<io::Result<_>>(socket());
    })
    .is_ok()
}

impl Shared {
    pub(super) fn new(place: Place, timeout: Duration) -> Self {
        Shared { place, timeout, slots: RwLock::default(), next: AtomicU64::new(0), begun: Stopwatch::start() }
    }

    /// The connection of a runtime, if it is there and in use: then it need not be waited for.
    pub(super) fn ready(&self, runtime: Id) -> Option<Taken<'_>> {
        let now = self.begun.millis();
        let slots = self.read();
        let slot = find(&slots, runtime)?;
        let link = slot.connection.get()?;
        if slot.rested(now) >= REST {
            return None;
        }
        slot.used.store(now, Ordering::Relaxed);
        Some(Taken { shared: self, slot: slot.number, link: link.clone() })
    }

    /// The place of a runtime's connection; `None` if the runtime, which is this one, can have none.
    pub(super) fn slot(&self, runtime: Id) -> Option<Arc<Slot>> {
        let slot = self.slot_of(runtime);
        let can_connect = *slot.has_drivers.get_or_init(has_drivers);
        can_connect.then_some(slot)
    }

    /// The connection that belongs there.
    pub(super) async fn take(&self, slot: Arc<Slot>) -> Result<Taken<'_>> {
        let mut taken = self.connected(&slot).await?;
        let rested = slot.used_at(self.begun.millis());
        if rested >= REST && Box::pin(taken.send(&redis::cmd("PING"))).await.is_err() {
            // It has gone while it rested, and is forgotten now.
            taken = self.connected(&self.slot_of(slot.runtime)).await?;
        }
        Ok(taken)
    }

    async fn connected(&self, slot: &Slot) -> Result<Taken<'_>> {
        let link = match slot.connection.get() {
            Some(link) => link.clone(),
            // In a box, as a future that connects is large, and seldom needed.
            None => Box::pin(self.connect(slot)).await.map_err(explained)?,
        };
        Ok(Taken { shared: self, slot: slot.number, link })
    }

    /// Connects, or waits for who does; for so long as one attempt may take, also where those before have failed.
    async fn connect(&self, slot: &Slot) -> RedisResult<Waiting> {
        let connection = slot.connection.get_or_try_init(async || {
            let connection = self.place.connect_waiting(self.timeout).await;
            slot.used_at(self.begun.millis());
            connection
        });
        match tokio::time::timeout(self.timeout, connection).await {
            Ok(connection) => connection.cloned(),
            Err(_) => Err(RedisError::from(io::Error::from(io::ErrorKind::TimedOut))),
        }
    }

    fn slot_of(&self, runtime: Id) -> Arc<Slot> {
        let present = find(&self.read(), runtime).cloned();
        present.unwrap_or_else(|| self.slot_made_for(runtime))
    }

    fn slot_made_for(&self, runtime: Id) -> Arc<Slot> {
        let mut slots = self.write();
        // Another thread of the runtime may have made it since.
        if let Some(slot) = find(&slots, runtime) {
            return Arc::clone(slot);
        }
        if slots.len() >= MOST_RUNTIMES {
            slots.remove(0);
        }
        let slot = Arc::new(Slot::new(self.next.fetch_add(1, Ordering::Relaxed), runtime));
        slots.push(Arc::clone(&slot));
        slot
    }

    /// Forgets a connection, unless there is another one by now.
    fn forget(&self, slot: u64) {
        self.write().retain(|present| present.number != slot);
    }

    fn read(&self) -> RwLockReadGuard<'_, Slots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slots> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A share in a connection.
pub(super) struct Taken<'a> {
    shared: &'a Shared,
    slot: u64,
    link: Waiting,
}

impl Taken<'_> {
    /// As [`send`](Link::send), for who does nothing else: its future has no boxes of the client's in it. It borrows what
    /// it sends, as what is given to a future is kept in it twice.
    pub(super) async fn send_only(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = match &mut self.link {
            Waiting::One(connection) => connection.send_packed_command(command).await.and_then(Value::extract_error),
            Waiting::Cluster(cluster) => Box::pin(cluster.send(command)).await,
        };
        self.note(&reply);
        reply
    }

    fn note<T>(&self, reply: &RedisResult<T>) {
        if reply.as_ref().is_err_and(ends_connection) {
            self.shared.forget(self.slot);
        }
    }
}

impl Link for Taken<'_> {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = self.link.send(command).await;
        self.note(&reply);
        reply
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        let replies = self.link.send_all(commands).await;
        self.note(&replies);
        replies
    }

    async fn get_all(&mut self, names: &[Named<'_>]) -> RedisResult<Vec<Value>> {
        let replies = self.link.get_all(names).await;
        self.note(&replies);
        replies
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let reply = self.link.send_to(node, command).await;
        self.note(&reply);
        reply
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        let nodes = self.link.nodes().await;
        self.note(&nodes);
        nodes
    }
}
