//! A limiter: its rules, and what it does while the store is away.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use smallvec::{SmallVec, smallvec};

use super::Algorithm;
use super::rule::Rule;
use crate::cache::{AsyncCache, Cache};
use crate::handle::Handle;
use crate::store::none;
use crate::{Error, ErrorKind, Result};

/// Limits how often somebody may do something.
///
/// It counts in a cache, in one atomic step: all threads, and all processes that share the store, count together. Two
/// limiters of one name, window and algorithm are one. Make it once and keep it, or make it for each request; it costs less
/// than a check. In async code use [`AsyncRateLimiter`].
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::limit::RateLimiter;
///
/// let cache = Cache::memory();
/// let logins = RateLimiter::new(&cache, "login").to(5).within(60);
///
/// let decision = logins.check("192.0.2.7")?;
/// if !decision.allowed {
///     println!("try again in {:?}", decision.retry_after);
/// }
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Without a cache
///
/// On [`NoCache`](crate::store::NoCache) everybody passes, and one warning says so. If the store is away, everybody passes
/// and that is logged, unless [`when_away`](RateLimiter::when_away) says otherwise.
///
/// # Errors of `check` and `peek`
///
/// - [`ErrorKind::Key`] if the name of who is limited is empty
/// - the store's error, of a limiter that is [closed](WhenAway::Closed) while the store is away
#[derive(Clone)]
pub struct RateLimiter {
    pub(super) limiter: Limiter,
}

/// Limits how often somebody may do something, for async code.
///
/// It has the methods of [`RateLimiter`], `async`, with closures that return futures.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::limit::AsyncRateLimiter;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cache_runtime::Result<()> {
/// let cache = Cache::memory().to_async();
/// let logins = AsyncRateLimiter::new(&cache, "login").to(5).within(60);
/// assert!(logins.check("192.0.2.7").await?.allowed);
/// # Ok(())
/// # }
/// ```
///
/// # Errors of `check` and `peek`
///
/// - [`ErrorKind::Key`] if the name of who is limited is empty
/// - the store's error, of a limiter that is [closed](WhenAway::Closed) while the store is away
#[derive(Clone)]
pub struct AsyncRateLimiter {
    pub(super) limiter: Limiter,
}

/// What a limiter does while it cannot ask the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenAway {
    /// It lets everybody pass, and logs that at most once in ten seconds. The default: an outage of the cache is none of the
    /// program.
    #[default]
    Open,
    /// It lets nobody pass: `check` is an error, and a layer answers 503.
    Closed,
    /// It counts in this process, so that each process allows as much. What was counted before is not known.
    Local,
}

/// What both faces share.
#[derive(Clone)]
pub(crate) struct Limiter {
    pub(super) handle: Handle,
    /// At least one.
    pub(super) rules: SmallVec<[Rule; 1]>,
    pub(super) cost: i64,
    pub(super) when_away: WhenAway,
    pub(super) only_failures: bool,
    /// Whether the store counts within bounds.
    pub(super) is_bounded: bool,
}

impl RateLimiter {
    /// Makes a limiter that counts in this cache, under a name.
    ///
    /// Until [`to`](RateLimiter::to) says how many may pass, nobody does. The window is 60 seconds long, unless
    /// [`within`](RateLimiter::within) says otherwise.
    ///
    /// ```
    /// use cache_runtime::Cache;
    /// use cache_runtime::limit::RateLimiter;
    ///
    /// let logins = RateLimiter::new(&Cache::memory(), "login").to(5).within(60);
    /// ```
    #[must_use]
    pub fn new(cache: &Cache, name: &str) -> Self {
        RateLimiter { limiter: Limiter::new(&cache.handle, name) }
    }

    /// Returns the same limiter for async code.
    ///
    /// ```
    /// use cache_runtime::Cache;
    /// use cache_runtime::limit::RateLimiter;
    ///
    /// let logins = RateLimiter::new(&Cache::memory(), "login").to(5).to_async();
    /// ```
    #[must_use]
    pub fn to_async(&self) -> AsyncRateLimiter {
        AsyncRateLimiter { limiter: self.limiter.clone() }
    }
}

impl AsyncRateLimiter {
    /// Makes a limiter that counts in this cache, under a name.
    ///
    /// Until [`to`](AsyncRateLimiter::to) says how many may pass, nobody does. The window is 60 seconds long, unless
    /// [`within`](AsyncRateLimiter::within) says otherwise.
    ///
    /// ```
    /// use cache_runtime::Cache;
    /// use cache_runtime::limit::AsyncRateLimiter;
    ///
    /// let logins = AsyncRateLimiter::new(&Cache::memory().to_async(), "login").to(5).within(60);
    /// ```
    #[must_use]
    pub fn new(cache: &AsyncCache, name: &str) -> Self {
        AsyncRateLimiter { limiter: Limiter::new(&cache.handle, name) }
    }

