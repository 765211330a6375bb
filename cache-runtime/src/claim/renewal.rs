//! Keeps claims for as long as their computations run.
//!
//! A claim is recorded for a short time, so that a process that dies blocks nobody for long. A thread renews the claims of
//! the computations that go on for longer.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::periodic_check::PeriodicCheck;
use crate::single_flight::Liveness;
use crate::store::{Claim, ClaimsOrNone as _, Store};
use crate::threads;
use crate::time::Instant;

/// How long stores remember a claim, at least: see [`Claims::claim`](crate::store::Claims::claim).
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// A claim is renewed when this part of its length has passed.
const PART: u32 = 3;

static RENEWED: LazyLock<Mutex<HashMap<u64, Renewed>>> = LazyLock::new(Mutex::default);
static CHECK: PeriodicCheck = PeriodicCheck::new("cache-claims", Duration::from_millis(200), renew_due);

/// A claim whose computation runs, on one key or on those of a batch.
#[derive(Clone)]
struct Renewed {
    store: Arc<dyn Store>,
    keys: Arc<[String]>,
    claim: Claim,
    /// `None` outside any flight.
    leader: Option<Liveness>,
    due: Instant,
}

/// Renews a claim until it is dropped.
pub(super) struct Renewal {
    token: u64,
}

impl Renewal {
    pub(super) fn start(store: &Arc<dyn Store>, keys: Arc<[String]>, claim: Claim, leader: Option<Liveness>) -> Self {
        let due = Instant::now() + interval(&claim);
        let renewed = Renewed { store: Arc::clone(store), keys, claim, leader, due };
        lock().insert(claim.token, renewed);
        CHECK.start();
        Renewal { token: claim.token }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        let ended = lock().remove(&self.token);
        // The store may be closed by this, which must not happen under the lock.
        drop(ended);
    }
}

fn interval(claim: &Claim) -> Duration {
    if claim.exclusive { claim.length / PART } else { REMEMBERED / PART }
}

/// Renews the claims that are due, and returns whether there are others.
fn renew_due() -> bool {
    let now = Instant::now();
    let mut renewed = lock();
    let due: Vec<Renewed> = renewed.values().filter(|renewed| renewed.due <= now).cloned().collect();
    due.iter().for_each(|due| {
        if let Some(renewed) = renewed.get_mut(&due.claim.token) {
            renewed.due = now + interval(&due.claim);
        }
    });
    let any_left = !renewed.is_empty();
    drop(renewed);
    for due in due {
        // Each on a thread of its own, since a store that does not answer must not delay the claims on another.
        threads::run(move || due.renew());
    }
    any_left
}

impl Renewed {
    fn renew(&self) {
        // The claim of a lost task ends, so that another process computes.
        let is_alive = self.leader.as_ref().is_none_or(Liveness::is_alive);
        if !is_alive {
            return;
        }
        let mut any_unbroken = false;
        for key in &*self.keys {
            // It may have been released since it became due.
            if !lock().contains_key(&self.claim.token) {
                return;
            }
            // What cannot be renewed now is tried again later, and a broken claim stays broken.
            any_unbroken |= !matches!(self.store.renew(key, &self.claim), Ok(false));
        }
        if !any_unbroken {
            lock().remove(&self.claim.token);
        }
    }
}

fn lock() -> MutexGuard<'static, HashMap<u64, Renewed>> {
    RENEWED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
