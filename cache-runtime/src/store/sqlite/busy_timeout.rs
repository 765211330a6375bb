//! How long an operation on this thread may wait for locks of other connections.
//!
//! SQLite calls a busy handler, which decides whether to go on waiting. All connections have the same handler, so the
//! limit of the current operation is in a thread-local for as long as the operation runs.

use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

/// The longest pause between two attempts to get a lock.
const LONGEST_PAUSE: Duration = Duration::from_millis(5);

thread_local! {
    /// `None` between operations.
    static LIMIT: Cell<Option<WaitLimit>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct WaitLimit {
    length: Duration,
    /// When the operation first met a lock.
    since: Option<Instant>,
}

/// Sets the limit of this thread until it is dropped.
pub(super) struct Allowed {
    before: Option<WaitLimit>,
}

/// Lets the following operations on this thread wait for locks, for at most `length` in all. With zero, a held lock is an
/// error at once.
pub(super) fn allow(length: Duration) -> Allowed {
    Allowed { before: LIMIT.replace(Some(WaitLimit { length, since: None })) }
}

/// The same, unless a caller has set a limit already.
pub(super) fn or_allow(length: Duration) -> Option<Allowed> {
    LIMIT.get().is_none().then(|| allow(length))
}

/// Whether the current operation may wait at all.
pub(super) fn may_wait() -> bool {
    LIMIT.get().is_some_and(|limit| !limit.length.is_zero())
}

/// How much longer the current operation may wait.
pub(super) fn left() -> Duration {
    let Some(mut limit) = LIMIT.get() else { return Duration::ZERO };
    let since = *limit.since.get_or_insert_with(Instant::now);
    LIMIT.set(Some(limit));
    limit.length.saturating_sub(since.elapsed())
}

/// The busy handler: waits a little, or returns `false` to give up.
pub(super) fn wait_for_lock(attempt: i32) -> bool {
    let left = left();
    if left.is_zero() {
        return false;
    }
    // A write holds the lock for some ten microseconds, so the first pauses are short.
    match attempt {
        0 => thread::yield_now(),
        _ => thread::sleep(Duration::from_micros(25 << attempt.clamp(1, 8)).min(LONGEST_PAUSE).min(left)),
    }
    true
}

impl Drop for Allowed {
    fn drop(&mut self) {
        LIMIT.set(self.before);
    }
}
