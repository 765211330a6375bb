//! By which others see whether a task that computes is still polled.

use std::mem;
use std::task::Waker;
use std::time::Duration;

use super::sync::{Instant, Mutex, MutexGuard};

/// How long a task may go unpolled before it is woken.
const WAKE_AFTER: Duration = Duration::from_secs(1);

/// The signs of life of a task.
///
/// That a task is not polled does not tell whether it is lost: it may sleep for minutes. So it is woken: a task that is
/// alive is polled then, which does it no harm.
pub(crate) struct Heartbeat(Mutex<Beat>);

struct Beat {
    /// The last sign of life.
    last: Instant,
    /// Whether a poll of the body is under way, however long it takes.
    is_polled: bool,
    /// The waker of the last poll; `None` outside the body, where the task waits for a store, which has timeouts.
    waker: Option<Waker>,
    /// Since when it has been woken and not polled.
    woken: Option<Instant>,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Heartbeat(Mutex::new(Beat { last: Instant::now(), is_polled: false, waker: None, woken: None }))
    }

    /// Records a sign of life outside the body.
    pub(super) fn beat(&self) {
        self.lock().last = Instant::now();
    }

    /// Records that a poll of the body begins.
    pub(super) fn begin_poll(&self) {
        self.lock().is_polled = true;
    }

    /// Records that a poll of the body has ended: with the waker, if the body goes on.
    pub(super) fn end_poll(&self, waker: Option<&Waker>) {
        let mut beat = self.lock();
        (beat.last, beat.is_polled, beat.woken) = (Instant::now(), false, None);
        let old = match (&beat.waker, waker) {
            (Some(known), Some(waker)) if known.will_wake(waker) => None,
            _ => mem::replace(&mut beat.waker, waker.cloned()),
        };
        drop(beat);
        // The last waker of a task may drop the task, and with it flights. That must not happen under the lock.
        drop(old);
    }

    /// Whether the task is alive. A task that has not been polled for a while is to be woken.
    pub(super) fn is_alive(&self, now: Instant, stall_timeout: Duration, wakers: &mut Vec<Waker>) -> bool {
        let mut beat = self.lock();
        if beat.is_polled {
            return true;
        }
        let Some(waker) = &beat.waker else { return now.saturating_duration_since(beat.last) < stall_timeout };
        if let Some(woken) = beat.woken {
            return now.saturating_duration_since(woken) < stall_timeout;
        }
        if now.saturating_duration_since(beat.last) >= WAKE_AFTER.min(stall_timeout) {
            wakers.push(waker.clone());
            beat.woken = Some(now);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Beat> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
