//! Batches that miss the same keys at the same time.

use std::collections::HashMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cache_runtime::Cache;
use cache_store_suite::within_a_minute;

use crate::Shared;
use crate::stampede::runtime;

/// How often each of ten keys was computed.
#[derive(Default)]
struct Runs([AtomicU32; 10]);

impl Runs {
    fn compute(&self, missing: &[String]) -> HashMap<String, u32> {
        thread::sleep(Duration::from_millis(100));
        missing.iter().map(|key| (key.clone(), self.run(key))).collect()
    }

    fn run(&self, key: &str) -> u32 {
        self.0[key.parse::<usize>().unwrap()].fetch_add(1, SeqCst)
    }

    fn all(&self) -> Vec<u32> {
        self.0.iter().map(|runs| runs.load(SeqCst)).collect()
    }
}

fn keys(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| (number % 10).to_string()).collect()
}

#[test]
fn overlapping_batches_compute_each_key_once() {
    within_a_minute(|| {
        // With a lifetime of zero nothing is stored, so that only flights can make it one run.
        for cache in [Cache::memory(), Cache::memory().expires_in(0)] {
            let (runs, gate) = (Runs::default(), Barrier::new(2));
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        gate.wait();
                        let values = cache.get_or_set_multi(keys(0..10), |missing| runs.compute(missing));
                        assert_eq!(values.len(), 10);
                        assert!(values.values().all(|value| *value == 0));
                    });
                }
            });
            assert_eq!(runs.all(), [1; 10]);
        }
    });
}

#[test]
fn batches_in_every_order_do_not_wait_in_a_circle() {
    within_a_minute(|| {
        let (cache, runs, gate) = (Cache::memory(), Runs::default(), Barrier::new(20));
        thread::scope(|scope| {
            for start in 0..20 {
                let (cache, runs, gate) = (&cache, &runs, &gate);
                scope.spawn(move || {
                    gate.wait();
                    let asked = if start % 2 == 0 { keys(start..start + 4) } else { keys((start..start + 4).rev()) };
                    assert_eq!(cache.get_or_set_multi(asked, |missing| runs.compute(missing)).len(), 4);
                });
            }
        });
        assert_eq!(runs.all(), [1; 10]);
    });
}

