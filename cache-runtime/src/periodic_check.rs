//! A thread that checks something at intervals, as long as there is something to check.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How many checks find nothing before the thread ends: it need not be started for each of some rare events.
const IDLE_CHECKS: u32 = 10;

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
        let running = Running(&self.is_running);
        // If no thread can be started, the closure is dropped, and with it the record that one runs.
        let _ = thread::Builder::new().name(self.name.to_owned()).spawn(move || self.run(running));
    }

    fn run(&'static self, running: Running) {
        let mut idle = 0;
        while idle < IDLE_CHECKS {
            thread::sleep(self.interval);
            idle = if (self.check)() { 0 } else { idle + 1 };
        }
        drop(running);
        // Something may have come after the last check, whose `start` still saw the thread running.
        if (self.check)() && !self.is_running.swap(true, Ordering::AcqRel) {
            self.run(Running(&self.is_running));
        }
    }
}

/// Records that the thread runs, until it is dropped, also by a panic of what is woken.
struct Running(&'static AtomicBool);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
