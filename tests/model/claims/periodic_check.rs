//! The runtime's module of this name, with checks that the scheduler makes.

use std::time::Duration;

use crate::scheduler;

pub(crate) struct PeriodicCheck {
    interval: Duration,
    check: fn() -> bool,
}

impl PeriodicCheck {
    pub(crate) const fn new(_: &'static str, interval: Duration, check: fn() -> bool) -> Self {
        PeriodicCheck { interval, check }
    }

    pub(crate) fn start(&'static self) {
        scheduler::start_check(self.interval, self.check);
    }
}
