//! Threads for work that would block a task, under any async runtime.
//!
//! Work of a store takes a fraction of a millisecond, so a few threads are enough for thousands of tasks, and more would only
//! compete for the processors. But a store may hang, and a body that runs in the background may take long. So if no thread
//! gets done with anything for a while, more are started. A thread that has nothing to do for some seconds ends.

mod answer;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

pub(crate) use self::answer::ask;
use crate::per_process::PerProcess;

/// This many threads are started for work that gets done.
const USUAL: usize = 16;

/// This many at most are started while nothing gets done.
const MOST: usize = 500;

/// How long a thread waits for work before it ends.
const IDLE: Duration = Duration::from_secs(5);

/// How often the watch looks whether work gets done.
const WATCH: Duration = Duration::from_millis(100);

/// After so many looks in a row without progress, more threads are started. Shorter pauses happen on every busy machine, and
/// more threads would only make it busier.
const STALLED: u32 = 2;

type Job = Box<dyn FnOnce() + Send>;

/// A process that is forked has threads of its own; those of its parent do not exist there.
static THREADS: PerProcess<Threads> = PerProcess::new();

/// Runs something on another thread.
pub(crate) fn run(job: impl FnOnce() + Send + 'static) {
    threads().run(Box::new(job));
}

fn threads() -> &'static Threads {
    THREADS.get(|_| Threads::default())
}

#[derive(Default)]
struct Threads {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    /// How many threads wait for work.
    idle: usize,
    /// How many jobs were begun, by which the watch sees that some get done.
    begun: u64,
    is_watched: bool,
}

impl Threads {
    fn run(&'static self, job: Job) {
        let mut state = self.state();
        state.jobs.push_back(job);
        if state.jobs.len() <= state.idle {
            self.work.notify_one();
        } else if state.threads < USUAL {
            self.start(state);
        } else if !state.is_watched {
            state.is_watched = start("cache-watch", move || self.watch());
        }
    }

    /// Starts a thread that works. If none can be started, the others do the work, or this one.
    fn start(&'static self, mut state: MutexGuard<'_, State>) {
        state.threads += 1;
        drop(state);
        if start("cache-worker", move || self.work()) {
            return;
        }
        let mut state = self.state();
        state.threads -= 1;
        let job = if state.threads == 0 { state.jobs.pop_front() } else { None };
        drop(state);
        if let Some(job) = job {
            job();
        }
    }

    /// Does work until there has been none for a while.
    fn work(&self) {
        let mut state = self.state();
        loop {
            while let Some(job) = state.jobs.pop_front() {
                state.begun += 1;
                drop(state);
                // The panic hook has reported a panic.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.state();
            }
            state.idle += 1;
            let waited = self.work.wait_timeout_while(state, IDLE, |state| state.jobs.is_empty());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
            if state.jobs.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    /// Doubles the threads at each look that finds no progress, but for the first, until no job waits.
    fn watch(&'static self) {
        let (mut begun, mut stalled) = (self.state().begun, 0);
        loop {
            thread::sleep(WATCH);
            let mut state = self.state();
            if state.jobs.is_empty() {
                state.is_watched = false;
                return;
            }
            stalled = if state.begun == begun { stalled + 1 } else { 0 };
            begun = state.begun;
            let more = state.threads.min(state.jobs.len()).min(MOST.saturating_sub(state.threads));
            drop(state);
            (0..more).filter(|_| stalled >= STALLED).for_each(|_| self.start(self.state()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a thread, if the system allows another one.
fn start(name: &str, run: impl FnOnce() + Send + 'static) -> bool {
    thread::Builder::new().name(name.to_owned()).spawn(run).is_ok()
}

#[cfg(test)]
mod tests;
