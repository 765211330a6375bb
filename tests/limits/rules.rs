//! What a limiter can be told: costs, bans, several limits, failures only; and what its answers say.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cache_runtime::limit::{Algorithm, RateLimited, RateLimiter};
use cache_runtime::store::Timestamp;
use cache_runtime::{Cache, ErrorKind, Event, Ttl, testing};

use crate::stores::{ALGORITHMS, incrementing};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn passes(limiter: &RateLimiter) -> bool {
    limiter.check("client").expect("the store answers").allowed
}

#[test]
fn under_and_at_the_limit_passes_and_above_does_not() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "api").to(2).within(60).algorithm(algorithm).unwrap();
        let first = limiter.check("client").unwrap();
        assert_eq!((first.allowed, first.limit, first.remaining, first.retry_after), (true, 2, 1, Duration::ZERO));
        let second = limiter.check("client").unwrap();
        assert_eq!((second.allowed, second.remaining), (true, 0));
        let third = limiter.check("client").unwrap();
        assert_eq!((third.allowed, third.remaining), (false, 0), "{algorithm:?}");
        assert!(third.retry_after > Duration::ZERO);
        assert!(limiter.check("another").unwrap().allowed);
    }
}

#[test]
fn a_peek_says_what_a_check_would_and_counts_nothing() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "api").to(1).within(60).algorithm(algorithm).unwrap();
        for _ in 0..3 {
            let peeked = limiter.peek("client").unwrap();
            assert_eq!((peeked.allowed, peeked.remaining, peeked.reset_after), (true, 1, Duration::ZERO));
        }
        assert!(passes(&limiter));
        let peeked = limiter.peek("client").unwrap();
        assert!(!peeked.allowed && peeked.retry_after > Duration::ZERO, "{algorithm:?}: {peeked:?}");
    }
}

#[test]
fn a_reset_frees_the_client() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "api").to(1).within(60).ban(3600).algorithm(algorithm).unwrap();
        assert!(!limiter.reset("client").unwrap(), "there was nothing");
        assert!(passes(&limiter) && !passes(&limiter) && !passes(&limiter));
        assert!(limiter.reset("client").unwrap());
        assert!(passes(&limiter), "{algorithm:?}");
    }
}

#[test]
fn a_cost_is_taken_as_a_whole_or_not_at_all() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "api").to(10).within(60).algorithm(algorithm).unwrap();
        let of = |cost| limiter.clone().cost(cost);
        assert!(passes(&of(7)) && !passes(&of(4)) && passes(&of(3)), "{algorithm:?}");
        assert!(!passes(&of(1)));
        let never = of(11).check("another").unwrap();
        assert_eq!((never.allowed, never.retry_after), (false, Duration::MAX));
    }
}

#[test]
fn a_smaller_cost_may_pass_after_a_larger_one_was_refused() {
    let cache = Cache::memory();
    let limiter = RateLimiter::new(&cache, "api").to(10).within(60);
    assert!(!passes(&limiter.clone().cost(11)));
    assert!(passes(&limiter.clone().cost(9)) && !passes(&limiter.clone().cost(2)) && passes(&limiter));
}

/// Stops the clock of the scope a second after a minute has begun: a sliding window weighs the windows of the clock.
fn at_the_start_of_a_minute() {
    testing::advance(Duration::ZERO);
    let since = Timestamp::now().as_millis() % 60_000;
    testing::advance(Duration::from_millis(61_000 - since.unsigned_abs()));
}

#[test]
fn a_ban_lasts_from_the_first_refusal_on() {
    for (cache, algorithm) in ALGORITHMS
        .map(|algorithm| (Cache::memory(), algorithm))
        .into_iter()
        .chain([(incrementing(), Algorithm::FixedWindow)])
    {
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "login").to(1).within(60).ban(600).algorithm(algorithm).unwrap();
        at_the_start_of_a_minute();
        assert!(passes(&limiter));
        testing::advance(seconds(10));
        assert_eq!(limiter.check("client").unwrap().retry_after, seconds(600), "{algorithm:?}");
        testing::advance(seconds(300));
        let refused = limiter.check("client").unwrap();
        assert_eq!((refused.allowed, refused.retry_after), (false, seconds(300)), "{algorithm:?}");
        testing::advance(seconds(300));
        assert!(passes(&limiter), "{algorithm:?}");
    }
}

