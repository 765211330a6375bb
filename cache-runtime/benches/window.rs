//! How long callers of an expired key take in its race window, while one of them computes for 200 ms.
//!
//! Each caller measures its own call, so that the start of a thousand threads is not included. They call all at once, or as
//! many at a time as there are processors. The same calls of a fresh key show the noise of the machine.

#![expect(clippy::print_stdout, reason = "the bench prints its figures")]

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use cache_runtime::{Cache, testing};

const BODY: Duration = Duration::from_millis(200);
const THREADS: usize = 1_000;
const TASKS: usize = 10_000;
const ROUNDS: usize = 10;

fn main() {
    let file = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite://{}", file.path().join("cache.sqlite3").display());
    println!("{:<44}{:>9}{:>9}{:>9}{:>9}  under 5 ms", "milliseconds", "p50", "p99", "p99.9", "max");
    for (place, cache) in [("memory", Cache::memory()), ("file", Cache::open(&address).expect("a good address"))] {
        for expired in [true, false] {
            let key = if expired { "expired" } else { "fresh" };
            let round = Round { cache: cache.clone(), expired };
            let processors = thread::available_parallelism().map_or(1, usize::from);
            for (words, at_once) in [("all at once", THREADS), ("few at a time", processors)] {
                println!("{:<44}{}", format!("{place}, {key}, threads, {words}"), Times::of(|| round.threads(at_once)));
            }
            for workers in [1, processors] {
                println!("{:<44}{}", format!("{place}, {key}, tasks on {workers}"), Times::of(|| round.tasks(workers)));
            }
        }
    }
}

/// The callers of one key.
struct Round {
    cache: Cache,
    expired: bool,
}

impl Round {
    /// Stores the key and lets it expire, if it is to be expired.
    fn view(&self) -> Cache {
        let view = self.cache.expires_in(60).race_ttl(60);
        view.set("key", &1_u32).expect("it is kept");
        let _scope = testing::scope(self.cache.clone());
        testing::advance(Duration::from_secs(if self.expired { 61 } else { 1 }));
        view
    }

    /// The duration of each thread's call, `at_once` at a time, while another thread computes.
    fn threads(&self, at_once: usize) -> Vec<Duration> {
        let mut times = Vec::with_capacity(THREADS);
        while times.len() < THREADS {
            let (view, begun, ended) = (self.view(), Barrier::new(2), AtomicBool::new(false));
            thread::scope(|scope| {
                // The first batch is ready before the body starts, and the body is long enough for many batches.
                let mut batch = Self::batch(scope, view.clone(), at_once);
                if self.expired {
                    let (view, begun, ended) = (&view, &begun, &ended);
                    scope.spawn(move || {
                        view.get_or_set("key", || {
                            begun.wait();
                            thread::sleep(BODY);
                            ended.store(true, Ordering::SeqCst);
                            2_u32
                        })
                    });
                    begun.wait();
                }
                loop {
                    batch.gate.wait();
                    times.extend(batch.callers.into_iter().filter_map(|caller| caller.join().expect("an answer")));
                    if times.len() >= THREADS || ended.load(Ordering::SeqCst) {
                        return;
                    }
                    batch = Self::batch(scope, view.clone(), at_once);
                }
            });
        }
        times
    }

    /// Threads that call when the gate opens. A thread that calls after the end of the body returns `None`.
    fn batch<'s>(scope: &'s Scope<'s, '_>, view: Cache, threads: usize) -> Batch<'s> {
        let gate = Arc::new(Barrier::new(threads + 1));
        let caller = |_| {
            let (view, gate) = (view.clone(), Arc::clone(&gate));
            scope.spawn(move || {
                gate.wait();
                let begun = Instant::now();
                let value = view.get_or_set("key", || 3_u32);
                (value == 1).then(|| begun.elapsed())
            })
        };
        let callers = (0..threads).map(caller).collect();
        Batch { gate, callers }
    }

    /// The duration of each task's call, on a number of threads, while another task computes.
    fn tasks(&self, workers: usize) -> Vec<Duration> {
        let (view, expired) = (self.view().to_async(), self.expired);
        let mut builder = match workers {
            1 => tokio::runtime::Builder::new_current_thread(),
            _ => tokio::runtime::Builder::new_multi_thread(),
        };
        let runtime = builder.worker_threads(workers).enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let (begun, ended) = (Arc::new(tokio::sync::Notify::new()), Arc::new(AtomicBool::new(false)));
            let leader = expired.then(|| {
                let (view, begun, ended) = (view.clone(), Arc::clone(&begun), Arc::clone(&ended));
                tokio::spawn(async move {
                    let body = async || {
                        begun.notify_one();
                        tokio::time::sleep(BODY).await;
                        ended.store(true, Ordering::SeqCst);
                        2_u32
                    };
                    view.get_or_set("key", body).await
                })
            });
            if leader.is_some() {
                begun.notified().await;
            }
            let call = || {
                let view = view.clone();
                tokio::spawn(async move {
                    let begun = Instant::now();
                    let value = view.get_or_set("key", async || 3_u32).await;
                    (value == 1).then(|| begun.elapsed())
                })
            };
            let callers: Vec<_> = (0..TASKS).map(|_| call()).collect();
            let mut times = Vec::with_capacity(TASKS);
            for caller in callers {
                // `None`: the call came after the end of the body and does not count.
                times.extend(caller.await.expect("an answer"));
            }
            if let Some(leader) = leader {
                leader.await.expect("it computes");
            }
            times
        })
    }
}

struct Batch<'s> {
    gate: Arc<Barrier>,
    callers: Vec<ScopedJoinHandle<'s, Option<Duration>>>,
}

/// The times of all rounds, sorted.
struct Times(Vec<Duration>);

impl Times {
    fn of(round: impl Fn() -> Vec<Duration>) -> Self {
        let mut times: Vec<_> = (0..ROUNDS).flat_map(|_| round()).collect();
        times.sort_unstable();
        Times(times)
    }

    fn at(&self, share: f64) -> f64 {
        let index = (self.0.len() as f64 * share) as usize;
        self.0[index.min(self.0.len() - 1)].as_secs_f64() * 1000.0
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for share in [0.5, 0.99, 0.999, 1.0] {
            write!(f, "{:>9.3}", self.at(share))?;
        }
        let quick = self.0.partition_point(|time| *time < Duration::from_millis(5));
        write!(f, "  {quick} of {}", self.0.len())
    }
}