    /// Returns the same limiter for code that may block.
    ///
    /// ```
    /// use cache_runtime::Cache;
    /// use cache_runtime::limit::AsyncRateLimiter;
    ///
    /// let logins = AsyncRateLimiter::new(&Cache::memory().to_async(), "login").to(5).to_sync();
    /// ```
    #[must_use]
    pub fn to_sync(&self) -> RateLimiter {
        RateLimiter { limiter: self.limiter.clone() }
    }
}

impl Limiter {
    pub(crate) fn new(handle: &Handle, name: &str) -> Self {
        let store = handle.core.store.store();
        if none::is_none(&**store) && !handle.core.limits.warned_of_none.swap(true, Ordering::Relaxed) {
            tracing::warn!("cache: the limit `{name}` is on NoCache, so nobody is limited; configure a cache");
        }
        let (handle, is_bounded) = (handle.clone(), store.limits().is_some());
        let rules = smallvec![Rule::new(name)];
        Limiter { handle, rules, cost: 1, when_away: WhenAway::Open, only_failures: false, is_bounded }
    }

    /// The limiter of an annotated function: how many within which window, the cost, and a ban.
    pub(crate) fn of_function(
        handle: &Handle,
        name: &str,
        (to, within, cost, ban): (u64, Duration, u32, Option<Duration>),
    ) -> Self {
        let mut limiter = Limiter::new(handle, name);
        limiter.cost = cost.into();
        let rule = limiter.rule();
        rule.set_to(to);
        rule.set_within(within.into());
        if let Some(ban) = ban {
            rule.set_ban(ban.into());
        }
        limiter
    }

    /// Sets what the attribute names by a word.
    pub(crate) fn set_words(&mut self, algorithm: &str, when_away: &str, only_failures: bool) -> Result<()> {
        self.only_failures = only_failures;
        self.when_away = match when_away {
            "closed" => WhenAway::Closed,
            "local" => WhenAway::Local,
            _ => WhenAway::Open,
        };
        self.set_algorithm(match algorithm {
            "gcra" => Algorithm::Gcra,
            "sliding_window" => Algorithm::SlidingWindow,
            _ => Algorithm::FixedWindow,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.rules[0].name
    }

    /// The rules of which something is set: those of the limiter itself, and not of those that were joined to it.
    pub(super) fn rule(&mut self) -> &mut Rule {
        &mut self.rules[0]
    }

    pub(crate) fn set_algorithm(&mut self, algorithm: Algorithm) -> Result<()> {
        if algorithm != Algorithm::FixedWindow {
            self.require_bounds(format_args!("{algorithm:?}"))?;
        }
        self.rule().algorithm = algorithm;
        Ok(())
    }

    pub(super) fn join(&mut self, other: Limiter) -> Result<()> {
        self.require_bounds(format_args!("several limits in one decision"))?;
        let (name, other_name) = (self.name(), other.name());
        if self.handle.core.store.store().name() != other.handle.core.store.store().name() {
            let message = format!("the limits `{name}` and `{other_name}` count in two stores; use one cache for both");
            return Err(Error::new(ErrorKind::Config, message));
        }
        let is_twice = |rule: &Rule| self.rules.iter().any(|own| own.is_counted_with(rule));
        if other.rules.iter().any(is_twice) {
            let message = format!("the limits `{name}` and `{other_name}` are one and the same; give them two names");
            return Err(Error::new(ErrorKind::Config, message));
        }
        self.rules.extend(other.rules);
        Ok(())
    }

    fn require_bounds(&self, what: fmt::Arguments<'_>) -> Result<()> {
        if self.is_bounded {
            return Ok(());
        }
        let (name, store) = (self.name(), self.handle.core.store.store().name());
        let message = format!(
            "the limit `{name}`: {what} needs a store that counts within bounds (`Store::limits`), which {store} does not; \
             use SQLite or Redis, or one fixed window"
        );
        Err(Error::new(ErrorKind::Config, message))
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("rules", &self.rules)
            .field("when_away", &self.when_away)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limiter.fmt(f)
    }
}

impl fmt::Debug for AsyncRateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limiter.fmt(f)
    }
}
