//! Random programs on the single-flight table, each under an interleaving that shuttle chooses.
//!
//! Threads and tasks compute three keys and change their sources. Computations request other keys, fail, or are dropped
//! half-way, and leaders are taken for lost. In each interleaving nobody hangs, no more callers compute a key at once than
//! the ramp allows, every value is of its key and no older than the call, and the table is empty afterwards.
#![allow(dead_code, unreachable_pub, reason = "the model does not use all of the table")]

#[path = "../../cache-runtime/src/single_flight/batch.rs"]
mod batch;
#[path = "../../cache-runtime/src/single_flight/heartbeat.rs"]
mod heartbeat;
#[path = "../../cache-runtime/src/single_flight/leaders.rs"]
mod leaders;
#[path = "../../cache-runtime/src/single_flight/scope.rs"]
mod scope;
#[path = "../../cache-runtime/src/single_flight/state.rs"]
mod state;
#[path = "../../cache-runtime/src/single_flight/table.rs"]
mod table;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use self::batch::{BatchLeaders, BatchRole};
use self::scope::LeaderScope;
use self::state::{Ending, WaitMode};
use self::sync::{Arc, current_leader};
use self::table::{FlightTable, Role, WaitOutcome};

/// The runtime's module of this name, with shuttle's types.
mod sync {
    use std::cell::Cell;
    pub(crate) use std::time::Instant;

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
    for program in [calls, failures_of_a_crowd, invalidations_alone, threads_beside_a_task, lost_leaders, batches] {
        shuttle::check_random(program, rounds);
        shuttle::check_pct(program, rounds, 3);
    }
    let bodies = BODIES.load(SeqCst);
    #[expect(clippy::print_stdout, reason = "the test reads it")]
    {
        println!("{rounds} random and {rounds} pct interleavings, {bodies} bodies");
    }
}

/// What the computations of a program do.
#[derive(Clone, Copy)]
struct Habits {
    fails: f64,
    changes_a_source: f64,
    requests_others: bool,
    requests_batches: bool,
}

const MIXED: Habits = Habits { fails: 0.3, changes_a_source: 0.3, requests_others: true, requests_batches: false };

/// Two threads, and a third one that runs tasks, request random keys.
fn calls() {
    let callers = [WaitMode::Thread, WaitMode::Thread, WaitMode::Task].map(|mode| (mode, KEYS, 2));
    run(&callers, MIXED, |_| {});
}

/// Eight callers of one key whose source fails mostly.
fn failures_of_a_crowd() {
    let mode = |at| if at % 2 == 0 { WaitMode::Thread } else { WaitMode::Task };
    let callers = [0, 1, 2, 3, 4, 5, 6, 7].map(|at| (mode(at), 1, 1));
    run(
        &callers,
        Habits { fails: 0.7, changes_a_source: 0.1, requests_others: false, requests_batches: false },
        |_| {},
    );
}

/// Changes of the source, and no failure: one computes, and a thread beside a task.
fn invalidations_alone() {
    let callers = [WaitMode::Thread, WaitMode::Task, WaitMode::Task, WaitMode::Thread].map(|mode| (mode, 1, 2));
    run(
        &callers,
        Habits { fails: 0.0, changes_a_source: 0.8, requests_others: false, requests_batches: false },
        |_| {},
    );
}

/// A crowd of threads behind a task.
fn threads_beside_a_task() {
    let callers = [WaitMode::Task, WaitMode::Thread, WaitMode::Thread, WaitMode::Thread].map(|mode| (mode, 1, 1));
    run(&callers, Habits { fails: 0.2, changes_a_source: 0.2, requests_others: true, requests_batches: false }, |_| {});
}

/// Leaders slower than any bound: they are woken, and given up if they are not polled in time.
fn lost_leaders() {
    MAY_BE_LOST.store(true, SeqCst);
    let callers = [WaitMode::Task, WaitMode::Task, WaitMode::Thread].map(|mode| (mode, 2, 2));
    run(&callers, MIXED, |table| {
        for days in 1..6 {
            table.check_leaders(Instant::now() + days * Duration::from_secs(24 * 60 * 60));
            thread::yield_now();
        }
    });
    MAY_BE_LOST.store(false, SeqCst);
}

