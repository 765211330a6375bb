//! A stampede of threads or tasks on a key: it is computed once. Tested over SQLite and over Redis.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use cache_runtime::Cache;

/// How long a computation takes: long enough for all other callers to arrive during it.
pub(crate) const COMPUTATION: Duration = Duration::from_millis(200);

pub(crate) fn a_thousand_threads_compute_a_cold_key_once(cache: &Cache) {
    let (runs, gate) = (AtomicU32::new(0), Barrier::new(1000));
    thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                gate.wait();
                let value = cache.get_or_set("by threads", || {
                    thread::sleep(COMPUTATION);
                    runs.fetch_add(1, SeqCst)
                });
                assert_eq!(value, 0);
            });
        }
    });
    assert_eq!(runs.load(SeqCst), 1);
}

pub(crate) fn ten_thousand_tasks_compute_a_cold_key_once(cache: &Cache) {
    for workers in [0, 2] {
        let (cache, runs) = (cache.to_async(), Arc::new(AtomicU32::new(0)));
        let key = format!("by tasks of {workers} workers");
        runtime(workers).block_on(async {
            let tasks: Vec<_> = (0..10_000)
                .map(|_| {
                    let (cache, runs, key) = (cache.clone(), Arc::clone(&runs), key.clone());
                    tokio::spawn(async move {
                        let body = async || {
                            tokio::time::sleep(COMPUTATION).await;
                            runs.fetch_add(1, SeqCst)
                        };
                        assert_eq!(cache.get_or_set(&key, body).await, 0);
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        assert_eq!(runs.load(SeqCst), 1, "{workers} workers");
    }
}

/// A runtime with so many workers, or a single-threaded one for 0.
pub(crate) fn runtime(workers: usize) -> tokio::runtime::Runtime {
    let mut builder = match workers {
        0 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(workers.max(1)).enable_all().build().unwrap()
}
