//! Threads, tasks and processes count together: exactly as many pass as the limit says.

use std::path::Path;
use std::thread;

use cache_runtime::Cache;
use cache_runtime::limit::{AsyncRateLimiter, RateLimiter};

use crate::client_process::{output_of, start_client};
use crate::stores::{ALGORITHMS, cluster, in_a_file, incrementing, open, redis};

const TO: u64 = 1_000;

/// How many of 64 threads' 40 attempts pass.
fn passed_by_threads(limiter: &RateLimiter) -> usize {
    let attempt = || (0..40).filter(|_| limiter.check("everybody").expect("the store answers").allowed).count();
    thread::scope(|scope| {
        let started: Vec<_> = (0..64).map(|_| scope.spawn(attempt)).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    })
}

fn assert_exactly(cache: &Cache) {
    for algorithm in ALGORITHMS {
        let limiter = RateLimiter::new(cache, "threads").to(TO).within(86_400).algorithm(algorithm).expect("it can");
        assert_eq!(passed_by_threads(&limiter), TO as usize, "{algorithm:?} on {cache:?}");
    }
}

#[test]
fn of_64_threads_exactly_the_limit_passes() {
    assert_exactly(&Cache::memory());
    let (file, _folder) = in_a_file();
    assert_exactly(&file);
    for address in [redis(), cluster()].into_iter().flatten() {
        assert_exactly(&open(&address));
    }
}

#[test]
fn of_64_threads_exactly_the_limit_passes_on_a_store_that_only_increments() {
    let limiter = RateLimiter::new(&incrementing(), "threads").to(TO).within(86_400);
    assert_eq!(passed_by_threads(&limiter), TO as usize);
}

/// How many attempts of four processes with 16 threads each pass.
fn passed_by_processes(cache: &str, algorithm: &str) -> u64 {
    let started: Vec<_> = (0..4).map(|_| start_client("limit", cache, &[algorithm, &TO.to_string(), "40"])).collect();
    started.into_iter().flat_map(output_of).map(|line| line.parse::<u64>().expect("a number")).sum()
}

#[test]
fn of_four_processes_exactly_the_limit_passes() {
    let (_cache, folder) = in_a_file();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for algorithm in ["fixed", "sliding", "gcra"] {
        assert_eq!(passed_by_processes(&path("shared.sqlite3"), algorithm), TO, "{algorithm}");
    }
    assert!(Path::new(&path("shared.sqlite3")).exists());
    for address in [redis(), cluster()].into_iter().flatten() {
        for algorithm in ["fixed", "sliding", "gcra"] {
            assert_eq!(passed_by_processes(&address, algorithm), TO, "{algorithm} at {address}");
        }
    }
}

/// Half of the attempts are blocking, and half are tasks.
#[test]
fn threads_and_tasks_count_together() {
    let cache = Cache::memory();
    let blocking = RateLimiter::new(&cache, "both").to(100).within(60);
    let tasks = AsyncRateLimiter::new(&cache.to_async(), "both").to(100).within(60);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let of_tasks = runtime.block_on(async {
        let started: Vec<_> = (0..80)
            .map(|_| {
                let tasks = tasks.clone();
                tokio::spawn(async move { tasks.check("everybody").await.expect("the store answers").allowed })
            })
            .collect();
        let mut passed = 0;
        for task in started {
            passed += usize::from(task.await.expect("no panic"));
        }
        passed
    });
    let of_threads = (0..80).filter(|_| blocking.check("everybody").unwrap().allowed).count();
    assert_eq!(of_tasks + of_threads, 100);
}
