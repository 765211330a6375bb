//! The settings and methods of both faces of a limiter.

use std::future::Future;

use super::limiter::{AsyncRateLimiter, RateLimiter, WhenAway};
use super::{Algorithm, Decision, RateLimited, Who};
use crate::cache::for_both_faces;
use crate::mode::{Async, Blocking};
use crate::poll_once::poll_once;
use crate::{Result, Ttl};

/// How a face waits.
trait Face {
    type Mode;
    const MODE: Self::Mode;
}

impl Face for RateLimiter {
    type Mode = Blocking;
    const MODE: Blocking = Blocking;
}

impl Face for AsyncRateLimiter {
    type Mode = Async;
    const MODE: Async = Async;
}

for_both_faces! {
    /// Settings. Each takes the limiter and returns it.
    impl RateLimiter and AsyncRateLimiter;

    /// Sets how many may pass within the window.
    ///
    /// It may differ from check to check, by the plan of a user for example: who is over the smaller limit may still pass the
    /// larger one. The highest is 2³².
    #[must_use]
    example:
    /// let of_a_customer = logins.clone().to(100);
    pub fn to(mut self, to: u64) -> Self {
        self.limiter.rule().set_to(to);
        self
    }

    /// Sets the length of the window: seconds, a `Duration` or a [`Ttl`].
    ///
    /// The shortest is a millisecond. Limits with different windows count apart.
    #[must_use]
    example:
    /// let hourly = logins.clone().to(50).within(3600);
    pub fn within(mut self, within: impl Into<Ttl>) -> Self {
        self.limiter.rule().set_within(within.into());
        self
    }

    /// Sets what a request costs; without it, 1.
    ///
    /// A request that costs more than is left is refused and takes nothing. On a store that only increments it counts
    /// nevertheless.
    #[must_use]
    example:
    /// let expensive = logins.clone().cost(3);
    pub fn cost(mut self, cost: u32) -> Self {
        self.limiter.cost = cost.into();
        self
    }

    /// Bans who goes over the limit for this long, from the first refusal on.
    ///
    /// Without it somebody who was refused passes again as soon as there is room. Attempts during the ban do not extend it.
    #[must_use]
    example:
    /// let strict = logins.clone().ban(3600);
    pub fn ban(mut self, ban: impl Into<Ttl>) -> Self {
        self.limiter.rule().set_ban(ban.into());
        self
    }

    /// Counts only what fails.
    ///
    /// [`try_attempt`](Self::try_attempt) and a layer then give back what a success has taken. They take it first and give it
    /// back afterwards, so that no more than `to` guesses at a password run at once.
    #[must_use]
    example:
    /// let guesses = logins.clone().only_failures();
    pub fn only_failures(mut self) -> Self {
        self.limiter.only_failures = true;
        self
    }

    /// Sets what happens while the store is away; without it, everybody passes.
    #[must_use]
    example:
    /// use cache_runtime::limit::WhenAway;
    /// let closed = logins.clone().when_away(WhenAway::Closed);
    pub fn when_away(mut self, when_away: WhenAway) -> Self {
        self.limiter.when_away = when_away;
        self
    }

    /// Sets how is counted; without it, in a fixed window.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the store cannot: see [`Algorithm`].
    example:
    /// use cache_runtime::limit::Algorithm;
    /// let smooth = logins.clone().algorithm(Algorithm::Gcra)?;
    pub fn algorithm(mut self, algorithm: Algorithm) -> Result<Self> {
        self.limiter.set_algorithm(algorithm)?;
        Ok(self)
    }

    /// Joins another limit: a request passes if both let it pass, and counts in both or in neither.
    ///
    /// Cost and what happens without the store are those of this limiter; the rest each limit has for itself. Set them first:
    /// later settings are of this limit alone.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the store cannot decide about several limits in one step, or the
    /// two count in different stores or under the same name.
    example:
    /// let daily = logins.clone().to(50).within(86_400);
    /// let both = logins.and(daily)?;
    pub fn and(mut self, other: Self) -> Result<Self> {
        self.limiter.join(other.limiter)?;
        Ok(self)
    }
}

