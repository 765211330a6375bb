//! `retry_after` is true: who waits so long passes, and who waits a moment less does not.

use std::thread::sleep;
use std::time::{Duration, Instant};

use cache_runtime::limit::{Algorithm, Decision, RateLimiter};
use cache_runtime::{Cache, testing};

use crate::stores::{ALGORITHMS, cluster, in_a_file, incrementing, open, redis};

const MILLISECOND: Duration = Duration::from_millis(1);

fn limiter(cache: &Cache, algorithm: Algorithm) -> RateLimiter {
    RateLimiter::new(cache, "waiting").to(7).within(Duration::from_millis(1300)).algorithm(algorithm).expect("it can")
}

fn check(limiter: &RateLimiter) -> Decision {
    limiter.check("client").expect("the store answers")
}

/// Asks until it is refused.
fn refused(limiter: &RateLimiter) -> Decision {
    (0..1000).map(|_| check(limiter)).find(|decision| !decision.allowed).expect("it is limited")
}

#[test]
fn waiting_exactly_so_long_lets_the_next_one_through_on_a_moved_clock() {
    let (file, _folder) = in_a_file();
    let bounded = ALGORITHMS.iter().flat_map(|algorithm| [(Cache::memory(), *algorithm), (file.clone(), *algorithm)]);
    for (cache, algorithm) in bounded.chain([(incrementing(), Algorithm::FixedWindow)]) {
        let _scope = testing::scope(cache.clone());
        let limiter = limiter(&cache, algorithm);
        for round in 0..50_u64 {
            let decision = refused(&limiter);
            // Long windows look back on two of them.
            assert!(decision.retry_after <= Duration::from_millis(2600), "{algorithm:?}: {decision:?}");
            assert!(decision.retry_after > Duration::ZERO, "{algorithm:?}: {decision:?}");
            testing::advance(decision.retry_after - MILLISECOND);
            assert!(!check(&limiter).allowed, "{algorithm:?}: {decision:?} in round {round}");
            testing::advance(MILLISECOND);
            assert!(check(&limiter).allowed, "{algorithm:?}: {decision:?} in round {round}");
            testing::advance(Duration::from_millis(round * 37));
        }
    }
}

/// Redis keeps its own time, so this waits.
#[test]
fn waiting_exactly_so_long_lets_the_next_one_through_on_redis() {
    for address in [redis(), cluster()].into_iter().flatten() {
        for algorithm in ALGORITHMS {
            let cache = open(&address);
            let limiter = limiter(&cache, algorithm);
            for _ in 0..2 {
                let decision = refused(&limiter);
                let answered = Instant::now();
                sleep(decision.retry_after.saturating_sub(answered.elapsed()));
                assert!(check(&limiter).allowed, "{algorithm:?}: {decision:?}");
            }
        }
    }
}

#[test]
fn nobody_waits_longer_than_the_window() {
    for algorithm in [Algorithm::FixedWindow, Algorithm::Gcra] {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let decision = refused(&limiter(&cache, algorithm));
        assert!(decision.retry_after <= Duration::from_millis(1300), "{algorithm:?}: {decision:?}");
    }
    let Some(address) = redis() else { return };
    let decision = refused(&limiter(&open(&address), Algorithm::FixedWindow));
    assert!(decision.retry_after <= Duration::from_millis(1300), "{decision:?}");
}

#[test]
fn everything_is_forgotten_after_reset_after() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = limiter(&cache, algorithm);
        for round in 0..20 {
            let decision = if round % 2 == 0 { refused(&limiter) } else { check(&limiter) };
            testing::advance(decision.reset_after);
            let peeked = limiter.peek("client").unwrap();
            assert_eq!(peeked.remaining, 7, "{algorithm:?}: {decision:?}, then {peeked:?}");
        }
    }
}
