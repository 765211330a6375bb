//! What ties a computation to its entry: an invalidation in the meantime wins, and others do not compute it too.

mod held_claim;
mod invalidation;
mod refresh_lease;
mod renewal;

pub(crate) use self::held_claim::{HeldClaim, new_token, release_unheld};
pub(crate) use self::invalidation::{Epoch, Invalidations, KeyGuard};
pub(crate) use self::refresh_lease::{BackOff, RefreshLease};
