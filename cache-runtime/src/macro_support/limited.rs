//! What a function under `#[limited]` calls, in both modes.

use std::time::Duration;

use super::IntoRefused;
use crate::key::WhoDigest;
use crate::limit::{Entered, Limiter, RateLimited};
use crate::mode::Mode;
use crate::{Result, runtime};

/// The arguments of `#[limited]`.
#[derive(Debug)]
#[must_use]
pub struct LimitOptions {
    name: &'static str,
    to: u64,
    within: Duration,
    cache: Option<&'static str>,
    algorithm: &'static str,
    cost: u32,
    ban: Option<Duration>,
    only_failures: bool,
    when_away: &'static str,
}

impl LimitOptions {
    pub const fn of(name: &'static str, to: u64) -> Self {
        LimitOptions {
            name,
            to,
            within: Duration::MAX,
            cache: None,
            algorithm: "fixed_window",
            cost: 1,
            ban: None,
            only_failures: false,
            when_away: "open",
        }
    }

    pub fn within(self, within: Duration) -> Self {
        LimitOptions { within, ..self }
    }

    pub fn cache_named(self, name: &'static str) -> Self {
        LimitOptions { cache: Some(name), ..self }
    }

    pub fn algorithm(self, algorithm: &'static str) -> Self {
        LimitOptions { algorithm, ..self }
    }

    pub fn cost(self, cost: u32) -> Self {
        LimitOptions { cost, ..self }
    }

    pub fn ban(self, ban: Duration) -> Self {
        LimitOptions { ban: Some(ban), ..self }
    }

    pub fn only_failures(self) -> Self {
        LimitOptions { only_failures: true, ..self }
    }

    pub fn when_away(self, when_away: &'static str) -> Self {
        LimitOptions { when_away, ..self }
    }

    fn limiter(self) -> Result<Limiter> {
        let handle = runtime::chosen(self.cache)?.handle;
        let mut limiter = Limiter::of_function(&handle, self.name, (self.to, self.within, self.cost, self.ban));
        limiter.set_words(self.algorithm, self.when_away, self.only_failures)?;
        Ok(limiter)
    }
}

/// A call that the limit has let pass.
#[must_use]
pub struct EnteredCall {
    limiter: Limiter,
    entered: Entered,
}

pub(super) async fn enter<M: Mode>(
    mode: &M,
    options: LimitOptions,
    key: Result<String>,
) -> Result<EnteredCall, RateLimited> {
    let name = options.name;
    let limiter = options.limiter().map_err(|error| RateLimited::unchecked(name, error))?;
    let who = key.and_then(|key| limiter.digest(&key));
    let entered = limiter.enter(mode, who).await?;
    Ok(EnteredCall { limiter, entered })
}

pub(super) async fn leave<M: Mode>(mode: &M, call: EnteredCall, succeeded: bool) {
    call.limiter.leave(mode, &call.entered, succeeded).await;
}

pub(super) async fn remaining<M: Mode>(mode: &M, options: LimitOptions, key: Result<String>) -> Result<u64> {
    let (limiter, who) = asked(options, key)?;
    limiter.peek(mode, who).await.map(|decision| decision.remaining)
}

pub(super) async fn reset<M: Mode>(mode: &M, options: LimitOptions, key: Result<String>) -> Result<bool> {
    let (limiter, who) = asked(options, key)?;
    limiter.reset(mode, who).await
}

fn asked(options: LimitOptions, key: Result<String>) -> Result<(Limiter, WhoDigest)> {
    let limiter = options.limiter()?;
    let who = limiter.digest(&key?)?;
    Ok((limiter, who))
}

/// What a limited function returns when it is refused.
pub fn refuse<R: IntoRefused>(refused: RateLimited) -> R {
    R::refused(refused)
}

/// Whether a limited function has succeeded.
pub fn succeeded<R: IntoRefused>(result: &R) -> bool {
    result.has_succeeded()
}
