//! The contract of a [`Store`]: its lines about claims, for stores that keep them.
//!
//! Claims time out in real time, so some of these functions wait.

use std::sync::Barrier;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use cache_runtime::store::{Answer, Claim, Claims, Expiration, Operation, Store, Value};

use crate::fixtures::{answer_for_a_task, entry, kept, ten_seconds};

/// Longer than any of these functions takes.
const LONG: Duration = Duration::from_secs(600);

const SHORT: Duration = Duration::from_millis(200);

fn exclusive(token: u64) -> Claim {
    exclusive_for(token, LONG)
}

fn exclusive_for(token: u64, length: Duration) -> Claim {
    let mut claim = Claim::new(token, length);
    claim.exclusive = true;
    claim
}

fn non_exclusive(token: u64) -> Claim {
    Claim::new(token, LONG)
}

fn claims(store: &dyn Store) -> &dyn Claims {
    store.claims().expect("it has claims")
}

/// Whether a claim on one key is granted.
fn granted(store: &dyn Store, key: &str, claim: &Claim) -> bool {
    claims(store).claim(&[key.to_owned()], claim).unwrap()
}

/// Whether a claim on one key was unbroken, and now its value is stored.
fn completed(store: &dyn Store, key: &str, value: &Value, expiration: &Expiration, token: u64) -> bool {
    claims(store).complete(&[(key.to_owned(), value.clone())], expiration, token).unwrap() == [true]
}

/// Completes a claim on `k` with a number.
fn complete(store: &dyn Store, token: u64, number: i64) -> bool {
    completed(store, "k", &Value::Number(number), &ten_seconds(), token)
}

/// Ends a claim on one key, and returns whether it was unbroken.
fn released(store: &dyn Store, key: &str, token: u64, pause: Duration) -> bool {
    claims(store).release(&[key.to_owned()], token, pause).unwrap() == [true]
}

/// Whether an exclusive claim on `k` is granted now. It is released again.
fn is_free(store: &dyn Store) -> bool {
    let free = granted(store, "k", &exclusive(u64::MAX));
    if free {
        released(store, "k", u64::MAX, Duration::ZERO);
    }
    free
}

/// The store reports that it keeps claims.
pub fn the_store_reports_that_it_keeps_claims(store: &dyn Store) {
    assert!(store.claims().is_some());
}

/// An exclusive claim refuses other exclusive claims on its key.
pub fn an_exclusive_claim_refuses_other_exclusive_claims(store: &dyn Store) {
    assert!(granted(store, "k", &exclusive(1)));
    assert!(!granted(store, "k", &exclusive(2)));
    assert!(granted(store, "another", &exclusive(3)), "a claim is for one key");
    assert!(!granted(store, "k", &exclusive(4)), "a refused claim does not count");
}

/// A non-exclusive claim refuses no other claim, and none refuses it.
pub fn a_non_exclusive_claim_refuses_no_other_claim(store: &dyn Store) {
    assert!(granted(store, "k", &non_exclusive(1)));
    assert!(granted(store, "k", &exclusive(2)));
    assert!(granted(store, "k", &non_exclusive(3)));
}

/// A claim that was refused cannot be completed.
pub fn a_refused_claim_cannot_be_completed(store: &dyn Store) {
    assert!(granted(store, "k", &exclusive(1)));
    assert!(!granted(store, "k", &exclusive(2)));
    assert!(!complete(store, 2, 7));
    assert!(complete(store, 1, 8));
    assert_eq!(kept(store, "k"), Some(Value::Number(8)));
}

/// One of many simultaneous exclusive claims is granted.
pub fn one_of_many_simultaneous_exclusive_claims_is_granted(store: &dyn Store) {
    let all_are_there = Barrier::new(8);
    let held = scope(|scope| {
        let all_are_there = &all_are_there;
        let one = |token| {
            scope.spawn(move || {
                all_are_there.wait();
                granted(store, "k", &exclusive(token))
            })
        };
        let started: Vec<_> = (1..=8).map(one).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).filter(|held| *held).count()
    });
    assert_eq!(held, 1);
}

/// A claim does not change the entry of its key, and is no entry itself.
pub fn a_claim_does_not_change_the_entry(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    for key in ["k", "absent"] {
        assert!(granted(store, key, &exclusive(1)));
        assert!(granted(store, key, &non_exclusive(2)));
    }
    assert_eq!(kept(store, "k"), Some(value));
    assert_eq!(store.expiry("k").unwrap(), Some(expiration.expires_at));
    assert_eq!((kept(store, "absent"), store.expiry("absent").unwrap()), (None, None));
    assert!(!store.delete("absent", expiration.now).unwrap());
}

