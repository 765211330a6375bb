//! By which others see whether a task is still polled.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::sync::{Mutex, MutexGuard};

/// How long a task may go unpolled before it is woken.
const WAKE_AFTER: Duration = Duration::from_secs(1);

/// The heartbeat of a body that has been polled and was not ready.
///
/// That a task is not polled does not tell whether it is lost: it may sleep for minutes. So it is woken: a task that is
/// alive is polled then, which does it no harm.
pub(crate) struct Heartbeat(Mutex<Beat>);

struct Beat {
    last_poll: Instant,
    /// The waker of the last poll; `None` once the body has ended.
    waker: Option<Waker>,
    /// Since when it has been woken and not polled.
    woken: Option<Instant>,
}

impl Heartbeat {
    pub(super) fn new(waker: &Waker) -> Self {
        Heartbeat(Mutex::new(Beat { last_poll: Instant::now(), waker: Some(waker.clone()), woken: None }))
    }

    /// Records a poll.
    pub(super) fn beat(&self, waker: &Waker) {
        let mut beat = self.lock();
        (beat.last_poll, beat.woken) = (Instant::now(), None);
        match &mut beat.waker {
            Some(known) => known.clone_from(waker),
            None => beat.waker = Some(waker.clone()),
        }
    }

    /// Records that the body has ended.
    pub(super) fn end(&self) {
        self.lock().waker = None;
    }

    /// Whether the task is alive; `None` if its body has ended. A task that has not been polled for a while is to be woken.
    pub(super) fn is_alive(&self, now: Instant, stall_timeout: Duration, wakers: &mut Vec<Waker>) -> Option<bool> {
        let mut beat = self.lock();
        let waker = beat.waker.as_ref()?;
        if let Some(woken) = beat.woken {
            return Some(now.saturating_duration_since(woken) < stall_timeout);
        }
        if now.saturating_duration_since(beat.last_poll) >= WAKE_AFTER.min(stall_timeout) {
            wakers.push(waker.clone());
            beat.woken = Some(now);
        }
        Some(true)
    }

    fn lock(&self) -> MutexGuard<'_, Beat> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
