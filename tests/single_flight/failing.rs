//! Computations that fail while a crowd waits.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, LazyLock};
use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};
use cache_suite::within_a_minute;

use crate::Shared;
use crate::stampede::runtime;

/// Counts how many compute at once, and how often a computation has failed.
#[derive(Default)]
struct Source {
    computing: AtomicUsize,
    failures: AtomicUsize,
    runs: AtomicUsize,
}

impl Source {
    /// Begins a computation, and asserts that no more run than may after so many failures.
    fn begin(&self) -> usize {
        let computing = self.computing.fetch_add(1, SeqCst) + 1;
        let allowed = self.failures.load(SeqCst) + 1;
        assert!(computing <= allowed, "{computing} compute at once after {} failures", allowed - 1);
        self.runs.fetch_add(1, SeqCst)
    }

    fn fail(&self) -> Result<usize, &'static str> {
        self.failures.fetch_add(1, SeqCst);
        self.computing.fetch_sub(1, SeqCst);
        Err("it fails")
    }

    fn succeed(&self, value: usize) -> Result<usize, &'static str> {
        self.computing.fetch_sub(1, SeqCst);
        Ok(value)
    }
}

#[test]
fn a_crowd_of_threads_does_not_stampede_a_failing_source() {
    within_a_minute(|| {
        let (cache, source, gate) = (Cache::memory(), Source::default(), Barrier::new(200));
        thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    gate.wait();
                    let answer = cache.try_get_or_set("ill", || {
                        source.begin();
                        thread::sleep(Duration::from_millis(50));
                        source.fail()
                    });
                    assert_eq!(answer, Err("it fails"));
                });
            }
        });
        assert_eq!(source.runs.load(SeqCst), 200, "an `Err` reaches only its own caller");
    });
}

#[test]
fn one_success_after_failures_serves_the_crowd() {
    within_a_minute(|| {
        let (cache, source) = (Cache::memory().expires_in(0).to_async(), Arc::new(Source::default()));
        let answers = runtime(2).block_on(async {
            let tasks: Vec<_> = (0..500)
                .map(|_| {
                    let (cache, source) = (cache.clone(), Arc::clone(&source));
                    tokio::spawn(async move {
                        let body = async || {
                            let run = source.begin();
                            tokio::time::sleep(Duration::from_millis(100)).await;
                            if run < 5 { source.fail() } else { source.succeed(run) }
                        };
                        cache.try_get_or_set("ill", body).await
                    })
                })
                .collect();
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await.unwrap());
            }
            answers
        });
        assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 5);
        assert!(source.runs.load(SeqCst) <= 5 + 6, "{:?} runs", source.runs);
    });
}

#[test]
fn a_panic_counts_as_a_failure_and_a_cancelled_call_does_not() {
    within_a_minute(|| {
        let (cache, source, gate) = (Cache::memory(), Source::default(), Barrier::new(50));
        thread::scope(|scope| {
            let threads: Vec<_> = (0..50)
                .map(|_| {
                    scope.spawn(|| {
                        gate.wait();
                        cache.get_or_set("panics", || {
                            source.begin();
                            thread::sleep(Duration::from_millis(20));
                            let _ = source.fail();
                            std::panic::resume_unwind(Box::new("the body"))
                        })
                    })
                })
                .collect();
            for thread in threads {
                let answer: Result<u8, _> = thread.join();
                assert!(answer.is_err());
            }
        });
        assert_eq!(source.runs.load(SeqCst), 50);
    });
}

static RUNS: AtomicUsize = AtomicUsize::new(0);
static GATE: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

#[cached(key = "refused", store_if = |_| false)]
fn refused() -> usize {
    let run = RUNS.fetch_add(1, SeqCst);
    if run == 0 {
        GATE.wait();
        GATE.wait();
    }
    run
}

#[test]
fn a_value_that_a_condition_refuses_is_not_given_to_who_came_after_a_change_elsewhere() {
    within_a_minute(|| {
        let shared = Shared::new();
        let (cache, elsewhere) = (shared.open(), shared.open());
        let ask = || {
            let _scope = testing::scope(cache.clone());
            refused()
        };
        thread::scope(|scope| {
            let first = scope.spawn(ask);
            GATE.wait();
            elsewhere.delete("refused").unwrap();
            let second = scope.spawn(ask);
            thread::sleep(Duration::from_millis(200)); // The second one waits for the first.
            GATE.wait();
            assert_eq!((first.join().unwrap(), second.join().unwrap()), (0, 1));
        });
    });
}