/// Batches that overlap, beside calls of single keys. The bodies of either make calls of both kinds.
fn batches() {
    FAILURES.iter().for_each(|failures| failures.store(0, SeqCst));
    let table: Table = FlightTable::new();
    let callers = [WaitMode::Thread, WaitMode::Task, WaitMode::Task, WaitMode::Thread].map(|mode| {
        let table = table.clone();
        thread::spawn(move || {
            let call = if thread_rng().gen_bool(0.6) {
                batch(table, mode, 1)
            } else {
                let key = thread_rng().gen_range(0..KEYS);
                request(table, key, 2, mode, Habits { requests_batches: true, ..MIXED })
            };
            let _ = match mode {
                WaitMode::Thread => blocking(call),
                WaitMode::Task => shuttle::future::block_on(call),
            };
        })
    });
    for caller in callers {
        caller.join().expect("no assertion failed");
    }
    assert!(table.is_empty(), "no key has a leader");
}

/// A call for two or three keys, as the runtime makes it, reduced to single-flight.
fn batch(table: Table, mode: WaitMode, depth: u32) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async move {
        let mut keys: Vec<u32> = (0..KEYS).collect();
        if thread_rng().gen_bool(0.7) {
            keys.swap_remove(thread_rng().gen_range(0..keys.len()));
        }
        let oldest: Vec<u32> = keys.iter().map(|key| value_of(*key)).collect();
        let (mut values, mut leaders) = (Vec::<(u32, u32)>::new(), BatchLeaders::new(&table));
        for _ in 0..3 {
            match table.join_all(&missing(&keys, &values, &leaders), &leaders, mode, Duration::MAX) {
                BatchRole::Leaders(more) => {
                    leaders.add(more);
                    break;
                }
                BatchRole::Waiters(wait) => {
                    let waited = wait.await;
                    values.extend(waited.values);
                    leaders.add(waited.leaders);
                    // Somebody has stored the value of a key that it leads by now.
                    let found = thread_rng().gen_bool(0.3).then(|| leaders.as_slice().first().map(|one| *one.key()));
                    if let Some(Some(key)) = found {
                        let value = value_of(key);
                        values.push((key, value));
                        leaders.end_some(|leader| {
                            (*leader.key() == key).then(|| Ending::Published(value, leader.watermark_of_start()))
                        });
                    }
                }
            }
        }
        leaders.add(table.lead_free(&missing(&keys, &values, &leaders), mode, Duration::MAX));
        for (key, value) in &values {
            let at = keys.iter().position(|asked| asked == key).expect("a value of a key that was asked for");
            assert!(value % KEYS == *key && *value >= oldest[at], "a value of another key, or older than the call");
        }
        let led: Vec<u32> = leaders.as_slice().iter().map(|leader| *leader.key()).collect();
        if missing(&keys, &values, &BatchLeaders::new(&table)).is_empty() {
            return Ok(0);
        }
        let body = pin!(Some(async {
            let _guards: Vec<_> = led.iter().map(|key| LeaderGuard::new(*key)).collect();
            let computed: Vec<u32> = led.iter().map(|key| value_of(*key)).collect();
            if depth > 0 && thread_rng().gen_bool(0.5) {
                let _ = request(table.clone(), thread_rng().gen_range(0..KEYS), depth, mode, MIXED).await;
            }
            maybe_change_a_source(MIXED);
            if thread_rng().gen_bool(0.3) { Err(()) } else { Ok(computed) }
        }));
        let answer = LeaderScope::new(leaders.as_slice().first(), body).await;
        if answer.is_err() {
            for key in &led {
                FAILURES[*key as usize].fetch_add(1, SeqCst);
            }
        }
        leaders.end(|leader| {
            let Ok(computed) = &answer else { return Ending::Failed };
            let value = computed[led.iter().position(|key| key == leader.key()).expect("it was led")];
            let watermark = leader.watermark();
            let is_current = value == value_of(*leader.key());
            Ending::Published(value, if is_current { watermark } else { leader.watermark_of_start() })
        });
        answer.map(|_| 0)
    })
}

fn missing(keys: &[u32], values: &[(u32, u32)], leaders: &BatchLeaders<u32, u32>) -> Vec<u32> {
    let is_known = |key: &&u32| {
        values.iter().any(|(known, _)| known == *key) || leaders.as_slice().iter().any(|led| led.key() == *key)
    };
    keys.iter().filter(|key| !is_known(key)).copied().collect()
}

/// Lets each caller request keys, in its mode, so many different ones, so many times.
fn run(callers: &[(WaitMode, u32, u32)], habits: Habits, meanwhile: impl FnOnce(&Table)) {
    FAILURES.iter().for_each(|failures| failures.store(0, SeqCst));
    let table: Table = FlightTable::new();
    let spawn = |(mode, keys, calls): (WaitMode, u32, u32)| {
        let table = table.clone();
        thread::spawn(move || {
            for _ in 0..calls {
                let request = request(table.clone(), thread_rng().gen_range(0..keys), 2, mode, habits);
                maybe_change_a_source(habits);
                let _ = match mode {
                    WaitMode::Thread => blocking(request),
                    WaitMode::Task => shuttle::future::block_on(request),
                };
            }
        })
    };
    let callers: Vec<_> = callers.iter().copied().map(spawn).collect();
    meanwhile(&table);
    for caller in callers {
        caller.join().expect("no assertion failed");
    }
    assert!(table.is_empty(), "no key has a leader");
}

