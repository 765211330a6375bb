//! Work that outlives its caller, through one module: the model check replaces it.

use std::future::Future;

use crate::block_on::block_on;

/// Runs a future to its end on a thread that may block.
pub(crate) fn detach(future: impl Future<Output = ()> + Send + 'static) {
    blocking::unblock(move || block_on(future)).detach();
}
