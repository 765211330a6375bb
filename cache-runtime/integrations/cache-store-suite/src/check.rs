//! Runs a behaviour with a time limit, lets it skip itself, and says what to change if it fails.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use cache_runtime::Store;

use crate::lines::{Line, lines};

/// The panic payload of a skipped test.
struct Skipped;

/// Skips the running test, from inside the closure that makes its cache or store.
///
/// Use it if the store's server is not available. Report this to standard error directly, because the output of a
/// passing test is hidden.
///
/// ```
/// # fn main() {}
/// # use cache_runtime::Cache;
/// # fn address() -> Option<String> { None }
/// fn on_the_server() -> Cache {
///     let Some(address) = address() else { cache_store_suite::skip() };
///     Cache::open(&address).expect("a good address")
/// }
///
/// cache_store_suite::run! { on_a_server, on_the_server }
/// ```
pub fn skip() -> ! {
    resume_unwind(Box::new(Skipped))
}

/// How a test failed.
enum Failure {
    Panicked(Box<dyn Any + Send>),
    Hangs,
}

impl Failure {
    fn text(&self) -> String {
        match self {
            Failure::Hangs => "it did not end within a minute".to_owned(),
            Failure::Panicked(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a text").to_owned()
            }
        }
    }
}

/// Runs a test on its own thread for at most a minute. One that is skipped has not failed.
fn run(test: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let (end, ended) = channel::<()>();
    let running = thread::spawn(move || {
        let _end = end; // Dropped at the end, also by a panic.
        test();
    });
    if ended.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
        return Err(Failure::Hangs);
    }
    running.join().or_else(|panic| if panic.is::<Skipped>() { Ok(()) } else { Err(Failure::Panicked(panic)) })
}

/// Runs a test on its own thread and fails if it takes longer than a minute.
///
/// # Panics
///
/// If the test panics or does not end within a minute.
pub fn within_a_minute(test: impl FnOnce() + Send + 'static) {
    match run(test) {
        Ok(()) => {}
        Err(Failure::Hangs) => panic!("the test hangs"),
        Err(Failure::Panicked(panic)) => resume_unwind(panic),
    }
}

/// Runs a behaviour of a store, and panics with the line of the contract that it breaks.
#[doc(hidden)]
#[track_caller]
pub fn check_store(behaviour: &'static str, test: impl FnOnce() + Send + 'static) {
    if let Err(failure) = run(test) {
        panic!("{}", Broken::new(line_of(behaviour), &failure));
    }
}

/// Runs a behaviour of a cache over a store, and panics with what to look at in the store.
#[doc(hidden)]
#[track_caller]
pub fn check_cache(behaviour: &'static str, test: impl FnOnce() + Send + 'static) {
    if let Err(failure) = run(test) {
        let (seen, look_at) = (failure.text(), look_at(behaviour));
        panic!(
            "a cache over this store does not behave\nbehaviour: {behaviour}\nseen: {seen}\nchange: first let `run_store!` \
             pass, whose messages name the line of the contract; then look at {look_at}"
        );
    }
}

fn line_of(behaviour: &str) -> Line {
    *lines().find(|line| line.behaviour == behaviour).expect("each behaviour of a store tests a line")
}

/// What of a store a group of behaviours rests on.
fn look_at(behaviour: &str) -> &'static str {
    match behaviour.split("::").next() {
        Some("counters" | "real_time") => "`increment`, and at what `get` returns as the expiry of a number",
        Some("batches") => "`read_multi`, `write_multi` and `delete_multi`",
        Some("expiry") => "`expiry`, `touch` and `delete_expired`",
        Some("stale") => {
            "how long you keep what has expired: until `Expiration::stale_until`, and what has no window for a minute more, \
             since a reader may name one"
        }
        Some("computing") => "`claims`, and at `dispatch`",
        Some("keys") => "how keys are encoded and compared",
        Some("namespaces") => "the prefix of `clear`",
        Some("tags") => "`get` and `set` of keys that begin with `@/`, and at `touch`",
        _ => "`get`, `set`, `delete` and `clear`",
    }
}

/// A line of the contract that a store breaks.
///
/// Its [`Display`](std::fmt::Display) is what a failing test of [`run_store!`](crate::run_store) says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The line.
    pub line: Line,
    /// What was seen instead.
    pub seen: String,
}

impl Broken {
    fn new(line: Line, failure: &Failure) -> Self {
        Broken { line, seen: failure.text() }
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "this store breaks a line of its contract\n{}\nseen: {}", self.line, self.seen)
    }
}

/// Puts a store through every line of its contract, and returns the lines that it breaks.
///
/// The closure makes an empty store for each line. [`run_store!`](crate::run_store) makes a test of each line instead, and
/// is what a crate with a store has in its tests; this is for a program that examines stores. It takes some seconds, as
/// long as its longest line, since all lines are tested at once. Lines on claims and on counts within bounds are tested if
/// the store says that it has them.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::testing::Chaos;
/// use cache_store_suite::broken_lines;
///
/// assert_eq!(broken_lines(|| Chaos::over(&Cache::memory())), []);
/// assert_ne!(broken_lines(|| Chaos::over(&Cache::none())), [], "it keeps nothing");
/// ```
#[must_use]
pub fn broken_lines<S: Store>(make: impl Fn() -> S + Send + Sync + 'static) -> Vec<Broken> {
    let make = Arc::new(make);
    let store = make();
    let groups = [Some(crate::catalogue::STORE), store.claims().map(|_| crate::catalogue::CLAIMS)];
    let limits = store.limits().map(|_| crate::catalogue::LIMITS);
    let behaviours = groups.into_iter().chain([limits]).flatten().flatten();
    let started = behaviours.map(|(name, behaviour)| {
        let make = Arc::clone(&make);
        (line_of(name), thread::spawn(move || run(move || behaviour(&make()))))
    });
    let started: Vec<_> = started.collect();
    let ended =
        started.into_iter().map(|(line, thread)| (line, thread.join().unwrap_or_else(|panic| resume_unwind(panic))));
    ended.filter_map(|(line, outcome)| Some(Broken::new(line, &outcome.err()?))).collect()
}
