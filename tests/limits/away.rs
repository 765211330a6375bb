//! A store that is away, and no store.

use std::error::Error as _;
use std::time::Duration;

use cache_runtime::limit::{Algorithm, RateLimiter, WhenAway};
use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, ErrorKind};
use tracing::Level;

use crate::logged::logged;
use crate::stores::{ALGORITHMS, incrementing};

/// A cache that can be told to fail.
fn fragile() -> (Cache, Chaos) {
    let chaos = Chaos::over(&Cache::memory());
    (Cache::new(chaos.clone()), chaos)
}

fn passed(limiter: &RateLimiter, attempts: usize) -> usize {
    (0..attempts).filter(|_| limiter.check("client").expect("it is not closed").allowed).count()
}

#[test]
fn an_open_limiter_lets_everybody_pass_and_warns_once() {
    for algorithm in ALGORITHMS {
        let (cache, chaos) = fragile();
        let limiter = RateLimiter::new(&cache, "login").to(2).within(60).algorithm(algorithm).unwrap();
        assert_eq!(passed(&limiter, 5), 2);
        chaos.fail(true);
        let (passed, lines) = logged(Level::WARN, || passed(&limiter, 20));
        assert_eq!(passed, 20);
        let own: Vec<_> = lines.iter().filter(|line| line.contains("login")).collect();
        assert_eq!(own.len(), 1, "{lines:#?}");
        let decision = limiter.check("client").unwrap();
        assert_eq!((decision.allowed, decision.limit, decision.remaining), (true, 2, 2));
    }
}

#[test]
fn a_closed_limiter_lets_nobody_pass() {
    let (cache, chaos) = fragile();
    let limiter = RateLimiter::new(&cache, "login").to(2).within(60).when_away(WhenAway::Closed);
    assert_eq!(passed(&limiter, 5), 2);
    chaos.fail(true);
    let error = limiter.check("another").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("`login`"), "{error}");
    let refused = limiter.attempt("another", || ()).unwrap_err();
    assert!(refused.decision().is_none() && refused.source().is_some());
    assert_eq!((refused.name(), refused.retry_after()), ("login", Duration::from_secs(1)));
}

#[test]
fn a_local_limiter_counts_in_this_process() {
    for algorithm in ALGORITHMS {
        let (cache, chaos) = fragile();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "login").to(3).within(60).when_away(WhenAway::Local);
        let limiter = limiter.algorithm(algorithm).unwrap();
        chaos.fail(true);
        assert_eq!(passed(&limiter, 10), 3, "{algorithm:?}");
        assert_eq!(RateLimiter::new(&cache, "login").to(3).check("another").unwrap().remaining, 3, "this one is open");
        let refused = limiter.check("client").unwrap();
        testing::advance(refused.retry_after);
        assert!(limiter.check("client").unwrap().allowed, "{algorithm:?}");
        assert!(limiter.reset("client").is_err(), "the store is away");
        assert_eq!(passed(&limiter, 10), 3, "it is reset in this process nevertheless: {algorithm:?}");
    }
}

#[test]
fn a_local_limiter_bans_and_joins_as_others_do() {
    let (cache, chaos) = fragile();
    let _scope = testing::scope(cache.clone());
    let daily = RateLimiter::new(&cache, "daily").to(2).within(86_400);
    let both =
        RateLimiter::new(&cache, "burst").to(5).within(1).ban(600).when_away(WhenAway::Local).and(daily).unwrap();
    chaos.fail(true);
    assert_eq!(passed(&both, 10), 2);
}

#[test]
fn what_a_flood_of_others_does_not_do_to_a_local_limit() {
    let (cache, chaos) = fragile();
    let limiter = RateLimiter::new(&cache, "login").to(1).within(3600).when_away(WhenAway::Local);
    chaos.fail(true);
    assert!(limiter.check("client").unwrap().allowed);
    for other in 0..100_100_u32 {
        limiter.check(&other).unwrap();
    }
    assert!(!limiter.check("client").unwrap().allowed);
}

#[test]
fn nothing_is_given_back_that_was_not_taken() {
    let (cache, chaos) = fragile();
    let _scope = testing::scope(cache.clone());
    let limiter = RateLimiter::new(&cache, "login").to(2).within(60).only_failures();
    assert_eq!(passed(&limiter, 1), 1);
    chaos.fail_next(1);
    let during: Result<(), cache_runtime::limit::RateLimited> = limiter.try_attempt("client", || Ok(()));
    assert!(during.is_ok());
    assert_eq!(limiter.peek("client").unwrap().remaining, 1);
}

#[test]
fn a_store_that_fails_at_once_counts_again_afterwards() {
    let (cache, chaos) = fragile();
    let limiter = RateLimiter::new(&cache, "login").to(2).within(60);
    chaos.fail_next(1);
    assert_eq!(passed(&limiter, 10), 3, "one passed unchecked");
}

#[test]
fn on_no_cache_everybody_passes_with_one_warning() {
    let cache = Cache::none();
    let (passed, lines) = logged(Level::WARN, || {
        let limiters: Vec<_> = (0..3).map(|_| RateLimiter::new(&cache, "login").to(1).within(60)).collect();
        let gcra = limiters[0].clone().algorithm(Algorithm::Gcra).expect("nothing is counted, in any way");
        let both = limiters[1].clone().and(RateLimiter::new(&cache, "daily").to(1)).expect("in any number");
        passed(&limiters[0], 10) + passed(&gcra, 10) + passed(&both, 10)
    });
    assert_eq!(passed, 30);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("`login`") && lines[0].contains("NoCache"), "{lines:#?}");
}

#[test]
fn a_configured_cache_gives_no_warning() {
    let (_, lines) = logged(Level::WARN, || {
        for cache in [Cache::memory(), incrementing()] {
            passed(&RateLimiter::new(&cache, "login").to(1).within(60), 3);
        }
    });
    assert_eq!(lines, Vec::<String>::new());
}
