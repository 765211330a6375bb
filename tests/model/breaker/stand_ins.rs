//! What the guard takes from the rest of the runtime, reduced to what it needs.

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::sync::Mutex;

use crate::clock::{Instant, OPENED, sleep};

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    Unavailable,
    Store,
    Entry,
}

#[derive(Clone, Debug)]
pub(crate) struct Error {
    kind: ErrorKind,
    message: String,
    is_unreachable: bool,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), is_unreachable: false }
    }

    /// That of a store that has not answered.
    pub(crate) fn unreachable(self) -> Self {
        Error { is_unreachable: true, ..self }
    }

    pub(crate) fn is_unreachable(&self) -> bool {
        self.is_unreachable
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn context(self, context: impl fmt::Display) -> Self {
        Error { message: format!("{context}: {}", self.message), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

pub(crate) trait Store: Send + Sync {
    fn get(&self, key: &str) -> Result<Option<()>>;
    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()>;
    fn delete(&self, key: &str, now: Timestamp) -> Result<bool>;
    fn name(&self) -> String;
}

pub(crate) enum Value {
    Bytes(Vec<u8>),
}

#[derive(Clone, Copy)]
pub(crate) struct Timestamp;

impl Timestamp {
    pub(crate) fn now() -> Self {
        Timestamp
    }

    pub(crate) fn after(self, _: Duration) -> Self {
        self
    }
}

pub(crate) struct Expiration;

impl Expiration {
    pub(crate) fn new(_: Timestamp, _: Timestamp) -> Self {
        Expiration
    }
}

pub(crate) enum Operation<'a> {
    Get { key: Cow<'a, str> },
    Expiry { key: Cow<'a, str> },
    Set { key: Cow<'a, str> },
}

pub(crate) enum Answer {
    Done,
}

impl Operation<'_> {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Operation::Get { .. } => "get",
            Operation::Expiry { .. } => "expiry",
            Operation::Set { .. } => "set",
        }
    }

    pub(crate) fn key(&self) -> Option<Cow<'static, str>> {
        None
    }

    pub(crate) fn is_read(&self) -> bool {
        !matches!(self, Operation::Set { .. })
    }

    fn run(self, store: &dyn Store) -> Result<Answer> {
        match self {
            Operation::Get { key } | Operation::Expiry { key } => store.get(&key).map(|_| Answer::Done),
            Operation::Set { key } => store.set(&key, &Value::Bytes(Vec::new()), &Expiration).map(|()| Answer::Done),
        }
    }
}

pub(crate) type Asked = (Result<Answer>, Elapsed);

#[derive(Clone, Copy)]
pub(crate) enum Elapsed {
    AsWaited,
    Exactly(Duration),
    Unknown,
}

pub(crate) trait Mode {
    fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> impl Future<Output = Asked>;

    fn ask_to_end(
        &self,
        store: &Arc<dyn Store>,
        operation: Operation<'static>,
        dropped: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Asked>;
}

/// A caller whose thread blocks.
pub(crate) struct ByThread;

impl Mode for ByThread {
    async fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> Asked {
        (operation.run(&**store), Elapsed::AsWaited)
    }

    fn ask_to_end(
        &self,
        store: &Arc<dyn Store>,
        operation: Operation<'static>,
        _: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Asked> {
        ready((operation.run(&**store), Elapsed::AsWaited))
    }
}

/// A task, whose operation runs on a thread. If the task is dropped, the operation goes on, and nobody gets its answer.
pub(crate) struct ByTask;

impl Mode for ByTask {
    fn ask<'a>(&'a self, store: &'a Arc<dyn Store>, operation: Operation<'a>) -> impl Future<Output = Asked> {
        // The model has only reads and writes of one key.
        let operation =
            if operation.is_read() { Operation::Get { key: "k".into() } } else { Operation::Set { key: "k".into() } };
        let (store, answered) = (Arc::clone(store), Arc::new(Mutex::new(None)));
        let slot = Arc::clone(&answered);
        shuttle::thread::spawn(move || {
            let begun = Instant::now();
            let answer = operation.run(&*store);
            *slot.lock().expect("no panic while it is held") = Some((answer, Elapsed::Exactly(begun.elapsed())));
        });
        poll_fn(move |_| match answered.lock().expect("no panic while it is held").take() {
            Some(asked) => Poll::Ready(asked),
            None => Poll::Pending,
        })
    }

    fn ask_to_end(
        &self,
        _: &Arc<dyn Store>,
        _: Operation<'static>,
        _: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Asked> {
        ready((Ok(Answer::Done), Elapsed::Unknown))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    Everything,
    Writes,
}

pub(crate) enum Event<'a> {
    CircuitOpened { outage: Outage, reason: &'a str },
    CircuitClosed { outage: Outage, skipped: u64 },
    StoreFailed { operation: &'static str, error: &'a Error },
    Skipped { operation: &'static str },
}

/// Counts the outages that were announced, and their ends.
#[derive(Default)]
pub(crate) struct Observers(Mutex<[(u64, u64); 2]>);

impl Observers {
    pub(crate) fn notify(&self, event: &Event<'_>) {
        // An observer may take its time, and the next outage may begin meanwhile.
        if matches!(event, Event::CircuitOpened { .. } | Event::CircuitClosed { .. }) {
            sleep(Duration::from_millis(thread_rng().gen_range(0..1500)));
        }
        let mut told = self.0.lock().expect("no panic while it is held");
        match event {
            Event::CircuitOpened { outage, .. } => {
                told[*outage as usize].0 += 1;
                OPENED.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
            Event::CircuitClosed { outage, .. } => told[*outage as usize].1 += 1,
            Event::StoreFailed { .. } | Event::Skipped { .. } => {}
        }
    }

    /// How often the beginning and the end of an outage were announced.
    pub(crate) fn told(&self, outage: Outage) -> (u64, u64) {
        self.0.lock().expect("no panic while it is held")[outage as usize]
    }
}

/// The runtime's modules, by the names under which the guard knows them.
pub(crate) mod observe {
    pub(crate) use super::{Event, Observers, Outage};
}

pub(crate) mod store {
    pub(crate) use super::{Answer, Expiration, Operation, Store, Value};
}

pub(crate) mod mode {
    pub(crate) use super::{Asked, Elapsed, Mode};
}

pub(crate) mod key {
    pub(crate) fn shown(key: &str) -> &str {
        key
    }
}

pub(crate) mod time {
    use std::time::Duration;

    use super::Instant;
    pub(crate) use super::Timestamp;

    /// By the model's clock.
    #[derive(Clone, Copy)]
    pub(crate) struct Stopwatch(Instant);

    impl Stopwatch {
        pub(crate) fn start() -> Self {
            Stopwatch(Instant::now())
        }

        pub(crate) fn elapsed(self) -> Duration {
            self.0.elapsed()
        }
    }
}
