//! What the runtime takes from the crate `futures_timer`: the scheduler fires timers.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::scheduler;

/// Waits until the scheduler has let so much time pass.
pub struct Delay {
    until: Duration,
}

impl Delay {
    pub fn new(length: Duration) -> Self {
        Delay { until: scheduler::now() + length }
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if scheduler::now() >= self.until {
            return Poll::Ready(());
        }
        scheduler::wake_at(self.until, context.waker());
        Poll::Pending
    }
}
