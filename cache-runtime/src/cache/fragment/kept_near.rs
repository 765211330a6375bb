//! A fragment's text near: kept as it is, so that a hit decodes nothing.

use std::marker::PhantomData;
use std::time::Duration;

use super::Fragment;
use crate::handle::Handle;
use crate::near::{CallKey, Keep, KeptNear, NearSlot};

/// The fragment under a key, if it is kept near; else where it is to be kept.
pub(super) fn html(handle: &Handle, key: &str) -> Result<String, NearSlot<String>> {
    // A lifetime of zero finds nothing, also what was kept with another one.
    let Some(keep) = KeptNear::near().filter(|_| !handle.stores_nothing()) else { return Err(NearSlot::none()) };
    // Not only the key: a view with another digest does not read it, and one with another limit not for so long.
    let limit = handle.view.near.as_ref().map(Duration::as_nanos);
    let mut call = CallKey::plain(&(key, handle.view.digest, limit), PhantomData::<Fragment>);
    handle.near_value(&mut call, keep)
}
