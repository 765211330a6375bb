//! Calls in the blocking mode.

use super::companions::{Primed, Returns, Stores, delete, stored_value};
use super::{CallOptions, EnteredCall, LimitOptions, limited};
pub use crate::call::recompute;
use crate::call::{self, BatchOutcome, Begun, Elements, Lookup, Outcome, retention, run_batch};
use crate::limit::RateLimited;
use crate::mode::Blocking;
use crate::near::NearSlot;
use crate::poll_once::poll_once;
use crate::time::Ttl;
use crate::{Counter, Result};

/// The first half of a call; [`Running::finish`](super::Running::finish) is the second.
#[inline(never)]
pub fn begin<'a, O: Outcome + 'a>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    near: NearSlot<O::Value>,
) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    call::begin(&options.handle(), key.as_ref().map(String::as_str), outcome, near)
}

/// The first half of a refresh, which runs the body in any case.
pub fn begin_refresh<'a, O: Outcome + 'a>(options: CallOptions, key: Result<String>, outcome: O) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    call::begin_refresh(options.handle(), key, outcome)
}

/// The first half of a call or of a refresh, so that a function and its `refresh` are compiled as one.
#[inline]
pub fn begin_either<'a, const REFRESH: bool, O: Outcome + 'a>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    near: NearSlot<O::Value>,
) -> Begun<'a, O::Whole>
where
    O::Whole: 'a,
{
    if REFRESH { begin_refresh(options, key, outcome) } else { begin(options, key, outcome, near) }
}

/// The first half of a call of a function with `background`; [`recompute`] is the second.
pub fn lookup<O: Outcome>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    near: NearSlot<O::Value>,
) -> Lookup<O> {
    poll_once(call::lookup(&Blocking, &options.handle(), key.as_ref().map(String::as_str), outcome, near))
}

/// A call of a function with `each`. `outcomes` are that of the whole, and that of the value of each element.
pub fn batch<E, O, K: Outcome>(
    options: CallOptions,
    elements: Elements<E>,
    outcomes: (O, K),
    compute: impl FnOnce(Vec<E>) -> O::Whole,
    (mut store_if, mut expires_in): (impl FnMut(&K::Value) -> bool, impl FnMut(&K::Value) -> Option<Ttl>),
) -> O::Whole
where
    O: BatchOutcome<E, Value = K::Value>,
{
    let (run_for, compute) = (options.run_for, async |elements| compute(elements));
    poll_once(run_batch(&Blocking, run_for, &options.handle(), elements, outcomes, compute, |value| {
        retention(value, &mut store_if, &mut expires_in)
    }))
}

/// Deletes the value that a function stored under a key.
pub fn invalidate(cache: Option<&str>, key: Result<String>) -> Result<bool> {
    poll_once(delete(&Blocking, cache, key))
}

/// The value that a function stored under a key.
pub fn peek<O: Outcome>(cache: Option<&str>, key: Result<String>, outcome: O) -> Result<Option<O::Value>> {
    poll_once(stored_value(&Blocking, cache, key, outcome))
}

/// The value stored under a key, as the function returns it.
pub fn peek_whole<O: Outcome>(cache: Option<&str>, key: Result<String>, outcome: O) -> Result<Option<O::Whole>> {
    Ok(peek(cache, key, outcome)?.map(O::whole))
}

/// Stores a value under a key of a function.
pub fn prime<O: Outcome, V>(options: CallOptions, key: Result<String>, outcome: O, value: &V) -> Result<()>
where
    Returns<O::Whole>: Stores<V, Whole = O::Whole>,
{
    poll_once(Primed::new(options, key, outcome, value)?.store(&Blocking))
}

/// Stores a value under a key of a function, with the lifetime that a closure makes from it.
pub fn prime_expiring<O: Outcome, V>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    value: &V,
    expires_in: impl FnOnce(&O::Value) -> Option<Ttl>,
) -> Result<()>
where
    Returns<O::Whole>: Stores<V, Whole = O::Whole>,
{
    let primed = Primed::new(options, key, outcome, value)?.expiring::<O, V>(value, expires_in)?;
    poll_once(primed.store(&Blocking))
}

/// The counter of an annotated function.
pub fn counter(options: CallOptions, key: Result<String>) -> Counter {
    let (cache, key) = options.for_counter(key);
    Counter::new(cache, key)
}

/// Asks whether a call of a limited function may pass.
pub fn enter(options: LimitOptions, key: Result<String>) -> Result<EnteredCall, RateLimited> {
    poll_once(limited::enter(&Blocking, options, key))
}

/// Ends a call of a limited function.
pub fn leave(call: EnteredCall, succeeded: bool) {
    poll_once(limited::leave(&Blocking, call, succeeded));
}

/// How many calls of a limited function would pass.
pub fn remaining(options: LimitOptions, key: Result<String>) -> Result<u64> {
    poll_once(limited::remaining(&Blocking, options, key))
}

/// Forgets the calls of a limited function.
pub fn reset(options: LimitOptions, key: Result<String>) -> Result<bool> {
    poll_once(limited::reset(&Blocking, options, key))
}
