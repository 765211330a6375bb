//! The first look of a call: near, by what its key is made of.

pub use crate::near::{ArgumentParts, CallKey, Fit, FitProbe, NearSlot, TemplateParts};
use crate::runtime;

/// The result of a call whose value is kept near; else where it is to be kept. A refresh wants neither.
#[inline]
pub fn near<R, V>(is_refresh: bool, cache: Option<&str>, call: &mut CallKey, fit: Fit<R, V>) -> Result<R, NearSlot<V>> {
    if is_refresh {
        return Err(NearSlot::none());
    }
    runtime::with_chosen(cache, |handle| handle.near_value(call, fit)).unwrap_or_else(|| Err(NearSlot::none()))
}