/// Completing a claim stores the value with its expiration, and ends the claim.
pub fn completing_stores_the_value_and_ends_the_claim(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    for (key, claim) in [("non-exclusive", non_exclusive(1)), ("exclusive", exclusive(2))] {
        assert!(granted(store, key, &claim));
        assert!(completed(store, key, &value, &expiration, claim.token));
        assert_eq!(kept(store, key), Some(value.clone()));
        assert_eq!(store.expiry(key).unwrap(), Some(expiration.expires_at));
        assert!(!completed(store, key, &Value::Number(1), &expiration, claim.token), "it is completed already");
        assert!(granted(store, key, &exclusive(3)));
    }
}

/// Completing a claim replaces the old value.
pub fn completing_replaces_the_old_value(store: &dyn Store) {
    store.set("k", &entry("old", 100).0, &ten_seconds()).unwrap();
    assert!(granted(store, "k", &exclusive(1)));
    assert!(complete(store, 1, 7));
    assert_eq!(kept(store, "k"), Some(Value::Number(7)));
    assert_eq!(store.increment("k", 1, &ten_seconds()).unwrap(), 8);
}

/// A released claim has ended: it refuses no claim and cannot be completed.
pub fn a_released_claim_has_ended(store: &dyn Store) {
    assert!(granted(store, "k", &exclusive(1)));
    released(store, "k", 1, Duration::ZERO);
    assert!(is_free(store));
    assert!(!complete(store, 1, 7));
    assert_eq!(kept(store, "k"), None);
}

/// Releasing ends only the given claim; an unknown one is no error.
pub fn releasing_ends_only_the_given_claim(store: &dyn Store) {
    released(store, "k", 5, Duration::ZERO);
    assert!(granted(store, "k", &exclusive(1)));
    assert!(granted(store, "k", &non_exclusive(2)));
    released(store, "k", 3, Duration::ZERO);
    released(store, "another", 1, Duration::ZERO);
    released(store, "k", 2, Duration::ZERO);
    assert!(!is_free(store));
    assert!(complete(store, 1, 7));
}

/// A release can refuse other exclusive claims for a pause.
pub fn a_release_can_delay_the_next_exclusive_claim(store: &dyn Store) {
    assert!(granted(store, "k", &exclusive(1)));
    let begun = Instant::now();
    released(store, "k", 1, SHORT);
    let refused = !granted(store, "k", &exclusive(2));
    assert!(refused || begun.elapsed() >= SHORT);
    assert!(granted(store, "k", &non_exclusive(3)), "only exclusive claims are delayed");
    sleep(SHORT);
    assert!(is_free(store));
}

/// An exclusive claim refuses others for its length, and no longer.
pub fn an_exclusive_claim_times_out(store: &dyn Store) {
    let begun = Instant::now();
    assert!(granted(store, "k", &exclusive_for(1, SHORT)));
    let refused = !granted(store, "k", &exclusive_for(2, SHORT));
    assert!(refused || begun.elapsed() >= SHORT);
    sleep(SHORT);
    assert!(is_free(store));
}

/// A claim that has timed out, and was not broken, can still be completed.
pub fn a_timed_out_claim_can_still_be_completed(store: &dyn Store) {
    for claim in [Claim::new(1, SHORT), exclusive_for(2, SHORT)] {
        assert!(granted(store, "k", &claim));
        sleep(SHORT * 2);
        assert!(complete(store, claim.token, 7), "{claim:?}");
    }
    assert_eq!(kept(store, "k"), Some(Value::Number(7)));
}

