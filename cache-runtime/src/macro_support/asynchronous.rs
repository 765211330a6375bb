//! Calls in the async mode. Each has a blocking one of the same name.

// Some are not `async fn`: its future would keep all arguments in addition to what is made of them.
use std::future::Future;
use std::pin::Pin;

use super::companions::{Primed, Returns, Stores, delete, stored_value};
use super::{CallOptions, EnteredCall, LimitOptions, limited};
pub use crate::call::recompute_async as recompute;
use crate::call::{self, BatchOutcome, Elements, Lookup, Outcome, retention, run_batch};
use crate::limit::RateLimited;
use crate::mode::Async;
use crate::near::NearSlot;
use crate::time::Ttl;
use crate::{AsyncCounter, Result};

/// The future of an async closure that is a body, which it owns.
pub fn run<W, F: AsyncFnOnce() -> W>(body: F) -> impl Future<Output = W> {
    body()
}

/// A call of an annotated `async fn`.
pub fn call<O: Outcome, B: Future<Output = O::Whole>>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    near: NearSlot<O::Value>,
    body: Pin<&mut Option<B>>,
) -> impl Future<Output = O::Whole> {
    let handle = options.handle();
    async move { call::call(&Async, &handle, key.as_ref().map(String::as_str), outcome, near, body).await }
}

/// A call that runs the body in any case.
pub fn refresh<O: Outcome, B: Future<Output = O::Whole>>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    body: Pin<&mut Option<B>>,
) -> impl Future<Output = O::Whole> {
    let handle = options.handle();
    async move { call::refresh(&Async, &handle, key.as_ref().map(String::as_str), outcome, body).await }
}

/// The first half of a call of an `async fn` with `background`; [`recompute`] is the second.
pub fn lookup<O: Outcome>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    near: NearSlot<O::Value>,
) -> impl Future<Output = Lookup<O>> {
    let handle = options.handle();
    async move { call::lookup(&Async, &handle, key.as_ref().map(String::as_str), outcome, near).await }
}

/// A call of an `async fn` with `each`.
pub async fn batch<E, O, K: Outcome, F>(
    options: CallOptions,
    elements: Elements<E>,
    outcomes: (O, K),
    compute: impl FnOnce(Vec<E>) -> F,
    (mut store_if, mut expires_in): (impl FnMut(&K::Value) -> bool, impl FnMut(&K::Value) -> Option<Ttl>),
) -> O::Whole
where
    O: BatchOutcome<E, Value = K::Value>,
    F: Future<Output = O::Whole>,
{
    run_batch(&Async, options.run_for, &options.handle(), elements, outcomes, compute, |value| {
        retention(value, &mut store_if, &mut expires_in)
    })
    .await
}

/// Deletes the value that a function stored under a key.
pub async fn invalidate(cache: Option<&str>, key: Result<String>) -> Result<bool> {
    delete(&Async, cache, key).await
}

/// The value that a function stored under a key.
pub async fn peek<O: Outcome>(cache: Option<&str>, key: Result<String>, outcome: O) -> Result<Option<O::Value>> {
    stored_value(&Async, cache, key, outcome).await
}

/// The value stored under a key, as the function returns it.
pub async fn peek_whole<O: Outcome>(cache: Option<&str>, key: Result<String>, outcome: O) -> Result<Option<O::Whole>> {
    Ok(peek(cache, key, outcome).await?.map(O::whole))
}

/// Stores a value under a key of a function. The value is encoded at once.
pub fn prime<O: Outcome, V>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    value: &V,
) -> impl Future<Output = Result<()>> + use<O, V>
where
    Returns<O::Whole>: Stores<V, Whole = O::Whole>,
{
    let primed = Primed::new(options, key, outcome, value);
    async move { primed?.store(&Async).await }
}

/// Stores a value under a key of a function, with the lifetime that a closure makes from it.
///
/// Boxed: an opaque type would hold the closure's type, and with it what the closure borrows.
pub fn prime_expiring<O: Outcome, V>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    value: &V,
    expires_in: impl FnOnce(&O::Value) -> Option<Ttl>,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send>>
where
    Returns<O::Whole>: Stores<V, Whole = O::Whole>,
{
    let primed = Primed::new(options, key, outcome, value);
    let primed = primed.and_then(|primed| primed.expiring::<O, V>(value, expires_in));
    Box::pin(async move { primed?.store(&Async).await })
}

/// The counter of an annotated `async fn`. The handle is asynchronous; this function is not.
pub fn counter(options: CallOptions, key: Result<String>) -> AsyncCounter {
    let (cache, key) = options.for_counter(key);
    AsyncCounter::new(cache.to_async(), key)
}

/// Asks whether a call of a limited function may pass.
pub async fn enter(options: LimitOptions, key: Result<String>) -> Result<EnteredCall, RateLimited> {
    limited::enter(&Async, options, key).await
}

/// Ends a call of a limited function.
pub async fn leave(call: EnteredCall, succeeded: bool) {
    limited::leave(&Async, call, succeeded).await;
}

/// How many calls of a limited function would pass.
pub async fn remaining(options: LimitOptions, key: Result<String>) -> Result<u64> {
    limited::remaining(&Async, options, key).await
}

/// Forgets the calls of a limited function.
pub async fn reset(options: LimitOptions, key: Result<String>) -> Result<bool> {
    limited::reset(&Async, options, key).await
}
