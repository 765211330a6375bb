//! Calls of functions with `each`.

use std::future::Future;

use super::CallOptions;
use crate::call::{BatchOutcome, Elements, Outcome, RunFor, run_batch};
use crate::mode::{Async, Blocking};
use crate::poll_once::poll_once;

/// A call of a function with `each`. `outcomes` are that of the whole, and that of the value of each element.
pub fn batch<E, O, K: Outcome>(
    run_for: RunFor,
    options: CallOptions,
    elements: Elements<E>,
    outcomes: (O, K),
    compute: impl FnOnce(Vec<E>) -> O::Whole,
    store_if: impl FnMut(&K::Value) -> bool,
) -> O::Whole
where
    O: BatchOutcome<E, Value = K::Value>,
{
    let (handle, compute) = (options.handle(), async |elements| compute(elements));
    poll_once(run_batch(&Blocking, run_for, &handle, elements, outcomes, compute, store_if))
}

/// A call of an `async fn` with `each`.
pub async fn batch_async<E, O, K: Outcome, F>(
    run_for: RunFor,
    options: CallOptions,
    elements: Elements<E>,
    outcomes: (O, K),
    compute: impl FnOnce(Vec<E>) -> F,
    store_if: impl FnMut(&K::Value) -> bool,
) -> O::Whole
where
    O: BatchOutcome<E, Value = K::Value>,
    F: Future<Output = O::Whole>,
{
    run_batch(&Async, run_for, &options.handle(), elements, outcomes, compute, store_if).await
}
