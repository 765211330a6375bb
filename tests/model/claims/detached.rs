//! The runtime's module of this name, with tasks of the scheduler.

use std::future::Future;

use crate::scheduler;

pub(crate) fn detach(future: impl Future<Output = ()> + Send + 'static) {
    scheduler::spawn_detached(Box::pin(future));
}