type Change = (&'static str, fn(&dyn Store));

/// Every way to change `k`, whether it is present or not. Afterwards it is absent or holds 1.
fn changes() -> [Change; 8] {
    fn k() -> [String; 1] {
        ["k".to_owned()]
    }
    [
        ("set", |store| store.set("k", &Value::Number(1), &ten_seconds()).unwrap()),
        ("write_multi", |store| store.write_multi(&k().map(|key| (key, Value::Number(1))), &ten_seconds()).unwrap()),
        ("delete", |store| assert!(store.delete("k", ten_seconds().now).is_ok())),
        ("delete_multi", |store| assert!(store.delete_multi(&k(), ten_seconds().now).is_ok())),
        ("increment", |store| assert_eq!(store.increment("k", 1, &ten_seconds()).unwrap(), 1)),
        ("clear", |store| assert!(store.clear("").is_ok())),
        ("clear of a prefix", |store| assert!(store.clear("k").is_ok())),
        ("complete of another claim", |store| {
            assert!(granted(store, "k", &non_exclusive(100)));
            assert!(complete(store, 100, 1));
        }),
    ]
}

/// Every other change of the key breaks its claims: completing a broken claim changes nothing.
pub fn every_change_of_the_key_breaks_its_claims(store: &dyn Store) {
    for (what, change) in changes() {
        for was_there in [false, true] {
            for claim in [non_exclusive(1), exclusive(2)] {
                store.delete("k", ten_seconds().now).unwrap();
                if was_there {
                    store.set("k", &Value::Number(0), &ten_seconds()).unwrap();
                }
                assert!(granted(store, "k", &claim));
                change(store);
                let left = kept(store, "k");
                assert!(matches!(left, None | Some(Value::Number(1))), "{what}: {left:?}");
                assert!(!complete(store, claim.token, 2), "{what} in the middle of {claim:?}");
                assert_eq!(kept(store, "k"), left, "{what}");
                released(store, "k", claim.token, Duration::ZERO);
            }
        }
    }
}

/// A change breaks claims that have timed out, too.
pub fn a_change_breaks_a_timed_out_claim(store: &dyn Store) {
    assert!(granted(store, "k", &exclusive_for(1, SHORT)));
    sleep(SHORT * 2);
    store.delete("k", ten_seconds().now).unwrap();
    assert!(!complete(store, 1, 7));
    assert_eq!(kept(store, "k"), None);
}

/// Changes of other keys break nothing, and neither do other claims. (A `clear` may break more claims than it removes
/// entries.)
pub fn changes_of_other_keys_and_other_claims_break_nothing(store: &dyn Store) {
    let expiration = ten_seconds();
    let pair = ("a".to_owned(), Value::Number(1));
    assert!(granted(store, "k", &exclusive(1)));
    store.set("kk", &Value::Number(1), &expiration).unwrap();
    store.write_multi(std::slice::from_ref(&pair), &expiration).unwrap();
    store.increment("n", 1, &expiration).unwrap();
    assert!(store.delete("kk", expiration.now).unwrap());
    assert_eq!(store.delete_multi(&[pair.0], expiration.now).unwrap(), 1);
    store.delete_expired(expiration.now).unwrap();
    assert!(granted(store, "kk", &exclusive(2)));
    assert!(completed(store, "kk", &Value::Number(1), &expiration, 2));
    assert!(granted(store, "k", &non_exclusive(3)));
    released(store, "k", 3, Duration::ZERO);
    assert!(!granted(store, "k", &exclusive(4)));
    assert_eq!(kept(store, "k"), None);
    assert!(complete(store, 1, 7));
}

/// Of two claims on a key, the one that is completed first is stored, and the other is not.
pub fn the_first_of_two_computations_is_stored(store: &dyn Store) {
    assert!(granted(store, "k", &exclusive(1)));
    assert!(granted(store, "k", &non_exclusive(2)));
    assert!(complete(store, 2, 2));
    assert!(!complete(store, 1, 1));
    assert_eq!(kept(store, "k"), Some(Value::Number(2)));
}

/// Any text is a key to claim.
pub fn any_text_can_be_claimed(store: &dyn Store) {
    let long = "k".repeat(250);
    let keys = ["User", "user", " ", "\0", "a\0b", "é", "🦀", "'", "%", "\r\n", "*", "[a]", &long];
    for (token, key) in (1..).zip(keys) {
        assert!(granted(store, key, &exclusive(token)), "{key:?}");
    }
    for (token, key) in (1..).zip(keys) {
        assert!(completed(store, key, &Value::Number(1), &ten_seconds(), token), "{key:?}");
    }
}

/// A renewed claim refuses others for its length from then on.
pub fn a_renewed_claim_lasts_from_then_on(store: &dyn Store) {
    let begun = Instant::now();
    assert!(granted(store, "k", &exclusive_for(1, SHORT)));
    assert!(claims(store).renew("k", &exclusive(1)).unwrap());
    sleep((SHORT * 2).saturating_sub(begun.elapsed()));
    assert!(!granted(store, "k", &exclusive(2)), "it would have timed out");
    assert!(granted(store, "k", &non_exclusive(3)));
    assert!(claims(store).renew("k", &non_exclusive(3)).unwrap(), "a non-exclusive one is renewed, too");
    assert!(complete(store, 1, 7));
}

/// A claim that is broken, released or unknown cannot be renewed, and is not recorded by that.
pub fn a_broken_claim_cannot_be_renewed(store: &dyn Store) {
    for (what, change) in changes() {
        assert!(granted(store, "k", &exclusive(1)));
        change(store);
        let left = kept(store, "k");
        assert!(!claims(store).renew("k", &exclusive(1)).unwrap(), "{what}");
        assert!(!complete(store, 1, 7), "{what}");
        assert_eq!(kept(store, "k"), left, "{what}");
        assert!(is_free(store), "{what}");
    }
    assert!(!claims(store).renew("unknown", &exclusive(1)).unwrap());
    assert!(granted(store, "unknown", &exclusive(2)));
}

/// Releasing tells whether the claim was unbroken.
pub fn releasing_tells_whether_the_claim_was_unbroken(store: &dyn Store) {
    for pause in [Duration::ZERO, SHORT] {
        for claim in [exclusive(1), non_exclusive(2)] {
            for (what, change) in changes() {
                granted(store, "k", &claim);
                change(store);
                assert!(!released(store, "k", claim.token, pause), "{what}");
            }
            store.delete("k", ten_seconds().now).unwrap();
            assert!(granted(store, "k", &claim));
            assert!(released(store, "k", claim.token, pause));
            store.delete("k", ten_seconds().now).unwrap();
        }
    }
    assert!(!released(store, "unknown", 1, Duration::ZERO));
}

/// A claim on several keys is broken for each key by itself.
pub fn a_claim_on_several_keys_is_broken_for_each_by_itself(store: &dyn Store) {
    let keys = ["a", "b", "c", "d"].map(str::to_owned);
    let value = |number| Value::Number(number);
    assert!(claims(store).claim(&keys, &non_exclusive(1)).unwrap());
    store.delete("b", ten_seconds().now).unwrap();
    store.set("c", &value(9), &ten_seconds()).unwrap();
    let values: Vec<_> = keys[..3].iter().cloned().zip([1, 2, 3].map(value)).collect();
    let stored = claims(store).complete(&values, &ten_seconds(), 1).unwrap();
    assert_eq!(stored, [true, false, false]);
    assert_eq!((kept(store, "a"), kept(store, "b"), kept(store, "c")), (Some(value(1)), None, Some(value(9))));
    assert_eq!(claims(store).release(&keys[2..], 1, Duration::ZERO).unwrap(), [false, true]);
    assert_eq!(claims(store).complete(&values, &ten_seconds(), 1).unwrap(), [false; 3], "it has ended");
    assert_eq!(claims(store).complete(&[], &ten_seconds(), 1).unwrap(), [false; 0]);
    assert!(claims(store).claim(&[], &non_exclusive(1)).unwrap());
    assert_eq!(claims(store).release(&[], 1, Duration::ZERO).unwrap(), [false; 0]);
}

/// Dispatched claim operations give the same answers.
pub fn dispatched_claim_operations_give_the_same_answers(store: &dyn Store) {
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    let answer = |operation| answer_for_a_task(store, operation);
    let claim = |on: &[&str], claim| answer(Operation::Claim { keys: keys(on), claim });
    let complete = |key: &str, token| {
        let (values, expiration) = (vec![(key.to_owned(), Value::Number(7))].into(), ten_seconds());
        answer(Operation::Complete { values, expiration, token })
    };
    let release = |on: &[&str], token| answer(Operation::Release { keys: keys(on), token, pause: Duration::ZERO });
    assert!(matches!(claim(&["k"], exclusive(1)), Answer::Bool(true)));
    assert!(matches!(claim(&["k"], exclusive(2)), Answer::Bool(false)));
    assert!(matches!(release(&["k"], 1), Answer::Bools(unbroken) if unbroken == [true]));
    assert!(matches!(claim(&["k"], exclusive(3)), Answer::Bool(true)));
    assert!(matches!(complete("k", 3), Answer::Bools(stored) if stored == [true]));
    assert!(matches!(complete("k", 3), Answer::Bools(stored) if stored == [false]));
    assert_eq!(kept(store, "k"), Some(Value::Number(7)));
    assert!(matches!(claim(&["k", "l"], non_exclusive(4)), Answer::Bool(true)));
    assert!(matches!(complete("l", 4), Answer::Bools(stored) if stored == [true]));
    assert!(matches!(release(&["k", "l"], 4), Answer::Bools(unbroken) if unbroken == [true, false]));
}
