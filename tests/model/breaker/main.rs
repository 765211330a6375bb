//! Random programs on the circuit breaker and its probes, each under an interleaving that shuttle chooses.
//!
//! Threads and tasks ask a store that fails, answers late, hangs and recovers, at random. Tasks are cancelled while they
//! wait, threads cannot be started, and the cache is dropped in the middle of an outage. The program compiles the runtime's
//! own sources of the breaker, the probe and the guard, on shuttle's locks and threads, and a clock that only waiting moves.
//!
//! In each interleaving a circuit has one probe at most, and a few threads in all. Once the store answers, every probe ends,
//! both circuits are closed, nothing is suspected, the next calls reach the store, and of each outage that observers were
//! told of they were told the end. Of a cache that is dropped no thread is left, though its store is still down.
//!
//! `breaker-model [interleavings]`: for each program, so many random ones and so many by priorities.
#![allow(dead_code, unreachable_pub, reason = "the model does not use all of the guard")]

mod clock;
mod model_store;
mod stand_ins;

/// The runtime's files.
#[path = "../../../cache-runtime/src/guard"]
mod guard {
    mod circuit_breaker;
    mod guarded_store;
    mod log_limit;
    mod recovery_probe;

    /// The runtime's module of this name, with shuttle's types and the model's clock.
    mod sync {
        pub(super) use std::sync::{Arc, PoisonError, Weak};

        pub(super) use shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
        pub(super) use shuttle::sync::{Mutex, MutexGuard};

        pub(super) use crate::clock::{Instant, RecvTimeoutError, mpsc, thread};
    }

    pub(crate) use self::guarded_store::GuardedStore;
    use crate::observe::Outage;

    impl GuardedStore {
        /// Whether a store is being asked after a caller has given up.
        pub(crate) fn is_suspected(&self, outage: Outage) -> bool {
            self.breaker.circuit(outage).is_suspected.load(self::sync::Ordering::SeqCst)
        }
    }
}

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use self::clock::{Instant, sleep};
use self::guard::GuardedStore;
use self::model_store::{ModelStore, State};
use self::stand_ins::{ByTask, ByThread, Error, ErrorKind, Operation, Outage, Result, key, mode, observe, store, time};

fn main() {
    let rounds = std::env::args().nth(1).map_or(20_000, |rounds| rounds.parse().expect("a number of rounds"));
    for program in [outages, a_long_outage, two_outages, hanging_writes, cancelled_calls, dropped_caches, no_threads] {
        shuttle::check_random(program, rounds);
        shuttle::check_pct(program, rounds, 3);
    }
    let (opened, probes) = (clock::OPENED.load(SeqCst), clock::PROBES.load(SeqCst));
    #[expect(clippy::print_stdout, reason = "the test reads it")]
    {
        println!("{rounds} random and {rounds} pct interleavings, {opened} outages, {probes} probes");
    }
}

/// What a store does in a program.
const ALL: &[State] = &[State::Answers, State::Fails, State::FailsLate, State::AnswersLate, State::Hangs];

/// Threads ask a store that comes and goes.
fn outages() {
    let (guard, store) = begin(1);
    let weather = weather(&store, ALL);
    let callers: Vec<_> = (0..3).map(|_| spawn(&guard, by_threads)).collect();
    callers.into_iter().chain([weather]).for_each(|thread| thread.join().expect("no assertion failed"));
    all_is_well(&guard, &store);
}

/// A store that fails for long costs only the calls that open the circuit, and those that were let pass before.
fn a_long_outage() {
    let (guard, store) = begin(1);
    store.become_all(State::Fails);
    let callers: Vec<_> =
        (0..3).map(|_| spawn(&guard, |guard| drop((0..10).map(|_| get(guard)).collect::<Vec<_>>()))).collect();
    callers.into_iter().for_each(|thread| thread.join().expect("no assertion failed"));
    assert!(store.calls() <= 5, "{} calls have reached a store that is down", store.calls());
    store.become_all(State::Answers);
    all_is_well(&guard, &store);
}

/// The next outage begins while observers are told of the end of the first: it stays open.
fn two_outages() {
    let (guard, store) = begin(1);
    store.become_all(State::Fails);
    for _ in 0..3 {
        assert!(get(&guard).is_err());
    }
    store.become_all(State::Answers);
    clock::until(|| get(&guard).is_ok());
    store.become_all(State::Fails);
    let before = store.calls();
    for _ in 0..20 {
        assert!(get(&guard).is_err());
        sleep(Duration::from_millis(100));
    }
    let calls = store.calls() - before;
    assert!(calls <= 3, "{calls} calls have reached a store that is down");
    store.become_all(State::Answers);
    all_is_well(&guard, &store);
}

/// Writes hang, and reads are answered: few writes reach the store, and reading goes on.
fn hanging_writes() {
    let (guard, store) = begin(1);
    store.become_one(Outage::Writes, State::FailsLate);
    let set = |guard: &Arc<GuardedStore>| {
        for _ in 0..10 {
            assert!(blocking(guard, Operation::Set { key: "k".into() }).is_err());
            sleep(Duration::from_millis(200));
        }
    };
    let callers: Vec<_> = (0..3).map(|_| spawn(&guard, set)).collect();
    callers.into_iter().for_each(|thread| thread.join().expect("no assertion failed"));
    assert!(store.calls() <= 5, "{} writes have reached a store that does not answer them", store.calls());
    clock::until(|| get(&guard).is_ok());
    store.become_all(State::Answers);
    all_is_well(&guard, &store);
}

