//! Connections that tasks share: one for each tokio runtime, since a connection ends with the runtime that made it.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use redis::{Cmd, RedisError, RedisResult, Value};
use tokio::runtime::Id;
use tokio::sync::OnceCell;

use super::connect::AsyncConnection;
use super::connection::{Connection, IDLE_CHECK, Peer};
use super::endpoint::Endpoint;
use super::error::explained;
use crate::Result;
use crate::time::Stopwatch;

/// How many runtimes keep their connections; tests may start hundreds of runtimes, one after the other.
const MAX_RUNTIMES: usize = 8;

/// The shared connections of a store, by runtime. Each one is made when it is needed.
pub(super) struct Multiplexed {
    endpoint: Endpoint,
    timeout: Duration,
    slots: RwLock<RuntimeSlots>,
    started: Stopwatch,
}

/// There are few, so a linear search is quicker than a hash.
type RuntimeSlots = Vec<Arc<RuntimeSlot>>;

fn find(slots: &RuntimeSlots, runtime: Id) -> Option<&Arc<RuntimeSlot>> {
    slots.iter().find(|slot| slot.runtime == runtime)
}

/// The connection of a runtime. The first task that needs it connects, and the others wait.
pub(super) struct RuntimeSlot {
    runtime: Id,
    /// Whether the runtime has the drivers that a connection needs.
    has_drivers: OnceLock<bool>,
    connection: OnceCell<AsyncConnection>,
    /// When it was last used, in milliseconds.
    last_used: AtomicU64,
}

impl RuntimeSlot {
    /// How long it has not been used.
    fn idle(&self, now: u64) -> Duration {
        Duration::from_millis(now.saturating_sub(self.last_used.load(Ordering::Relaxed)))
    }

    /// Records a use, and returns how long it had not been used.
    fn touch(&self, now: u64) -> Duration {
        Duration::from_millis(now.saturating_sub(self.last_used.swap(now, Ordering::Relaxed)))
    }
}

/// Whether the current runtime has timers and sockets. A runtime that was built without them panics when they are used.
///
/// The message of that panic is printed once for each such runtime, and says what to enable.
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

impl Multiplexed {
    pub(super) fn new(endpoint: Endpoint, timeout: Duration) -> Self {
        Multiplexed { endpoint, timeout, slots: RwLock::default(), started: Stopwatch::start() }
    }

    /// The connection of a runtime, if it exists and was used recently: then nothing has to be awaited.
    pub(super) fn ready(&self, runtime: Id) -> Option<SharedConnection<'_>> {
        let now = self.started.millis();
        let slots = self.read();
        let slot = find(&slots, runtime)?;
        let connection = slot.connection.get()?;
        if slot.idle(now) >= IDLE_CHECK {
            return None;
        }
        slot.last_used.store(now, Ordering::Relaxed);
        Some(SharedConnection { multiplexed: self, connection: connection.clone(), slot: Arc::clone(slot) })
    }

    /// The slot of the current runtime; `None` if the runtime lacks the drivers for a connection.
    pub(super) fn slot(&self, runtime: Id) -> Option<Arc<RuntimeSlot>> {
        // Not while the slots are locked: a panic may run code of the program's, which may use this store.
        Some(self.slot_of(runtime)).filter(|slot| *slot.has_drivers.get_or_init(has_drivers))
    }

    /// The connection of a slot.
    pub(super) async fn get(&self, slot: Arc<RuntimeSlot>) -> Result<SharedConnection<'_>> {
        let runtime = slot.runtime;
        let mut shared = self.connected(slot).await?;
        let idle = shared.slot.touch(self.started.millis());
        if idle < IDLE_CHECK {
            return Ok(shared);
        }
        match Box::pin(shared.connection.send(&redis::cmd("PING"))).await {
            Ok(_) => {}
            // A server that does not answer in time is not given the time for a new connection as well.
            Err(error) if error.is_timeout() => return Err(explained(error)),
            Err(_) => {
                // The connection was lost while it was idle. Its slot is removed.
                drop(shared);
                shared = self.connected(self.slot_of(runtime)).await?;
            }
        }
        Ok(shared)
    }

    async fn connected(&self, slot: Arc<RuntimeSlot>) -> Result<SharedConnection<'_>> {
        let connection = match slot.connection.get() {
            Some(connection) => connection.clone(),
            // Boxed: the future of a new connection is large and rarely needed.
            None => Box::pin(self.connect(&slot)).await.map_err(explained)?,
        };
        Ok(SharedConnection { multiplexed: self, slot, connection })
    }

    /// Connects, or waits for the task that does. It waits as long as one attempt may take, even if earlier ones failed.
    async fn connect(&self, slot: &RuntimeSlot) -> RedisResult<AsyncConnection> {
        let connection = slot.connection.get_or_try_init(async || {
            let connection = self.endpoint.connect_async(self.timeout).await;
            slot.touch(self.started.millis());
            connection
        });
        match tokio::time::timeout(self.timeout, connection).await {
            Ok(connection) => connection.cloned(),
            Err(_) => Err(RedisError::from(io::Error::from(io::ErrorKind::TimedOut))),
        }
    }

    fn slot_of(&self, runtime: Id) -> Arc<RuntimeSlot> {
        let present = find(&self.read(), runtime).cloned();
        present.unwrap_or_else(|| self.add_slot(runtime))
    }

    fn add_slot(&self, runtime: Id) -> Arc<RuntimeSlot> {
        let mut slots = self.write();
        // Another thread of the runtime may have added it between the two locks.
        if let Some(slot) = find(&slots, runtime) {
            return Arc::clone(slot);
        }
        if slots.len() >= MAX_RUNTIMES {
            slots.remove(0);
        }
        let (has_drivers, connection, last_used) = (OnceLock::new(), OnceCell::new(), AtomicU64::new(0));
        let slot = Arc::new(RuntimeSlot { runtime, has_drivers, connection, last_used });
        slots.push(Arc::clone(&slot));
        slot
    }

    fn read(&self) -> RwLockReadGuard<'_, RuntimeSlots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, RuntimeSlots> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clone of a runtime's connection.
pub(super) struct SharedConnection<'a> {
    multiplexed: &'a Multiplexed,
    slot: Arc<RuntimeSlot>,
    pub(super) connection: AsyncConnection,
}

impl SharedConnection<'_> {
    /// As [`send`](Connection::send), for a caller that sends nothing else: the client does not box this future. The
    /// command is borrowed, since an argument of a future takes its room twice.
    pub(super) async fn send_only(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = match &mut self.connection.peer {
            Peer::Server(server) => server.send_packed_command(command).await.and_then(Value::extract_error),
            Peer::Cluster(cluster) => Box::pin(cluster.send(command)).await,
        };
        self.connection.recorded(reply)
    }
}

impl Drop for SharedConnection<'_> {
    /// Removes the slot of a broken connection; a new slot of the same runtime stays.
    fn drop(&mut self) {
        if self.connection.is_broken {
            self.multiplexed.write().retain(|slot| !Arc::ptr_eq(slot, &self.slot));
        }
    }
}
