//! The first look of a call: near, by what its key is made of.

use crate::call::Outcome;
use crate::near::Keep;
pub use crate::near::{ArgumentParts, CallKey, NearSlot, TemplateParts};
use crate::runtime;

/// The result of a call whose value is kept near; else where it is to be kept. A refresh wants neither.
#[inline]
pub fn near<O: Outcome<Keep: Keep<O::Value>>>(
    is_refresh: bool,
    cache: Option<&str>,
    mut call: CallKey,
    _: &O,
) -> Result<O::Whole, NearSlot<O::Value>> {
    let Some(keep) = O::Keep::near().filter(|_| !is_refresh) else { return Err(NearSlot::none()) };
    let value = runtime::with_chosen(cache, |handle| handle.near_value(&mut call, keep));
    value.unwrap_or_else(|| Err(NearSlot::none())).map(O::whole)
}
