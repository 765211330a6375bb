//! The algorithms beside an exact log, on a clock that the test moves: no lawful client is refused, and no more than the
//! stated bound passes in any window.

use std::time::Duration;

use cache_runtime::limit::{Algorithm, RateLimiter};
use cache_runtime::{Cache, testing};

use crate::stores::{ALGORITHMS, incrementing};

const TO: usize = 10;
const WITHIN: u64 = 60_000;

/// The most that passes in any period of a window's length, as the documentation says.
fn bound(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::SlidingWindow => 2 * TO,
        _ => 2 * TO - 1,
    }
}

/// When a client sends, in milliseconds from the start on.
type Times = Vec<u64>;

/// The times at which the limiter lets the client pass.
fn passed(cache: Cache, algorithm: Algorithm, times: &Times) -> Times {
    let _scope = testing::scope(cache.clone());
    let limiter = RateLimiter::new(&cache, "simulated").to(TO as u64).within(Duration::from_millis(WITHIN));
    let limiter = limiter.algorithm(algorithm).expect("the store can");
    let mut now = 0;
    let mut passes = |time: &u64| {
        testing::advance(Duration::from_millis(time - now));
        now = *time;
        limiter.check("client").expect("the store answers").allowed
    };
    times.iter().copied().filter(|time| passes(time)).collect()
}

/// The times at which an exact log lets the client pass: it knows each request that passed within the last window.
fn passed_by_log(times: &Times) -> Times {
    let mut log: Times = Vec::new();
    for time in times {
        if log.iter().filter(|passed| **passed + WITHIN > *time).count() < TO {
            log.push(*time);
        }
    }
    log
}

/// The most in any period of a window's length.
fn most(passed: &Times) -> usize {
    let inside = |start: &u64| passed.iter().filter(|time| (*start..*start + WITHIN).contains(time)).count();
    passed.iter().map(inside).max().unwrap_or(0)
}

fn steady(every: u64, count: u64) -> Times {
    (0..count).map(|number| number * every).collect()
}

/// Random times, with bursts and pauses.
fn random(seed: u64, count: usize) -> Times {
    let (mut state, mut time) = (seed, 0);
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut times = Times::new();
    while times.len() < count {
        time += if next(4) == 0 { next(30_000) } else { next(500) };
        times.push(time);
    }
    times
}

#[test]
fn a_steady_client_within_its_limit_is_never_refused() {
    // At its limit exactly, and below it; also with an offset to the windows of the clock.
    for every in [WITHIN / TO as u64, 6_001, 7_000, 60_000, 61_000] {
        for start in [0, 1, 2_999, 3_000, 59_999] {
            let times: Times = steady(every, 130).iter().map(|time| time + start).collect();
            assert_eq!(passed_by_log(&times), times);
            for algorithm in ALGORITHMS {
                let passed = passed(Cache::memory(), algorithm, &times);
                assert_eq!(passed.len(), times.len(), "{algorithm:?}, one every {every} ms from {start} on");
            }
        }
    }
}

#[test]
fn a_lawful_burst_is_never_refused_by_a_fixed_window_and_gcra() {
    for seed in 0..10 {
        let lawful = passed_by_log(&random(seed, 300));
        for algorithm in [Algorithm::FixedWindow, Algorithm::Gcra] {
            assert_eq!(passed(Cache::memory(), algorithm, &lawful), lawful, "{algorithm:?}, seed {seed}");
        }
    }
}

#[test]
fn a_sliding_window_lets_bursts_pass_that_are_two_windows_apart() {
    let burst = |number: u64| vec![number * 2 * WITHIN; TO];
    let times: Times = (0..10).flat_map(burst).collect();
    assert_eq!(passed(Cache::memory(), Algorithm::SlidingWindow, &times), times);
}

#[test]
fn a_client_above_its_limit_gets_about_what_the_limit_is() {
    let times = steady(5_000, 360); // 12 in a window
    for (algorithm, least, highest) in
        [(Algorithm::FixedWindow, 295, 310), (Algorithm::SlidingWindow, 265, 310), (Algorithm::Gcra, 300, 310)]
    {
        let passed = passed(Cache::memory(), algorithm, &times);
        assert!((least..=highest).contains(&passed.len()), "{algorithm:?}: {}", passed.len());
        assert!(most(&passed) <= TO + 2, "{algorithm:?}: {}", most(&passed));
    }
}

#[test]
fn a_flood_gets_no_more_than_the_limit() {
    let times = steady(50, 12_000); // 20 a second, for ten minutes
    for (algorithm, highest) in [(Algorithm::FixedWindow, 100), (Algorithm::SlidingWindow, 110), (Algorithm::Gcra, 110)]
    {
        let passed = passed(Cache::memory(), algorithm, &times);
        assert!((90..=highest).contains(&passed.len()), "{algorithm:?}: {}", passed.len());
        assert!(most(&passed) <= bound(algorithm), "{algorithm:?}: {}", most(&passed));
    }
}

#[test]
fn no_more_than_the_bound_passes_in_any_window() {
    for seed in 100..106 {
        let times = random(seed, 500);
        for algorithm in ALGORITHMS {
            let most = most(&passed(Cache::memory(), algorithm, &times));
            assert!(most <= bound(algorithm), "{algorithm:?}, seed {seed}: {most}");
        }
    }
}

/// The bound is reached: two bursts around the end of a window.
#[test]
fn two_bursts_around_the_end_of_a_fixed_window_pass() {
    let times: Times = [vec![0], vec![WITHIN - 1; TO], vec![WITHIN; TO]].concat();
    assert_eq!(most(&passed(Cache::memory(), Algorithm::FixedWindow, &times)), 2 * TO - 1);
}

/// The case that a fixed window is bad at.
#[test]
fn of_two_bursts_around_a_full_minute_a_sliding_window_refuses_the_second() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let limiter = RateLimiter::new(&cache, "api").to(100).within(60);
    let limiter = limiter.algorithm(Algorithm::SlidingWindow).unwrap();
    // The end of the window in which the test runs.
    let left = 60_000 - u64::try_from(now_millis() % 60_000).unwrap();
    testing::advance(Duration::from_millis(left + 59_000));
    assert_eq!((0..100).filter(|_| limiter.check("client").unwrap().allowed).count(), 100);
    testing::advance(Duration::from_secs(2));
    let passed = (0..100).filter(|_| limiter.check("client").unwrap().allowed).count();
    assert!(passed <= 3, "{passed}");
}

/// The time of the scope's clock, which a counter's expiry tells.
fn now_millis() -> u128 {
    let cache = cache_runtime::cache();
    cache.expires_in(3600).set("clock", &1).unwrap();
    let Some(cache_runtime::Expiry::At(moment)) = cache.expiry("clock").unwrap() else { panic!("it expires") };
    let since = moment.duration_since(std::time::SystemTime::UNIX_EPOCH).expect("after 1970");
    since.as_millis() - 3_600_000
}

#[test]
fn a_store_that_only_increments_has_the_same_fixed_window() {
    for seed in 200..205 {
        let times = random(seed, 300);
        let algorithm = Algorithm::FixedWindow;
        assert_eq!(
            passed(incrementing(), algorithm, &times),
            passed(Cache::memory(), algorithm, &times),
            "seed {seed}"
        );
    }
}
