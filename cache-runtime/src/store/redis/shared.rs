//! The connection that tasks share: one for each tokio runtime, since it lives and ends with the runtime that made it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::{Cmd, RedisResult, Value};
use tokio::runtime::{Handle, Id};
use tokio::sync::OnceCell;

use super::link::{Link, Node, Waiting};
use super::place::Place;
use super::pool::REST;
use super::trouble::{ends_connection, explained};
use crate::Result;

/// So many runtimes keep their connections; tests may start hundreds of runtimes, one after the other.
const MOST_RUNTIMES: usize = 8;

/// The shared connections of a store, by runtime. The first one is made when it is needed.
pub(super) struct Shared {
    place: Place,
    timeout: Duration,
    slots: Mutex<Slots>,
    begun: Instant,
}

/// Few, so that looking through them is quicker than a hash.
type Slots = Vec<(Id, Arc<Slot>)>;

/// The connection of a runtime, once it is made. Whoever needs it first makes it, and the others wait.
#[derive(Default)]
struct Slot {
    connection: OnceCell<Waiting>,
    /// When it was last used, in milliseconds.
    used: AtomicU64,
}

impl Slot {
    /// Notes that it is used, and returns for how long it was not.
    fn used_at(&self, now: u64) -> Duration {
        Duration::from_millis(now.saturating_sub(self.used.swap(now, Ordering::Relaxed)))
    }
}

impl Shared {
    pub(super) fn new(place: Place, timeout: Duration) -> Self {
        Shared { place, timeout, slots: Mutex::default(), begun: Instant::now() }
    }

    /// The connection of this runtime.
    pub(super) async fn take(&self, runtime: &Handle) -> Result<Taken<'_>> {
        let mut taken = self.connected(runtime.id()).await?;
        let rested = taken.slot.used_at(self.now());
        if rested >= REST && Box::pin(taken.send(&redis::cmd("PING"))).await.is_err() {
            // It has gone while it rested, and is forgotten now.
            taken = self.connected(runtime.id()).await?;
        }
        Ok(taken)
    }

    async fn connected(&self, runtime: Id) -> Result<Taken<'_>> {
        let slot = self.slot(runtime);
        let link = match slot.connection.get() {
            Some(link) => link.clone(),
            // In a box, as a future that connects is large, and seldom needed.
            None => Box::pin(self.connect(&slot)).await.map_err(explained)?,
        };
        Ok(Taken { shared: self, runtime, slot, link })
    }

    async fn connect(&self, slot: &Slot) -> RedisResult<Waiting> {
        let connection = slot.connection.get_or_try_init(async || {
            let connection = self.place.connect_waiting(self.timeout).await;
            slot.used_at(self.now());
            connection
        });
        connection.await.cloned()
    }

    fn slot(&self, runtime: Id) -> Arc<Slot> {
        let mut slots = self.lock();
        if let Some((_, slot)) = slots.iter().find(|(id, _)| *id == runtime) {
            return Arc::clone(slot);
        }
        if slots.len() >= MOST_RUNTIMES {
            slots.remove(0);
        }
        let slot = Arc::<Slot>::default();
        slots.push((runtime, Arc::clone(&slot)));
        slot
    }

    /// Forgets a connection, unless there is another one by now.
    fn forget(&self, runtime: Id, slot: &Arc<Slot>) {
        self.lock().retain(|(id, present)| *id != runtime || !Arc::ptr_eq(present, slot));
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A share in a connection.
pub(super) struct Taken<'a> {
    shared: &'a Shared,
    runtime: Id,
    slot: Arc<Slot>,
    link: Waiting,
}

impl Taken<'_> {
    fn noted<T>(&self, reply: RedisResult<T>) -> RedisResult<T> {
        reply.inspect_err(|error| {
            if ends_connection(error) {
                self.shared.forget(self.runtime, &self.slot);
            }
        })
    }
}

impl Link for Taken<'_> {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = self.link.send(command).await;
        self.noted(reply)
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        let replies = self.link.send_all(commands).await;
        self.noted(replies)
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let reply = self.link.send_to(node, command).await;
        self.noted(reply)
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        let nodes = self.link.nodes().await;
        self.noted(nodes)
    }
}
