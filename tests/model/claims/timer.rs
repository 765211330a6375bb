//! What the runtime takes from the crates `futures_timer` and `blocking`: the scheduler fires timers, and runs what blocks.

use std::future::Future;
use std::marker::PhantomData;
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

/// Work on a thread that may block.
pub struct Task<T>(PhantomData<fn() -> T>);

impl<T> Task<T> {
    pub fn detach(self) {}
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        unreachable!("the model's store needs no thread for a task's operation")
    }
}

/// Lets the scheduler run this in one step.
pub fn unblock<T>(run: impl FnOnce() -> T + Send + 'static) -> Task<T> {
    scheduler::add_job(Box::new(move || drop(run())));
    Task(PhantomData)
}