#[test]
fn several_limits_are_one_decision() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let burst = RateLimiter::new(&cache, "burst").to(2).within(1).algorithm(algorithm).unwrap();
        let daily = RateLimiter::new(&cache, "daily").to(3).within(86_400);
        let both = burst.and(daily.clone()).unwrap();
        assert!(passes(&both) && passes(&both));
        let refused = both.check("client").unwrap();
        assert_eq!((refused.allowed, refused.limit), (false, 2), "by the burst");
        assert_eq!(daily.peek("client").unwrap().remaining, 1, "what one refuses, the other does not count");
        testing::advance(seconds(2));
        assert!(passes(&both));
        let refused = both.check("client").unwrap();
        assert_eq!((refused.allowed, refused.limit), (false, 3), "by the day");
        assert_eq!(refused.limits().iter().map(|limit| &*limit.name).collect::<Vec<_>>(), ["burst", "daily"]);
        assert_eq!(refused.limits()[0].retry_after, Duration::ZERO);
        assert!(both.reset("client").unwrap());
        assert!(passes(&both));
    }
}

#[test]
fn one_limit_cannot_be_joined_twice() {
    let cache = Cache::memory();
    let limiter = RateLimiter::new(&cache, "api").to(2);
    let error = limiter.clone().and(limiter.clone().to(3)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("give them two names"), "{error}");
    assert!(limiter.clone().and(limiter.within(3600)).is_ok(), "another window");
}

#[test]
fn a_store_that_only_increments_refuses_what_it_cannot_do() {
    let limiter = || RateLimiter::new(&incrementing(), "api").to(2);
    let errors = [
        limiter().algorithm(Algorithm::Gcra).unwrap_err(),
        limiter().algorithm(Algorithm::SlidingWindow).unwrap_err(),
        limiter().and(limiter()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("use SQLite or Redis, or one fixed window"), "{error}");
    }
    assert!(limiter().algorithm(Algorithm::FixedWindow).is_ok());
}

#[test]
fn an_attempt_runs_only_within_the_limit_and_returns_the_value() {
    let limiter = RateLimiter::new(&Cache::memory(), "export").to(1).within(60);
    assert_eq!(limiter.attempt("client", || 7).unwrap(), 7);
    let refused = limiter.attempt("client", || -> u32 { panic!("it must not run") }).unwrap_err();
    assert_eq!((refused.name(), refused.decision().map(|decision| decision.limit)), ("export", Some(1)));
    assert_eq!(refused.retry_after(), refused.decision().unwrap().retry_after);
    assert!(refused.source().is_none());
}

#[derive(Debug, PartialEq)]
enum LoginError {
    WrongPassword,
    Limited,
}

impl From<RateLimited> for LoginError {
    fn from(_: RateLimited) -> Self {
        LoginError::Limited
    }
}

#[test]
fn a_limiter_of_failures_gives_back_what_a_success_took() {
    for (cache, algorithm) in ALGORITHMS
        .map(|algorithm| (Cache::memory(), algorithm))
        .into_iter()
        .chain([(incrementing(), Algorithm::FixedWindow)])
    {
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "login").to(2).within(60).only_failures().algorithm(algorithm).unwrap();
        let login = |result| limiter.try_attempt("client", || result);
        for _ in 0..10 {
            assert_eq!(login(Ok(())), Ok(()), "{algorithm:?}");
        }
        assert_eq!(limiter.peek("client").unwrap().remaining, 2, "{algorithm:?}");
        assert_eq!(login(Err(LoginError::WrongPassword)), Err(LoginError::WrongPassword));
        assert_eq!(login(Err(LoginError::WrongPassword)), Err(LoginError::WrongPassword));
        assert_eq!(login(Ok(())), Err(LoginError::Limited), "{algorithm:?}");
    }
}

#[test]
fn a_success_that_ends_in_a_later_window_gives_nothing_back_there() {
    for (cache, algorithm) in [
        (Cache::memory(), Algorithm::FixedWindow),
        (Cache::memory(), Algorithm::Gcra),
        (incrementing(), Algorithm::FixedWindow),
    ] {
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "login").to(1).within(60).only_failures().algorithm(algorithm).unwrap();
        let slow: Result<(), LoginError> = limiter.try_attempt("client", || {
            testing::advance(seconds(61));
            assert!(passes(&limiter), "a new window");
            Ok(())
        });
        assert_eq!(slow, Ok(()));
        assert!(!passes(&limiter), "{algorithm:?}");
    }
}

