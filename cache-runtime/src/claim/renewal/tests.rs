//! Claims of computations that go on for long.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Renewal, lock, renew_due};
use crate::Cache;
use crate::store::{Claim, ClaimsOrNone as _, Store, Timestamp};
use crate::testing::Chaos;

/// A claim on `k` in a store that counts its calls. Without `length` it excludes nobody, and is only remembered.
fn claimed(token: u64, length: Duration) -> (Chaos, Arc<dyn Store>, Claim) {
    let chaos = Chaos::over(&Cache::memory());
    let claim = Claim { token, exclusive: !length.is_zero(), length };
    assert!(chaos.claim(&["k".to_owned()], &claim).unwrap());
    (chaos.clone(), Arc::new(chaos), claim)
}

/// Lets so much time pass for a claim, and waits until it has been renewed as often as is said.
fn pass(token: u64, time: Duration, chaos: &Chaos, renewals: u64) {
    if let Some(renewed) = lock().get_mut(&token) {
        renewed.due = renewed.due.checked_sub(time).unwrap_or_else(Instant::now);
    }
    renew_due();
    for _ in 0..1000 {
        if chaos.count("renew") == renewals {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("{} renewals instead of {renewals}", chaos.count("renew"));
}

#[test]
fn a_claim_is_renewed_for_hours() {
    for (token, length) in [(u64::MAX, Duration::ZERO), (u64::MAX - 1, Duration::from_secs(30))] {
        let (chaos, store, claim) = claimed(token, length);
        let renewal = Renewal::start(&store, Arc::from(["k".to_owned()]), claim, None);
        for hour in 1..5 {
            pass(token, Duration::from_secs(60 * 60), &chaos, hour);
        }
        drop(renewal);
        assert!(!lock().contains_key(&token));
        assert_eq!(store.release(&["k".to_owned()], token, Duration::ZERO).unwrap(), [true], "it is unbroken");
    }
}

#[test]
fn a_broken_claim_is_not_renewed_again() {
    let token = u64::MAX - 2;
    let (chaos, store, claim) = claimed(token, Duration::from_secs(30));
    let _renewal = Renewal::start(&store, Arc::from(["k".to_owned()]), claim, None);
    store.delete("k", Timestamp::now()).unwrap();
    pass(token, Duration::from_secs(60), &chaos, 1);
    for _ in 0..1000 {
        if !lock().contains_key(&token) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!lock().contains_key(&token));
    assert_eq!(
        store.release(&["k".to_owned()], token, Duration::ZERO).unwrap(),
        [false],
        "the renewal did not revive it"
    );
}
