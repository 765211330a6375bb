//! How is counted.

pub(super) mod fixed_window;
pub(super) mod gcra;
pub(super) mod sliding_window;

/// How a limit of `to` within `within` is counted.
///
/// None refuses a client that sends at a steady pace within its limit. The most that passes in any period of the window's
/// length is in the table; in the long run it is `to` in each.
///
/// | algorithm | most in any window | refuses a lawful burst | a refused client waits | store |
/// |---|---|---|---|---|
/// | fixed window | 2 `to` − 1 | never | for the end of the window | every one |
/// | sliding window | 2 `to` | perhaps, after another one | until enough has slid out | SQLite, Redis |
/// | GCRA | 2 `to` − 1 | never | for one place to be free | SQLite, Redis |
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::limit::{Algorithm, RateLimiter};
///
/// let api = RateLimiter::new(&Cache::memory(), "api").to(100).within(60).algorithm(Algorithm::Gcra)?;
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Counts from the first request on, and starts again when the window is over. The default.
    ///
    /// A window begins with the first request of a client, not at a full minute, so clients do not all return at once.
    #[default]
    FixedWindow,
    /// Counts in windows that lie at multiples of their length, and adds that part of the previous count that a window
    /// of this length, which ends now, still covers.
    ///
    /// What was sent at the end of one window is remembered in the next. It takes the previous requests as evenly spread, so a
    /// burst counts for a while after a full window, and two bursts around the moment when it is forgotten may both pass.
    SlidingWindow,
    /// Lets a burst of `to` pass, and then one at a time, evenly spaced (the generic cell rate algorithm; a token bucket).
    ///
    /// It keeps one moment for each client, and needs the machines' clocks to agree.
    Gcra,
}

impl Algorithm {
    /// The letter in keys: a count of one algorithm means nothing to another.
    pub(super) fn letter(self) -> char {
        match self {
            Algorithm::FixedWindow => 'f',
            Algorithm::SlidingWindow => 's',
            Algorithm::Gcra => 'g',
        }
    }
}