/// A call as the runtime makes it, reduced to single-flight.
async fn call<B: Future<Output = Answer>>(
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
        },
    };
    let answer = LeaderScope::new(Some(&leader), body).await;
    match answer {
        Ok(value) => {
            let watermark = leader.watermark();
            let is_current = value == value_of(key);
            let watermark = if is_current { watermark } else { leader.watermark_of_start() };
            leader.publish(value, watermark);
        }
        Err(()) => {
            FAILURES[key as usize].fetch_add(1, SeqCst);
            leader.fail();
        }
    }
    answer
}

/// The version of each key's source, which only increases.
static SOURCES: [AtomicU32; KEYS as usize] = [const { AtomicU32::new(0) }; KEYS as usize];

/// The value that a computation of this key returns now.
fn value_of(key: u32) -> u32 {
    key + KEYS * SOURCES[key as usize].load(SeqCst)
}

fn maybe_change_a_source(habits: Habits) {
    if thread_rng().gen_bool(habits.changes_a_source) {
        SOURCES[thread_rng().gen_range(0..KEYS) as usize].fetch_add(1, SeqCst);
    }
}

static BODIES: AtomicU32 = AtomicU32::new(0);
static LEADERS: [AtomicU32; KEYS as usize] = [const { AtomicU32::new(0) }; KEYS as usize];
/// How often the computations of each key have failed in this interleaving.
static FAILURES: [AtomicU32; KEYS as usize] = [const { AtomicU32::new(0) }; KEYS as usize];
static MAY_BE_LOST: AtomicBool = AtomicBool::new(false);

/// Held during a leader's computation. There is one at a time for each key, one more for each failure, and a thread beside
/// a task.
struct LeaderGuard(u32);

impl LeaderGuard {
    fn new(key: u32) -> Self {
        let others = LEADERS[key as usize].fetch_add(1, SeqCst);
        let failures = FAILURES[key as usize].load(SeqCst);
        assert!(
            others <= failures + 1 || MAY_BE_LOST.load(SeqCst),
            "{others} others compute after {failures} failures"
        );
        LeaderGuard(key)
    }
}

impl Drop for LeaderGuard {
    fn drop(&mut self) {
        LEADERS[self.0 as usize].fetch_sub(1, SeqCst);
    }
}

/// Requests a key. Its computation may request others, drop them half-way, or fail.
fn request(
    table: Table,
    key: u32,
    depth: u32,
    mode: WaitMode,
    habits: Habits,
) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async move {
        let (inner, outside) = (table.clone(), current_leader());
        let body = pin!(Some(async move {
            BODIES.fetch_add(1, SeqCst);
            let inside = current_leader();
            let _guard = (inside != outside).then(|| LeaderGuard::new(key));
            let value = value_of(key);
            for _ in 0..if depth == 0 || !habits.requests_others { 0 } else { thread_rng().gen_range(0..3) } {
                let nested = if habits.requests_batches && thread_rng().gen_bool(0.5) {
                    batch(inner.clone(), mode, depth - 1)
                } else {
                    request(inner.clone(), thread_rng().gen_range(0..KEYS), depth - 1, mode, habits)
                };
                if thread_rng().gen_bool(0.2) {
                    drop_half_way(nested).await;
                } else {
                    let _ = nested.await;
                }
            }
            match mode {
                WaitMode::Task => yielded().await,
                WaitMode::Thread => thread::yield_now(),
            }
            maybe_change_a_source(habits);
            assert_eq!(inside, current_leader(), "the current leader is restored after each call");
            if thread_rng().gen_bool(habits.fails) { Err(()) } else { Ok(value) }
        }));
        let oldest = value_of(key);
        let answer = call(&table, key, mode, body).await;
        if let Ok(value) = answer {
            assert_eq!(value % KEYS, key, "a value of another key");
            assert!(value >= oldest, "a value older than the call");
        }
        answer
    })
}

/// Polls a call once and drops it.
async fn drop_half_way(mut request: Pin<Box<dyn Future<Output = Answer> + Send>>) {
    poll_fn(|context| {
        let _ = request.as_mut().poll(context);
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
