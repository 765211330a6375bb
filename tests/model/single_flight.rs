//! Programs at random over the flights' table, each run under an interleaving that shuttle chooses.
//!
//! Threads and tasks ask for three keys, and change them; bodies ask for others from inside, fail, are given up half-way.
//! It must hold in each: nobody hangs, one leads a key at a time, every value is that of its key and no older than the
//! question, and nothing is left in the table.
#![allow(dead_code, unreachable_pub, reason = "the table's source has more than the model asks of it")]

#[path = "../../cache-runtime/src/single_flight/scope.rs"]
mod scope;
#[path = "../../cache-runtime/src/single_flight/state.rs"]
mod state;
#[path = "../../cache-runtime/src/single_flight/table.rs"]
mod table;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use self::scope::LeaderScope;
use self::state::WaitMode;
use self::sync::{Arc, current_leader};
use self::table::{FlightTable, Role, WaitOutcome};

/// What the runtime's module of this name has, from shuttle.
mod sync {
    use std::cell::Cell;

    pub(crate) use shuttle::sync::atomic::AtomicU64;
    pub(crate) use shuttle::sync::{Arc, Mutex, MutexGuard};

    shuttle::thread_local! { static LEADER: Cell<Option<u64>> = Cell::new(None); }

    pub(crate) fn current_leader() -> Option<u64> {
        LEADER.with(Cell::get)
    }

    pub(crate) fn set_current_leader(leader: Option<u64>) -> Option<u64> {
        LEADER.with(|current| current.replace(leader))
    }
}

type Table = Arc<FlightTable<u32, u32>>;
type Answer = Result<u32, ()>;

const KEYS: u32 = 3;

fn main() {
    let rounds = std::env::args().nth(1).map_or(20_000, |rounds| rounds.parse().expect("a number of rounds"));
    shuttle::check_random(program, rounds);
    shuttle::check_pct(program, rounds, 3);
    let bodies = BODIES.load(SeqCst);
    #[expect(clippy::print_stdout, reason = "what it was started for")]
    {
        println!("{rounds} random and {rounds} pct interleavings, {bodies} bodies");
    }
}

/// Two threads and a thread that runs tasks ask for keys at random.
fn program() {
    let table: Table = FlightTable::new();
    let askers = [WaitMode::Thread, WaitMode::Thread, WaitMode::Task].map(|mode| {
        let table = table.clone();
        thread::spawn(move || {
            for _ in 0..2 {
                let asked = ask(table.clone(), thread_rng().gen_range(0..KEYS), 2, mode);
                change_sometimes();
                let _ = match mode {
                    WaitMode::Thread => blocking(asked),
                    WaitMode::Task => shuttle::future::block_on(asked),
                };
            }
        })
    });
    for asker in askers {
        asker.join().expect("no assertion failed");
    }
    assert!(table.is_empty(), "nothing is left behind");
}

/// The way of a call, as far as flights go.
async fn fly<B: Future<Output = Answer>>(
    table: &Table,
    key: u32,
    mode: WaitMode,
    mut body: Pin<&mut Option<B>>,
) -> Answer {
    let leader = match table.join(key, mode, Duration::MAX) {
        Role::Alone => return body.as_mut().as_pin_mut().expect("not yet run").await,
        Role::Leader(leader) => leader,
        Role::Waiter(wait) => match wait.await {
            WaitOutcome::Value(value) => return Ok(value),
            WaitOutcome::Leader(leader) => leader,
            WaitOutcome::Alone => return body.as_mut().as_pin_mut().expect("not yet run").await,
        },
    };
    let answer = LeaderScope::new(&leader, body).await;
    if let Ok(value) = &answer {
        let watermark = leader.watermark();
        let is_current = *value == value_of(key);
        let watermark = if is_current { watermark } else { leader.watermark_of_start() };
        leader.publish(value, watermark);
    }
    answer
}

/// What the values are made of, by key; it is only ever counted up.
static SOURCES: [AtomicU32; KEYS as usize] = [const { AtomicU32::new(0) }; KEYS as usize];

/// What is computed at this moment.
fn value_of(key: u32) -> u32 {
    key + KEYS * SOURCES[key as usize].load(SeqCst)
}

fn change_sometimes() {
    if thread_rng().gen_bool(0.3) {
        SOURCES[thread_rng().gen_range(0..KEYS) as usize].fetch_add(1, SeqCst);
    }
}

static BODIES: AtomicU32 = AtomicU32::new(0);
static LEADERS: [AtomicU32; KEYS as usize] = [const { AtomicU32::new(0) }; KEYS as usize];

/// Held by the body of a leader: there is one at a time for each key.
struct Leads(u32);

impl Leads {
    fn new(key: u32) -> Self {
        assert_eq!(LEADERS[key as usize].fetch_add(1, SeqCst), 0, "one at a time");
        Leads(key)
    }
}

impl Drop for Leads {
    fn drop(&mut self) {
        LEADERS[self.0 as usize].fetch_sub(1, SeqCst);
    }
}

/// Asks for a key by a body that asks for others, gives them up half-way, or fails, sometimes.
fn ask(table: Table, key: u32, depth: u32, mode: WaitMode) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async move {
        let (inner, outside) = (table.clone(), current_leader());
        let body = pin!(Some(async move {
            BODIES.fetch_add(1, SeqCst);
            let inside = current_leader();
            let _leads = (inside != outside).then(|| Leads::new(key));
            let value = value_of(key);
            for _ in 0..if depth == 0 { 0 } else { thread_rng().gen_range(0..3) } {
                let nested = ask(inner.clone(), thread_rng().gen_range(0..KEYS), depth - 1, mode);
                if thread_rng().gen_bool(0.2) {
                    give_up(nested).await;
                } else {
                    let _ = nested.await;
                }
            }
            match mode {
                WaitMode::Task => yielded().await,
                WaitMode::Thread => thread::yield_now(),
            }
            change_sometimes();
            assert_eq!(inside, current_leader(), "the note is put back after each call");
            if thread_rng().gen_bool(0.3) { Err(()) } else { Ok(value) }
        }));
        let oldest = value_of(key);
        let answer = fly(&table, key, mode, body).await;
        if let Ok(value) = answer {
            assert_eq!(value % KEYS, key, "the value of another key");
            assert!(value >= oldest, "a value from before the question");
        }
        answer
    })
}

/// Polls once and drops.
async fn give_up(mut asked: Pin<Box<dyn Future<Output = Answer> + Send>>) {
    poll_fn(|context| {
        let _ = asked.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
}

async fn yielded() {
    let mut again = true;
    let poll = |context: &mut Context<'_>| {
        if !std::mem::take(&mut again) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    };
    poll_fn(poll).await;
}

/// Waits by blocking the thread.
fn blocking<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(std::sync::Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.unpark();
    }
}
