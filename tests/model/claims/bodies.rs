//! The sources of the keys, the bodies that read them, and what must be true of both.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::Delay;
use crate::scheduler::{self, Footprint, ProcessId, current_process, label, step};

/// How many bodies of one key may run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Limit {
    /// One in each process, and one more after each failure there.
    #[default]
    InEachProcess,
    /// One among all processes, and one more after each failure.
    AmongAll,
    /// Any number.
    None,
}

/// What a body does after it has read its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    Succeeds,
    /// It takes so many seconds before it succeeds.
    IsSlow(u64),
    Fails,
    Panics,
}

/// The payload of a body's panic.
pub(crate) struct BodyPanic;

thread_local! {
    static SOURCES: RefCell<Sources> = RefCell::default();
}

#[derive(Default)]
struct Sources {
    limit: Limit,
    by_key: HashMap<usize, Source>,
    bodies: u32,
    /// How many bodies have panicked or returned an `Err`.
    failures: u32,
}

#[derive(Default)]
struct Source {
    /// It only increases.
    version: u64,
    /// The last version of which the cache has been told.
    announced: u64,
    /// The bodies that run: their numbers and processes.
    running: Vec<(u32, ProcessId)>,
    failures: HashMap<ProcessId, usize>,
}

fn with<T>(key: usize, use_source: impl FnOnce(&mut Source) -> T) -> T {
    SOURCES.with_borrow_mut(|sources| use_source(sources.by_key.entry(key).or_default()))
}

pub(crate) fn begin() {
    SOURCES.take();
}

pub(crate) fn limit_bodies(limit: Limit) {
    SOURCES.with_borrow_mut(|sources| sources.limit = limit);
}

/// How many bodies have begun.
pub(crate) fn bodies() -> u32 {
    SOURCES.with_borrow(|sources| sources.bodies)
}

/// How many bodies have failed.
pub(crate) fn failures() -> u32 {
    SOURCES.with_borrow(|sources| sources.failures)
}

pub(crate) fn name(key: usize) -> String {
    format!("k{key}")
}

/// The value of a key at a version of its source.
pub(crate) fn value(key: usize, version: u64) -> u64 {
    version * 10 + key as u64
}

/// The oldest value that a call may return which begins now.
pub(crate) async fn oldest(key: usize) -> u64 {
    let version = move || with(key, |source| source.announced);
    let name = name(key);
    value(key, step(Footprint::reading_history(&name), label(|| format!("a call for {name} begins")), version).await)
}

/// Changes the source, and returns its version.
pub(crate) async fn change(key: usize) -> u64 {
    let change = move || {
        with(key, |source| {
            source.version += 1;
            source.version
        })
    };
    let name = name(key);
    step(Footprint::changing_source(&name), label(|| format!("the source of {name} changes")), change).await
}

/// Changes the source without telling the cache.
pub(crate) fn outdate(key: usize) {
    with(key, |source| source.version += 1);
}

/// The cache has been told of a change: from now on no call returns an older value.
pub(crate) async fn announce(key: usize, version: u64) {
    let announce = move || with(key, |source| source.announced = source.announced.max(version));
    let name = name(key);
    step(Footprint::changing_history(&name), label(|| format!("the change of {name} is announced")), announce).await;
}

/// Checks a value.
pub(crate) fn check(key: usize, found: u64, oldest: u64) {
    assert_eq!(found % 10, key as u64, "a value of another key: {found}");
    assert!(found >= oldest, "k{key} is {found}, which is older than {oldest}, the value before the call");
    let newest = with(key, |source| value(key, source.version));
    assert!(found <= newest, "k{key} is {found}, and its source is at {newest}");
}

/// The body of a key, or its part in that of a batch.
pub(crate) async fn body(key: usize, habit: Habit) -> Result<u64, ()> {
    let running = Running::begin(key, true).await;
    running.end(habit).await
}

/// The body of a refresh, of which any number may run.
pub(crate) async fn body_of_refresh(key: usize) -> u64 {
    let running = Running::begin(key, false).await;
    running.end(Habit::Succeeds).await.expect("it succeeds")
}

/// A body that runs, until it is dropped.
pub(crate) struct Running {
    key: usize,
    number: u32,
    version: u64,
}

impl Running {
    /// Reads the source.
    pub(crate) async fn begin(key: usize, is_counted: bool) -> Self {
        let process = current_process();
        let begin = move || {
            let (number, limit) = SOURCES.with_borrow_mut(|sources| {
                sources.bodies += 1;
                (sources.bodies, sources.limit)
            });
            with(key, |source| {
                if is_counted {
                    source.check_limit(limit, process);
                    source.running.push((number, process));
                }
            });
            Running { key, number, version: with(key, |source| source.version) }
        };
        let name = name(key);
        let label = label(|| format!("a body of {name} begins in process {process}"));
        step(Footprint::changing_source(&name), label, begin).await
    }

    pub(crate) async fn end(self, habit: Habit) -> Result<u64, ()> {
        if let Habit::IsSlow(seconds) = habit {
            Delay::new(Duration::from_secs(seconds)).await;
        }
        let (key, number, process) = (self.key, self.number, current_process());
        let fails = matches!(habit, Habit::Fails | Habit::Panics);
        let end = move || {
            if fails {
                SOURCES.with_borrow_mut(|sources| sources.failures += 1);
                with(key, |source| *source.failures.entry(process).or_default() += 1);
            }
            with(key, |source| source.running.retain(|(running, _)| *running != number));
        };
        let name = name(key);
        step(Footprint::changing_source(&name), label(|| format!("a body of {name} ends: {habit:?}")), end).await;
        match habit {
            Habit::Succeeds | Habit::IsSlow(_) => Ok(value(key, self.version)),
            Habit::Fails => Err(()),
            Habit::Panics => resume_unwind(Box::new(BodyPanic)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        with(self.key, |source| source.running.retain(|(number, _)| *number != self.number));
    }
}

impl Source {
    fn check_limit(&self, limit: Limit, process: ProcessId) {
        let (others, failures) = match limit {
            Limit::AmongAll => (self.running.len(), self.failures.values().sum()),
            Limit::InEachProcess => {
                let others = self.running.iter().filter(|(_, other)| *other == process).count();
                (others, self.failures.get(&process).copied().unwrap_or_default())
            }
            Limit::None => return,
        };
        assert!(others <= failures, "{others} others compute after {failures} failures");
    }
}

/// The output of a body, or its panic.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, BodyPanic> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) if panic.is::<BodyPanic>() => Poll::Ready(Err(BodyPanic)),
        Err(panic) => resume_unwind(panic),
    })
    .await
}