fn get(guard: &Arc<GuardedStore>) -> Result<stand_ins::Answer> {
    blocking(guard, Operation::Get { key: "k".into() })
}

/// Tasks are cancelled beside threads. A caller that gave up has the store asked, beside the probe.
fn cancelled_calls() {
    let (guard, store) = begin(3);
    let weather = weather(&store, ALL);
    let callers = [by_tasks, by_tasks, by_threads].map(|calls: fn(&Arc<GuardedStore>)| spawn(&guard, calls));
    callers.into_iter().chain([weather]).for_each(|thread| thread.join().expect("no assertion failed"));
    all_is_well(&guard, &store);
    assert!(store.probes() > 0 || !clock::GAVE_UP.load(SeqCst), "a caller has given up, and nobody asks the store");
}

/// The cache is dropped while its store is down, and stays down.
fn dropped_caches() {
    let (guard, store) = begin(3);
    let weather = weather(&store, &[State::Fails, State::FailsLate, State::AnswersLate]);
    let callers = [by_tasks, by_threads].map(|calls: fn(&Arc<GuardedStore>)| spawn(&guard, calls));
    weather.join().expect("no assertion failed");
    store.become_all(State::Fails);
    drop(guard);
    callers.into_iter().for_each(|thread| thread.join().expect("no assertion failed"));
    clock::until(clock::no_thread_is_left);
}

/// The system starts no threads, now and then: then nothing stays open, and nothing suspected.
fn no_threads() {
    let (guard, store) = begin(3);
    clock::MAY_FAIL_TO_START.store(true, SeqCst);
    let weather = weather(&store, ALL);
    let callers = [by_tasks, by_threads].map(|calls: fn(&Arc<GuardedStore>)| spawn(&guard, calls));
    callers.into_iter().chain([weather]).for_each(|thread| thread.join().expect("no assertion failed"));
    all_is_well(&guard, &store);
}

/// A store that answers, behind its guard. No more than so many may probe a circuit at once.
fn begin(most_probes: usize) -> (Arc<GuardedStore>, Arc<ModelStore>) {
    clock::begin();
    let store = Arc::new(ModelStore::new(most_probes));
    (GuardedStore::new(Arc::clone(&store) as Arc<dyn stand_ins::Store>), store)
}

fn spawn(guard: &Arc<GuardedStore>, calls: fn(&Arc<GuardedStore>)) -> thread::JoinHandle<()> {
    let guard = Arc::clone(guard);
    thread::spawn(move || calls(&guard))
}

/// Changes what the store does, and at last lets it answer.
fn weather(store: &Arc<ModelStore>, states: &'static [State]) -> thread::JoinHandle<()> {
    let store = Arc::clone(store);
    thread::spawn(move || {
        for _ in 0..6 {
            let (outage, state) = (random_outage(), states[thread_rng().gen_range(0..states.len())]);
            store.become_one(outage, state);
            sleep(Duration::from_millis(thread_rng().gen_range(0..1500)));
        }
        store.become_all(State::Answers);
    })
}

fn random_outage() -> Outage {
    if thread_rng().gen_bool(0.5) { Outage::Everything } else { Outage::Writes }
}

fn random_operation() -> Operation<'static> {
    match random_outage() {
        Outage::Everything => Operation::Get { key: "k".into() },
        Outage::Writes => Operation::Set { key: "k".into() },
    }
}

/// Calls that block.
fn by_threads(guard: &Arc<GuardedStore>) {
    for _ in 0..16 {
        let _ = blocking(guard, random_operation());
        if thread_rng().gen_bool(0.3) {
            sleep(Duration::from_millis(thread_rng().gen_range(0..800)));
        }
    }
}

fn blocking(guard: &Arc<GuardedStore>, operation: Operation<'static>) -> Result<stand_ins::Answer> {
    let asked = pin!(guard.ask(&ByThread, operation));
    match asked.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a call that blocks is done at once"),
    }
}

/// Calls of tasks, each of which is cancelled at some point, unless it is done before.
fn by_tasks(guard: &Arc<GuardedStore>) {
    for _ in 0..3 {
        let mut asked = pin!(guard.ask(&ByTask, random_operation()));
        let mut is_pending = || asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        let patience = Duration::from_millis(thread_rng().gen_range(0..3000));
        // It may give up before it is polled for the first time.
        if patience < Duration::from_millis(200) || !is_pending() {
            continue;
        }
        let begun = Instant::now();
        while is_pending() {
            if begun.elapsed() >= patience {
                // After a second the store is asked for it.
                clock::GAVE_UP.fetch_or(begun.elapsed() >= Duration::from_secs(1), SeqCst);
                break;
            }
            sleep(Duration::from_millis(thread_rng().gen_range(1..600)));
        }
    }
}

/// The store answers, and nobody calls any more.
fn all_is_well(guard: &Arc<GuardedStore>, store: &ModelStore) {
    clock::MAY_FAIL_TO_START.store(false, SeqCst);
    clock::until(clock::no_thread_is_left);
    for operation in [Operation::Get { key: "k".into() }, Operation::Set { key: "k".into() }] {
        let (name, before) = (operation.name(), store.calls());
        if let Err(error) = blocking(guard, operation) {
            panic!("`{name}` after the outage: {error}");
        }
        assert_eq!(store.calls(), before + 1, "`{name}` reaches the store");
    }
    for outage in [Outage::Everything, Outage::Writes] {
        assert!(!guard.is_suspected(outage), "{outage:?} is suspected, and nobody is asked");
        let (opened, closed) = guard.observers.told(outage);
        assert_eq!(opened, closed, "observers were told of the beginning and of the end of {outage:?}");
    }
}