#[test]
fn tasks_share_batches_too() {
    within_a_minute(|| {
        for workers in [0, 2] {
            let (cache, runs) = (Cache::memory().to_async(), std::sync::Arc::new(Runs::default()));
            runtime(workers).block_on(async {
                let tasks: Vec<_> = (0..50)
                    .map(|start| {
                        let (cache, runs) = (cache.clone(), std::sync::Arc::clone(&runs));
                        tokio::spawn(async move {
                            let body = async |missing: Vec<String>| {
                                tokio::time::sleep(Duration::from_millis(20)).await;
                                missing.iter().map(|key| (key.clone(), runs.run(key))).collect::<HashMap<_, _>>()
                            };
                            assert_eq!(cache.get_or_set_multi(keys(start..start + 3), body).await.len(), 3);
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
            });
            assert_eq!(runs.all(), [1; 10], "{workers} workers");
        }
    });
}

#[test]
fn a_batch_takes_what_a_single_call_computes_and_a_single_call_what_a_batch_computes() {
    within_a_minute(|| {
        let (cache, runs) = (Cache::memory(), Runs::default());
        let (begun, begins) = channel();
        thread::scope(|scope| {
            let single = scope.spawn(|| {
                cache.get_or_set("1", || {
                    begun.send(()).unwrap();
                    thread::sleep(Duration::from_millis(300));
                    runs.run("1")
                })
            });
            begins.recv().unwrap();
            let batch = scope.spawn(|| cache.get_or_set_multi(keys(0..3), |missing| runs.compute(missing)));
            assert_eq!((single.join().unwrap(), batch.join().unwrap().len()), (0, 3));
        });
        let (begun, begins) = channel();
        thread::scope(|scope| {
            let batch = scope.spawn(|| {
                cache.get_or_set_multi(keys(5..8), |missing| {
                    begun.send(()).unwrap();
                    runs.compute(missing)
                })
            });
            begins.recv().unwrap();
            assert_eq!(cache.get_or_set("6", || runs.run("6")), 0);
            assert_eq!(batch.join().unwrap().len(), 3);
        });
        assert_eq!(runs.all(), [1, 1, 1, 0, 0, 1, 1, 1, 0, 0]);
    });
}

#[test]
fn a_batch_computes_what_another_one_failed_to_compute() {
    within_a_minute(|| {
        let (cache, runs) = (Cache::memory(), Runs::default());
        let (begun, begins) = channel();
        thread::scope(|scope| {
            let failing = scope.spawn(|| {
                cache.get_or_set_multi(keys(0..5), |_| -> HashMap<String, u32> {
                    begun.send(()).unwrap();
                    thread::sleep(Duration::from_millis(200));
                    std::panic::resume_unwind(Box::new("the body"))
                })
            });
            begins.recv().unwrap();
            let others: Vec<_> = (0..4)
                .map(|start| {
                    let (cache, runs) = (&cache, &runs);
                    scope.spawn(move || cache.get_or_set_multi(keys(start..start + 3), |missing| runs.compute(missing)))
                })
                .collect();
            for other in others {
                assert_eq!(other.join().unwrap().len(), 3);
            }
            assert!(failing.join().is_err());
        });
        assert!(runs.all().iter().all(|runs| *runs <= 2), "{runs:?}", runs = runs.all());
    });
}

#[test]
fn a_batch_may_request_its_own_keys() {
    within_a_minute(|| {
        let cache = Cache::memory();
        let values = cache.get_or_set_multi(keys(0..3), |missing| {
            let inner = cache.get_or_set_multi(keys(0..5), |missing| {
                missing.iter().map(|key| (key.clone(), cache.get_or_set("1", || 1))).collect::<HashMap<_, i32>>()
            });
            missing.iter().map(|key| (key.clone(), inner[key])).collect::<HashMap<_, _>>()
        });
        assert_eq!(values.len(), 3);
    });
}

#[test]
fn a_change_in_another_process_during_a_batch_wins() {
    within_a_minute(|| {
        let shared = Shared::new();
        let (cache, elsewhere) = (shared.open(), shared.open());
        let values = cache.get_or_set_multi(keys(0..3), |missing| {
            elsewhere.delete("1").unwrap();
            elsewhere.set("2", &9_u32).unwrap();
            missing.iter().map(|key| (key.clone(), 7_u32)).collect()
        });
        assert!(values.values().all(|value| *value == 7), "its own caller gets what it computed");
        let stored = cache.read_multi::<u32>(keys(0..3)).unwrap();
        assert_eq!((stored.get("0"), stored.get("1"), stored.get("2")), (Some(&7), None, Some(&9)));
    });
}

#[test]
fn a_tag_that_is_deleted_during_a_batch_outdates_its_values_for_who_comes_later() {
    within_a_minute(|| {
        let (cache, runs) = (Cache::memory().tags(["tag"]), AtomicU32::new(0));
        let (begun, begins) = channel();
        let (end, ends) = channel::<()>();
        thread::scope(|scope| {
            let (cache, runs) = (&cache, &runs);
            let batch = scope.spawn(move || {
                cache.get_or_set_multi(["k"], |missing| {
                    begun.send(()).unwrap();
                    ends.recv().unwrap();
                    missing.iter().map(|key| (key.clone(), runs.fetch_add(1, SeqCst))).collect()
                })
            });
            begins.recv().unwrap();
            assert!(cache.delete_tag("tag").unwrap());
            let later = scope.spawn(|| cache.get_or_set("k", || runs.fetch_add(1, SeqCst)));
            thread::sleep(Duration::from_millis(200)); // It waits for the batch.
            end.send(()).unwrap();
            assert_eq!((batch.join().unwrap()["k"], later.join().unwrap()), (0, 1));
        });
    });
}
