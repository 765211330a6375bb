//! Where the value of a call is to be kept near.

use super::CallKey;
use super::decoded::KeepNear;

/// Where the value of a call is to be kept near, if it is.
// Boxed, because only misses have one.
#[must_use]
pub struct NearSlot<V>(Option<Box<(CallKey, KeepNear<V>)>>);

impl<V> NearSlot<V> {
    /// The value is not kept.
    #[inline]
    pub fn none() -> Self {
        NearSlot(None)
    }

    #[cold]
    pub(crate) fn new(call: &CallKey, keep: KeepNear<V>) -> Self {
        NearSlot(Some(Box::new((call.clone(), keep))))
    }

    pub(crate) fn get(&self) -> Option<(&CallKey, &KeepNear<V>)> {
        self.0.as_deref().map(|(call, keep)| (call, keep))
    }
}
