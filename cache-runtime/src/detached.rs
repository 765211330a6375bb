//! Work that outlives its caller, through one module: the model check replaces it.

use std::future::Future;

use crate::block_on::block_on;
use crate::threads;

/// Runs a future to its end on a thread that may block.
pub(crate) fn detach(future: impl Future<Output = ()> + Send + 'static) {
    threads::run(move || block_on(future));
}
