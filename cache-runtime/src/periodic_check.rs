//! A thread that checks something at intervals, as long as there is something to check.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A check that runs on a thread of its own.
pub(crate) struct PeriodicCheck {
    name: &'static str,
    interval: Duration,
    /// Checks, and returns whether there is anything left to check.
    check: fn() -> bool,
    is_running: AtomicBool,
}

impl PeriodicCheck {
    pub(crate) const fn new(name: &'static str, interval: Duration, check: fn() -> bool) -> Self {
        PeriodicCheck { name, interval, check, is_running: AtomicBool::new(false) }
    }

    /// Starts the thread, unless it is running. Call it after what is to be checked is in place.
    pub(crate) fn start(&'static self) {
        if self.is_running.load(Ordering::Acquire) || self.is_running.swap(true, Ordering::AcqRel) {
            return;
        }
        if thread::Builder::new().name(self.name.to_owned()).spawn(|| self.run()).is_err() {
            self.is_running.store(false, Ordering::Release);
        }
    }

    fn run(&self) {
        loop {
            thread::sleep(self.interval);
            if (self.check)() {
                continue;
            }
            self.is_running.store(false, Ordering::Release);
            // Something may have come after the check, whose `start` still saw the thread running.
            if !(self.check)() || self.is_running.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}
