//! The flights of this process: one table for all caches, since a circle may lead through several.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::flight::{self, Flights};
use crate::store::Value;

/// What names a flight of this process.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// A cache, by the address of what its clones share.
    pub(crate) cache: usize,
    /// A key as it stands in the store.
    pub(crate) key: Arc<str>,
    /// The number of a flight that nobody joins; 0 for the one that all join.
    apart: u64,
}

impl Key {
    pub(crate) fn new(cache: usize, key: &str) -> Self {
        Key { cache, key: Arc::from(key), apart: 0 }
    }

    /// The name of a flight of the same key that nobody joins.
    pub(crate) fn apart(&self) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Key { apart: NEXT.fetch_add(1, Ordering::Relaxed), ..self.clone() }
    }
}

pub(crate) type Turn = flight::Turn<Key, Arc<Value>>;
pub(crate) type Lead = flight::Lead<Key, Arc<Value>>;
pub(crate) type Heard = flight::Heard<Key, Arc<Value>>;

static FLIGHTS: LazyLock<Arc<Flights<Key, Arc<Value>>>> = LazyLock::new(Flights::new);

/// The table.
pub(crate) fn flights() -> &'static Arc<Flights<Key, Arc<Value>>> {
    &FLIGHTS
}

/// So often who waits looks for leaders that have fallen silent.
const GLANCE: Duration = Duration::from_secs(1);

/// Blocks this thread until the future is ready, and looks for silent leaders meanwhile.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park_timeout(GLANCE);
        flights().sweep();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Whether a thread looks for silent leaders on behalf of tasks.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Sees to it that a thread looks for silent leaders as long as anybody waits: a task cannot, while it is not polled.
pub(crate) fn watch() {
    if WATCHED.swap(true, Ordering::AcqRel) {
        return;
    }
    let watcher = thread::Builder::new().name("cache-flights".to_owned()).spawn(|| {
        loop {
            thread::sleep(GLANCE);
            if flights().sweep() {
                continue;
            }
            WATCHED.store(false, Ordering::Release);
            // Somebody may have begun to wait after the sweep, and seen that there is a watcher.
            if !flights().sweep() || WATCHED.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    });
    if watcher.is_err() {
        WATCHED.store(false, Ordering::Release);
    }
}
