//! How long an operation on this thread may wait for a lock that others hold.
//!
//! SQLite asks a function whether to go on waiting. It is the same function for every connection, so what the
//! operation in hand allows lies in a thread-local, for the length of that operation.

use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

thread_local! {
    /// `None` between operations.
    static PATIENCE: Cell<Option<Patience>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Patience {
    limit: Duration,
    /// When the operation first found a lock taken.
    since: Option<Instant>,
}

/// Sets the patience of this thread until it is dropped.
pub(super) struct Allowed {
    before: Option<Patience>,
}

/// Lets what follows on this thread wait for locks, `limit` in all. Zero: a lock that is taken is an error at once.
pub(super) fn allow(limit: Duration) -> Allowed {
    Allowed { before: PATIENCE.replace(Some(Patience { limit, since: None })) }
}

/// The same, unless a caller has already said how long.
pub(super) fn or_allow(limit: Duration) -> Option<Allowed> {
    PATIENCE.get().is_none().then(|| allow(limit))
}

/// Whether the operation in hand may wait at all.
pub(super) fn may_wait() -> bool {
    PATIENCE.get().is_some_and(|patience| !patience.limit.is_zero())
}

/// How much longer the operation in hand may wait.
pub(super) fn left() -> Duration {
    let Some(mut patience) = PATIENCE.get() else { return Duration::ZERO };
    let since = *patience.since.get_or_insert_with(Instant::now);
    PATIENCE.set(Some(patience));
    patience.limit.saturating_sub(since.elapsed())
}

/// What SQLite calls when a lock is taken: waits a little, or says that it has been enough.
pub(super) fn wait_for_lock(attempt: i32) -> bool {
    if !may_wait() {
        return false;
    }
    let left = left();
    if left.is_zero() {
        return false;
    }
    // A write holds the lock for some ten microseconds, so the first pauses are short.
    match attempt {
        0 => thread::yield_now(),
        _ => thread::sleep(pause(attempt).min(left)),
    }
    true
}

fn pause(attempt: i32) -> Duration {
    const LONGEST: Duration = Duration::from_millis(5);
    Duration::from_micros(25 << attempt.clamp(1, 8)).min(LONGEST)
}

impl Drop for Allowed {
    fn drop(&mut self) {
        PATIENCE.set(self.before);
    }
}
