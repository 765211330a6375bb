//! One computation, however many threads, tasks and processes ask, and changes in the middle of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use cache_servers::{Redis, own_name};
use cache_suite::within_a_minute;

use crate::processes::{compute, run, said};
use crate::scenery::{in_cluster, open, shared};

/// An address of its own in the server that the tests share.
fn address() -> Option<String> {
    Some(format!("{}?shared_lease=3&timeout=30&namespace={}:", Redis::shared()?.url(), own_name()))
}

#[test]
fn a_thousand_threads_run_a_cold_key_once() {
    let Some(cache) = shared() else { return };
    within_a_minute(move || {
        let (runs, start) = (AtomicU32::new(0), Barrier::new(1000));
        let ask = || {
            start.wait();
            cache.get_or_set("key", || {
                thread::sleep(Duration::from_millis(200));
                runs.fetch_add(1, Ordering::Relaxed) + 7
            })
        };
        thread::scope(|scope| {
            let started: Vec<_> = (0..1000).map(|_| scope.spawn(ask)).collect();
            assert!(started.into_iter().all(|thread| thread.join().expect("no panic") == 7));
        });
        assert_eq!(runs.into_inner(), 1);
    });
}

#[test]
fn ten_thousand_tasks_run_a_cold_key_once() {
    let Some(cache) = shared() else { return };
    within_a_minute(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let runs = Arc::new(AtomicU32::new(0));
        let ask = || {
            let (cache, runs) = (cache.to_async(), Arc::clone(&runs));
            async move {
                let compute = async || {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    runs.fetch_add(1, Ordering::Relaxed) + 7
                };
                cache.get_or_set("key", compute).await
            }
        };
        runtime.block_on(async {
            let started: Vec<_> = (0..10_000).map(|_| tokio::spawn(ask())).collect();
            for task in started {
                assert_eq!(task.await.expect("no panic"), 7);
            }
        });
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn eight_processes_compute_a_cold_shared_key_once() {
    let Some(address) = address() else { return };
    within_a_minute(move || {
        let (computed, mut answers) = run(&address, "shared", 8);
        answers.dedup();
        assert_eq!((computed, answers.len()), (1, 1), "{answers:?}");
    });
}

#[test]
fn eight_processes_compute_an_expired_key_once_in_its_window() {
    let Some(address) = address() else { return };
    within_a_minute(move || {
        open(&address).expires_in(1).race_ttl(60).set("key", &1_u32).unwrap();
        // Time is the processes' own here, so the test has to wait for the expiry.
        thread::sleep(Duration::from_millis(1100));
        let (computed, answers) = run(&address, "window", 8);
        assert_eq!(computed, 1);
        assert!(answers.iter().any(|answer| answer == "1"), "those who lost had the old one: {answers:?}");
    });
}

#[test]
fn when_the_holder_is_killed_another_takes_over_after_the_lease() {
    let Some(address) = address() else { return };
    within_a_minute(move || {
        let mut holder = compute(&address, "shared", "key", "600000");
        assert_eq!(said(&mut holder).next().unwrap().unwrap(), "computing");
        holder.kill().unwrap();
        holder.wait().unwrap();
        let begun = Instant::now();
        assert_eq!(open(&address).shared().get_or_set("key", || 7_u32), 7);
        assert!(begun.elapsed() > Duration::from_secs(1), "the lease of 3 seconds keeps others away while it lasts");
        assert!(begun.elapsed() < Duration::from_secs(30), "and no longer");
    });
}

/// What another machine changes while a value is computed wins.
#[test]
fn a_change_from_elsewhere_in_the_middle_wins() {
    let Some(address) = address() else { return };
    let Some(cluster) = in_cluster() else { return };
    within_a_minute(move || {
        let change = |name: &str, cache: &Cache| match name {
            "set" => cache.set("key", "changed").unwrap(),
            "delete" => assert!(!cache.delete("key").unwrap()),
            "clear" => assert_eq!(cache.clear().unwrap(), 0),
            _ => assert_eq!(cache.refresh("key", || "changed".to_owned()), "changed"),
        };
        for (here, there) in [(open(&address), open(&address)), (cluster.clone(), cluster)] {
            for name in ["set", "delete", "clear", "refresh"] {
                here.clear().unwrap();
                let late = here.get_or_set("key", || {
                    change(name, &there);
                    "late".to_owned()
                });
                assert_eq!(late, "late", "it is its caller's");
                let kept = matches!(name, "set" | "refresh").then(|| "changed".to_owned());
                assert_eq!(here.get::<String>("key").unwrap(), kept, "{name}");
            }
        }
    });
}
