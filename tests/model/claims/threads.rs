//! Work on another thread: the scheduler runs it in one step.

use crate::scheduler;

pub(crate) fn run(job: impl FnOnce() + Send + 'static) {
    scheduler::add_job(Box::new(job));
}

#[expect(clippy::unused_async, reason = "the runtime's is awaited")]
pub(crate) async fn ask<T>(_: impl FnOnce() -> T + Send + 'static) -> T {
    unreachable!("the model's store needs no thread for a task's operation")
}
