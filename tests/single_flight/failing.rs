//! Computations that fail while a crowd waits.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, LazyLock};
use std::thread;
use std::time::Duration;

use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, cached};
use cache_store_suite::within_a_minute;

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

/// The first computation begins and ends when the test does, too; each returns its number.
struct Gated {
    runs: AtomicUsize,
    gate: Barrier,
}

impl Gated {
    fn new() -> Self {
        Gated { runs: AtomicUsize::new(0), gate: Barrier::new(2) }
    }

    fn compute(&self) -> usize {
        let run = self.runs.fetch_add(1, SeqCst);
        if run == 0 {
            self.gate.wait();
            self.gate.wait();
        }
        run
    }

    /// Lets a second call come after a change that is made while the first one computes, and returns what they answer.
    fn around(&self, call: impl Fn() -> usize + Sync, change: impl FnOnce(), end: impl FnOnce()) -> [usize; 2] {
        thread::scope(|scope| {
            let first = scope.spawn(&call);
            self.gate.wait();
            change();
            let second = scope.spawn(&call);
            thread::sleep(Duration::from_millis(200)); // The second one waits for the first.
            end();
            self.gate.wait();
            [first, second].map(|call| call.join().unwrap())
        })
    }
}

static REFUSED: LazyLock<Gated> = LazyLock::new(Gated::new);

#[cached(key = "refused", store_if = |_| false)]
fn refused() -> usize {
    REFUSED.compute()
}

static REFUSED_AND_TAGGED: LazyLock<Gated> = LazyLock::new(Gated::new);

#[cached(key = "refused and tagged", tags = ["tag"], store_if = |_| false)]
fn refused_and_tagged() -> usize {
    REFUSED_AND_TAGGED.compute()
}

#[test]
fn a_value_that_a_condition_refuses_is_not_given_to_who_came_after_a_change() {
    within_a_minute(|| {
        let shared = Shared::new();
        let (cache, elsewhere) = (shared.open(), shared.open());
        let in_scope = |call: fn() -> usize| {
            let cache = cache.clone();
            move || {
                let _scope = testing::scope(cache.clone());
                call()
            }
        };
        let delete = || assert!(!elsewhere.delete("refused").unwrap());
        assert_eq!(REFUSED.around(in_scope(refused), delete, || {}), [0, 1]);
        let delete = || assert!(elsewhere.delete_tag("tag").unwrap());
        assert_eq!(REFUSED_AND_TAGGED.around(in_scope(refused_and_tagged), delete, || {}), [0, 1]);
    });
}

#[test]
fn a_value_that_cannot_be_stored_is_not_given_to_who_came_after_a_change_elsewhere() {
    within_a_minute(|| {
        let (elsewhere, gated) = (Cache::memory(), Gated::new());
        let chaos = Chaos::over(&elsewhere);
        let cache = Cache::new(chaos.clone());
        let call = || cache.get_or_set("k", || gated.compute());
        let delete = || assert!(!elsewhere.delete("k").unwrap());
        assert_eq!(gated.around(call, delete, || chaos.fail_writes(true)), [0, 1]);
    });
}

#[test]
fn a_value_whose_claim_could_not_be_recorded_is_not_given_to_who_came_after_a_change_elsewhere() {
    fn of_one(cache: &Cache, gated: &Gated) -> usize {
        cache.get_or_set("k", || gated.compute())
    }
    fn of_a_batch(cache: &Cache, gated: &Gated) -> usize {
        cache.get_or_set_multi(["k"], |_| HashMap::from([("k".to_owned(), gated.compute())]))["k"]
    }
    within_a_minute(|| {
        for call in [of_one, of_a_batch] {
            let (elsewhere, gated) = (Cache::memory(), Gated::new());
            let chaos = Chaos::over(&elsewhere);
            let cache = Cache::new(chaos.clone());
            chaos.fail_writes(true);
            let change = || {
                chaos.fail_writes(false);
                assert!(!elsewhere.delete("k").unwrap());
            };
            assert_eq!(gated.around(|| call(&cache, &gated), change, || {}), [0, 1]);
        }
    });
}

#[test]
fn a_value_whose_claim_could_not_be_recorded_is_not_stored() {
    let chaos = Chaos::over(&Cache::memory());
    let cache = Cache::new(chaos.clone());
    chaos.fail_writes(true);
    let recovers = || {
        chaos.fail_writes(false);
        1
    };
    assert_eq!(cache.get_or_set("k", recovers), 1);
    assert_eq!(cache.get::<i32>("k").unwrap(), None, "it might overwrite a change of another process");
    chaos.fail_writes(true);
    let values = cache.get_or_set_multi(["a", "b"], |missing| {
        chaos.fail_writes(false);
        missing.iter().map(|key| (key.clone(), 1)).collect()
    });
    assert_eq!((values.len(), cache.read_multi::<i32>(["a", "b"]).unwrap().len()), (2, 0));
    assert_eq!((cache.get_or_set("k", || 2), cache.get::<i32>("k").unwrap()), (2, Some(2)));
}
