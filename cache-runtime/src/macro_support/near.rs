//! The first look of a call: near, by what its key is made of.

use crate::call::Outcome;
pub use crate::near::{ArgumentPart, CallKey, Fit, FitProbe, NearSlot, TemplatePart};
use crate::runtime;

/// The value of a call that is kept near; else where it is to be kept. A refresh wants neither.
#[inline]
pub fn near<V>(is_refresh: bool, cache: Option<&str>, call: &mut CallKey, fit: Fit<V>) -> Result<V, NearSlot<V>> {
    if is_refresh {
        return Err(NearSlot::none());
    }
    runtime::with_chosen(cache, |handle| handle.near_value(call, fit)).unwrap_or_else(|| Err(NearSlot::none()))
}

/// The result of a call from its value.
#[inline]
pub fn whole<O: Outcome>(_: O, value: O::Value) -> O::Whole {
    O::whole(value)
}