for_both_faces! {
    /// Checks.
    #[expect(clippy::missing_errors_doc, reason = "the errors of both are listed at the type")]
    impl RateLimiter and AsyncRateLimiter;

    /// Checks whether somebody may pass, and counts it if so.
    example:
    /// assert!(logins.check("192.0.2.7").await?.allowed);
    pub async fn check<W: Who + ?Sized>(&self, who: &W) -> Result<Decision> {
        async { self.limiter.check(&Self::MODE, self.limiter.digest(who)?).await }
    }

    /// Says what a check would say, and counts nothing.
    example:
    /// logins.check("192.0.2.7").await?;
    /// assert_eq!(logins.peek("192.0.2.7").await?.remaining, 4);
    pub async fn peek<W: Who + ?Sized>(&self, who: &W) -> Result<Decision> {
        async { self.limiter.peek(&Self::MODE, self.limiter.digest(who)?).await }
    }
}

for_both_faces! {
    /// Freeing somebody.
    impl RateLimiter and AsyncRateLimiter;

    /// Forgets what was counted of somebody, and a ban. Returns whether there was anything.
    ///
    /// After a login that succeeds, for example. It holds in all processes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the name is empty; otherwise the store's error.
    example:
    /// logins.check("192.0.2.7").await?;
    /// assert!(logins.reset("192.0.2.7").await?);
    /// assert_eq!(logins.peek("192.0.2.7").await?.remaining, 5);
    pub async fn reset<W: Who + ?Sized>(&self, who: &W) -> Result<bool> {
        async { self.limiter.reset(&Self::MODE, self.limiter.digest(who)?).await }
    }
}

for_both_faces! {
    /// Doing something within the limit.
    impl RateLimiter and AsyncRateLimiter;

    /// Runs a closure if somebody may pass.
    ///
    /// # Errors
    ///
    /// [`RateLimited`] if not; then the closure does not run.
    example:
    /// assert_eq!(logins.attempt("192.0.2.7", async || "welcome").await.ok(), Some("welcome"));
    blocking {
        pub fn attempt<W: Who + ?Sized, T>(&self, who: &W, run: impl FnOnce() -> T) -> Result<T, RateLimited> {
            poll_once(self.limiter.enter(&Self::MODE, self.limiter.digest(who)))?;
            Ok(run())
        }
    }
    asynchronous {
        pub async fn attempt<W: Who + ?Sized, F: Future>(
            &self,
            who: &W,
            run: impl FnOnce() -> F,
        ) -> Result<F::Output, RateLimited> {
            self.limiter.enter(&Self::MODE, self.limiter.digest(who)).await?;
            Ok(run().await)
        }
    }

    /// Runs a closure that may fail, if somebody may pass.
    ///
    /// A limiter that counts [only failures](Self::only_failures) gives back what an `Ok` has taken. A closure that panics, or
    /// is dropped half-way, has failed.
    ///
    /// # Errors
    ///
    /// That of the closure, or [`RateLimited`] as an error of that type.
    example:
    /// use cache_runtime::limit::RateLimited;
    /// let guesses = logins.only_failures();
    /// let right: Result<(), RateLimited> = guesses.try_attempt("192.0.2.7", async || Ok(())).await;
    /// assert!(right.is_ok());
    /// assert_eq!(guesses.peek("192.0.2.7").await?.remaining, 5);
    blocking {
        pub fn try_attempt<W: Who + ?Sized, T, E: From<RateLimited>>(
            &self,
            who: &W,
            run: impl FnOnce() -> Result<T, E>,
        ) -> Result<T, E> {
            let entered = poll_once(self.limiter.enter(&Self::MODE, self.limiter.digest(who)))?;
            let result = run();
            poll_once(self.limiter.leave(&Self::MODE, &entered, result.is_ok()));
            result
        }
    }
    asynchronous {
        pub async fn try_attempt<W: Who + ?Sized, T, E: From<RateLimited>, F: Future<Output = Result<T, E>>>(
            &self,
            who: &W,
            run: impl FnOnce() -> F,
        ) -> Result<T, E> {
            let entered = self.limiter.enter(&Self::MODE, self.limiter.digest(who)).await?;
            let result = run().await;
            self.limiter.leave(&Self::MODE, &entered, result.is_ok()).await;
            result
        }
    }
}