#[test]
fn a_closure_that_panics_has_failed() {
    let limiter = RateLimiter::new(&Cache::memory(), "login").to(1).within(60).only_failures();
    let panics = std::panic::AssertUnwindSafe(|| {
        let _: Result<(), LoginError> = limiter.try_attempt("client", || panic!("for the test"));
    });
    assert!(std::panic::catch_unwind(panics).is_err());
    assert!(!passes(&limiter));
}

#[test]
fn the_limit_may_differ_from_check_to_check() {
    for algorithm in ALGORITHMS {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let limiter = RateLimiter::new(&cache, "api").within(60).algorithm(algorithm).unwrap();
        let (free, paying) = (limiter.clone().to(2), limiter.clone().to(4));
        assert!(passes(&free) && passes(&free) && !passes(&free), "{algorithm:?}");
        // GCRA measures what is used in time, of which a request of the larger limit takes less.
        let more = (0..4).filter(|_| passes(&paying)).count();
        assert!(algorithm == Algorithm::Gcra || more == 2, "{algorithm:?}: {more}");
        assert!(!passes(&free) && !passes(&paying), "{algorithm:?}");
    }
}

#[test]
fn nobody_passes_a_limit_of_zero() {
    for algorithm in ALGORITHMS {
        let limiter = RateLimiter::new(&Cache::memory(), "closed").to(0).within(60).algorithm(algorithm).unwrap();
        let refused = limiter.check("client").unwrap();
        assert_eq!((refused.allowed, refused.remaining, refused.retry_after), (false, 0, Duration::MAX));
    }
}

#[test]
fn extreme_settings_neither_panic_nor_overflow() {
    for algorithm in ALGORITHMS {
        for to in [1, 1 << 31, u64::MAX] {
            for within in [Ttl::from(0), Ttl::from(u64::MAX), Ttl::Never, Ttl::from(Duration::from_nanos(1))] {
                let cache = Cache::memory();
                let _scope = testing::scope(cache.clone());
                let limiter = RateLimiter::new(&cache, "extreme").to(to).within(within).algorithm(algorithm).unwrap();
                assert!(limiter.clone().cost(1).check("client").unwrap().allowed, "{algorithm:?} {to} {within:?}");
                let refused = limiter.cost(u32::MAX).ban(Ttl::Never).check("client").unwrap();
                assert!(refused.remaining <= refused.limit);
            }
        }
    }
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out_for_longer_than_the_window() {
    // A cache with a clock that is ahead, and one whose clock is right, on one file.
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("cache.sqlite3").display());
    for algorithm in ALGORITHMS {
        let ahead = Cache::open(&address).unwrap();
        {
            let _scope = testing::scope(ahead.clone());
            testing::advance(seconds(7 * 86_400));
            let limiter = RateLimiter::new(&ahead, "api").to(1).within(60).algorithm(algorithm).unwrap();
            assert!(passes(&limiter) && !passes(&limiter));
        }
        let right = Cache::open(&address).unwrap();
        let _scope = testing::scope(right.clone());
        let limiter = RateLimiter::new(&right, "api").to(1).within(60).algorithm(algorithm).unwrap();
        let decision = limiter.check("client").unwrap();
        assert!(decision.allowed || decision.retry_after <= seconds(60), "{algorithm:?}: {decision:?}");
        testing::advance(decision.retry_after);
        assert!(decision.allowed || passes(&limiter), "{algorithm:?}: {decision:?}");
        drop(_scope);
        limiter.reset("client").unwrap();
    }
}

#[test]
fn a_refusal_is_an_event_that_names_nobody() {
    let cache = Cache::memory();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let events = Arc::clone(&seen);
    cache.observe(move |event| {
        if let Event::RateLimited { name, limit, within, .. } = event {
            events.lock().unwrap().push(format!("{name} {limit} {within:?}"));
        }
    });
    let limiter = RateLimiter::new(&cache, "login").to(1).within(60);
    assert!(passes(&limiter) && !passes(&limiter) && !passes(&limiter));
    assert_eq!(*seen.lock().unwrap(), ["login 1 60s", "login 1 60s"]);
}

#[test]
fn the_error_says_what_is_used_up_and_when_to_try_again() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let limiter = RateLimiter::new(&cache, "login").to(1).within(3600);
    limiter.check("client").unwrap();
    let refused = limiter.attempt("client", || ()).unwrap_err();
    assert_eq!(refused.to_string(), "the limit `login` of 1 within 1h is used up; try again in 1h");
    let never = limiter.cost(2).attempt("client", || ()).unwrap_err();
    assert!(never.to_string().ends_with("; the request costs more than the whole limit"), "{never}");
}
