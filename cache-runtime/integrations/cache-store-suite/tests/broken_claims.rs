//! Stores whose claims have one defect each: the suite finds it, quotes the line of the contract, and says what to change.

mod defects;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::store::{Answer, Claim, Claims, Dispatch, Expiration, Operation, Record, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result, Store};
use cache_store_suite::{Broken, broken_lines};

use self::defects::{Expected, assert_found, without_defect};

/// What is wrong with the claims of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    HidesItsClaims,
    GrantsEverything,
    ClaimsAllKeysAtOnce,
    SharedClaimsRefuse,
    RecordsRefusedClaims,
    LooksAndRecordsInTwoSteps,
    ClaimsAreEntries,
    CompletedClaimsStay,
    CompletesOnlyAbsentKeys,
    ReleasedClaimsStay,
    ReleasesEveryClaim,
    ForgetsPauses,
    ClaimsNeverTimeOut,
    ForgetsWhatTimesOut,
    DeleteOfNothingBreaksNothing,
    IncrementBreaksNothing,
    TimedOutClaimsAreNotBroken,
    ChangesBreakAllClaims,
    RenewsNothing,
    RenewsWhatIsUnknown,
    ReleaseSaysUnbroken,
    SeveralKeysAreOneClaim,
    LaterClaimsAreNotBroken,
    KeysOfClaimsAreTrimmed,
    DispatchGrantsEverything,
}

/// A claim as it is recorded.
#[derive(Clone)]
struct Recorded {
    token: u64,
    exclusive: bool,
    ends: Instant,
}

impl Recorded {
    fn refuses(&self) -> bool {
        self.exclusive && self.ends > Instant::now()
    }
}

#[derive(Default)]
struct State {
    entries: HashMap<String, Record>,
    /// In the order of recording.
    claims: HashMap<String, Vec<Recorded>>,
}

/// A store over a map, sound but for one defect.
struct BrokenStore {
    defect: Defect,
    state: Mutex<State>,
}

/// What no claim of the suite has as its token.
const PAUSE: u64 = u64::MAX - 1;

impl BrokenStore {
    fn with(defect: Defect) -> Self {
        BrokenStore { defect, state: Mutex::default() }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while it is held")
    }

    /// The name under which the claims on a key are kept.
    fn claimed(&self, key: &str) -> String {
        match self.defect {
            Defect::ClaimsAllKeysAtOnce => String::new(),
            Defect::KeysOfClaimsAreTrimmed => key.trim().to_owned(),
            _ => key.to_owned(),
        }
    }

    /// Breaks the claims on a key that changes.
    fn break_claims(&self, state: &mut State, key: &str) {
        match self.defect {
            Defect::ChangesBreakAllClaims => state.claims.clear(),
            Defect::TimedOutClaimsAreNotBroken => {
                let claims = state.claims.entry(key.to_owned()).or_default();
                claims.retain(|claim| claim.exclusive && claim.ends <= Instant::now());
            }
            _ => drop(state.claims.remove(&self.claimed(key))),
        }
    }

    /// Where a claim is in the order of recording, if it is unbroken.
    fn place(&self, state: &State, key: &str, token: u64) -> Option<usize> {
        let claims = state.claims.get(&self.claimed(key))?;
        let is_known = |claim: &Recorded| !self.has(Defect::ForgetsWhatTimesOut) || claim.ends > Instant::now();
        claims.iter().position(|claim| claim.token == token && is_known(claim))
    }

    fn put(&self, state: &mut State, key: &str, value: &Value, expiration: &Expiration) {
        self.break_claims(state, key);
        let record = Record::new(value.clone()).expires_at(expiration.expires_at);
        state.entries.insert(key.to_owned(), record);
    }
}

impl Store for BrokenStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        Ok(self.state().entries.get(key).cloned())
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.put(&mut self.state(), key, value, expiration);
        Ok(())
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        let mut state = self.state();
        let old = state.entries.remove(key);
        if old.is_some() || !self.has(Defect::DeleteOfNothingBreaksNothing) {
            self.break_claims(&mut state, key);
        }
        Ok(old.is_some_and(|record| record.is_live(now)))
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let mut state = self.state();
        let live = state.entries.get(key).filter(|record| record.is_live(expiration.now)).cloned();
        let mut record = live.unwrap_or_else(|| Record::new(Value::Number(0)).expires_at(expiration.expires_at));
        let Value::Number(number) = &mut record.value else {
            return Err(Error::new(ErrorKind::NotANumber, "the value is not a whole number"));
        };
        *number = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "beyond i64"))?;
        let sum = *number;
        if expiration.is_explicit && record.expires_at == Some(Timestamp::NEVER) {
            record = record.expires_at(expiration.expires_at);
        }
        if !self.has(Defect::IncrementBreaksNothing) {
            self.break_claims(&mut state, key);
        }
        state.entries.insert(key.to_owned(), record);
        Ok(sum)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let mut state = self.state();
        let before = state.entries.len();
        state.entries.retain(|key, _| !key.starts_with(prefix));
        state.claims.retain(|key, _| !key.starts_with(prefix));
        Ok((before - state.entries.len()) as u64)
    }

    fn claims(&self) -> Option<&dyn Claims> {
        (!self.has(Defect::HidesItsClaims)).then_some(self)
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        if self.has(Defect::DispatchGrantsEverything)
            && let Operation::Claim { .. } = operation
        {
            return Dispatch::Done(Ok(Answer::Bool(true)));
        }
        Dispatch::Blocking(operation)
    }
}

impl Claims for BrokenStore {
    fn claim(&self, keys: &[String], claim: &Claim) -> Result<bool> {
        let mut state = self.state();
        let refuses = |recorded: &Recorded| match self.defect {
            Defect::GrantsEverything => false,
            Defect::SharedClaimsRefuse => recorded.ends > Instant::now(),
            Defect::ClaimsNeverTimeOut => recorded.exclusive,
            _ => recorded.refuses(),
        };
        let is_refused = |key: &String| {
            let claims = state.claims.get(&self.claimed(key));
            claim.exclusive && claims.is_some_and(|claims| claims.iter().any(refuses))
        };
        let refused = keys.iter().any(is_refused);
        if self.has(Defect::LooksAndRecordsInTwoSteps) {
            drop(state);
            // Long enough for the others, also on a machine with much to do.
            thread::sleep(Duration::from_millis(30));
            state = self.state();
        }
        if refused && !self.has(Defect::RecordsRefusedClaims) {
            return Ok(false);
        }
        for key in keys {
            let now = Instant::now();
            let recorded = Recorded { token: claim.token, exclusive: claim.exclusive, ends: now + claim.length };
            state.claims.entry(self.claimed(key)).or_default().push(recorded);
            if self.has(Defect::ClaimsAreEntries) {
                let record = Record::new(Value::Number(0)).expires_at(Timestamp::NEVER);
                state.entries.entry(key.clone()).or_insert(record);
            }
        }
        Ok(!refused)
    }

    fn complete(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
        let mut state = self.state();
        let unbroken: Vec<_> = values.iter().map(|(key, _)| self.place(&state, key, token)).collect();
        let all = unbroken.iter().all(Option::is_some);
        let stored = values.iter().zip(unbroken).map(|((key, value), place)| {
            let Some(place) = place.filter(|_| all || !self.has(Defect::SeveralKeysAreOneClaim)) else { return false };
            let claims = state.claims.entry(self.claimed(key)).or_default();
            match self.defect {
                Defect::CompletedClaimsStay => {}
                Defect::LaterClaimsAreNotBroken => drop(claims.remove(place)),
                _ => drop(claims.drain(..=place)),
            }
            let is_there = state.entries.contains_key(key);
            if !(is_there && self.has(Defect::CompletesOnlyAbsentKeys)) {
                let record = Record::new(value.clone()).expires_at(expiration.expires_at);
                state.entries.insert(key.clone(), record);
            }
            true
        });
        Ok(stored.collect())
    }

    fn renew(&self, key: &str, claim: &Claim) -> Result<bool> {
        let mut state = self.state();
        let place = self.place(&state, key, claim.token);
        let claims = state.claims.entry(self.claimed(key)).or_default();
        let now = Instant::now();
        match place {
            Some(_) if self.has(Defect::RenewsNothing) => Ok(true),
            Some(place) => {
                claims[place].ends = now + claim.length;
                Ok(true)
            }
            None if self.has(Defect::RenewsWhatIsUnknown) => {
                let ends = now + claim.length;
                claims.push(Recorded { token: claim.token, exclusive: claim.exclusive, ends });
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn release(&self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>> {
        let mut state = self.state();
        let released = keys.iter().map(|key| {
            let place = self.place(&state, key, token);
            let claims = state.claims.entry(self.claimed(key)).or_default();
            match place {
                _ if self.has(Defect::ReleasesEveryClaim) => claims.clear(),
                Some(place) if !self.has(Defect::ReleasedClaimsStay) => {
                    let old = claims.remove(place);
                    if old.exclusive && !pause.is_zero() && !self.has(Defect::ForgetsPauses) {
                        let now = Instant::now();
                        claims.push(Recorded { token: PAUSE, exclusive: true, ends: now + pause });
                    }
                }
                _ => {}
            }
            place.is_some() || self.has(Defect::ReleaseSaysUnbroken)
        });
        Ok(released.collect())
    }
}

/// The lines that a store with a defect breaks.
fn found(defect: Defect) -> Vec<Broken> {
    broken_lines(move || BrokenStore::with(defect))
}

/// Each defect, and the function that must find it.
const DEFECTS: &[Expected<Defect>] = &[
    (Defect::GrantsEverything, &["claims::an_exclusive_claim_refuses_other_exclusive_claims"]),
    (Defect::ClaimsAllKeysAtOnce, &["claims::an_exclusive_claim_refuses_other_exclusive_claims"]),
    (Defect::SharedClaimsRefuse, &["claims::a_non_exclusive_claim_refuses_no_other_claim"]),
    (Defect::RecordsRefusedClaims, &["claims::a_refused_claim_cannot_be_completed"]),
    (Defect::LooksAndRecordsInTwoSteps, &["claims::one_of_many_simultaneous_exclusive_claims_is_granted"]),
    (Defect::ClaimsAreEntries, &["claims::a_claim_does_not_change_the_entry"]),
    (Defect::CompletedClaimsStay, &["claims::completing_stores_the_value_and_ends_the_claim"]),
    (Defect::CompletesOnlyAbsentKeys, &["claims::completing_replaces_the_old_value"]),
    (Defect::ReleasedClaimsStay, &["claims::a_released_claim_has_ended"]),
    (Defect::ReleasesEveryClaim, &["claims::releasing_ends_only_the_given_claim"]),
    (Defect::ForgetsPauses, &["claims::a_release_can_delay_the_next_exclusive_claim"]),
    (Defect::ClaimsNeverTimeOut, &["claims::an_exclusive_claim_times_out"]),
    (Defect::ForgetsWhatTimesOut, &["claims::a_timed_out_claim_can_still_be_completed"]),
    (Defect::DeleteOfNothingBreaksNothing, &["claims::every_change_of_the_key_breaks_its_claims"]),
    (Defect::IncrementBreaksNothing, &["claims::every_change_of_the_key_breaks_its_claims"]),
    (Defect::TimedOutClaimsAreNotBroken, &["claims::a_change_breaks_a_timed_out_claim"]),
    (Defect::ChangesBreakAllClaims, &["claims::changes_of_other_keys_and_other_claims_break_nothing"]),
    (Defect::RenewsNothing, &["claims::a_renewed_claim_lasts_from_then_on"]),
    (Defect::RenewsWhatIsUnknown, &["claims::a_broken_claim_cannot_be_renewed"]),
    (Defect::ReleaseSaysUnbroken, &["claims::releasing_tells_whether_the_claim_was_unbroken"]),
    (Defect::SeveralKeysAreOneClaim, &["claims::a_claim_on_several_keys_is_broken_for_each_by_itself"]),
    (Defect::LaterClaimsAreNotBroken, &["claims::the_first_of_two_computations_is_stored"]),
    (Defect::KeysOfClaimsAreTrimmed, &["claims::any_text_can_be_claimed"]),
    (Defect::DispatchGrantsEverything, &["claims::dispatched_claim_operations_give_the_same_answers"]),
];

#[test]
fn a_store_with_sound_claims_breaks_no_line() {
    assert_eq!(found(Defect::None), []);
}

#[test]
fn each_defect_of_claims_is_found_by_the_line_that_it_breaks() {
    assert_found(DEFECTS, found);
}

/// A line on claims has a defect above, but for the one that says that there are claims.
#[test]
fn each_line_on_claims_has_its_defect() {
    assert_eq!(without_defect("claims::", DEFECTS), ["claims::the_store_reports_that_it_keeps_claims"]);
}

/// A store without claims is not asked about them; a test of its own says that they are expected.
#[test]
fn a_store_that_hides_its_claims_is_told_to_return_them() {
    assert_eq!(found(Defect::HidesItsClaims), []);
    let message = *std::panic::catch_unwind(|| {
        cache_store_suite::check_store("claims::the_store_reports_that_it_keeps_claims", || {
            let store = BrokenStore::with(Defect::HidesItsClaims);
            cache_store_suite::claims::the_store_reports_that_it_keeps_claims(&store);
        });
    })
    .expect_err("the store is broken")
    .downcast::<String>()
    .expect("a message");
    assert!(message.contains("change: Return `Some(self)` from `Store::claims`"), "{message}");
}

#[test]
fn the_message_is_about_the_claims() {
    let found = found(Defect::ForgetsPauses);
    let [broken] = &found[..] else { panic!("{found:#?}") };
    let message = broken.to_string();
    for part in [
        "breaks a line of its contract",
        "Claims::release: \"No exclusive claim on these keys is granted for the length of `pause`.\"",
        "change: Keep a record that refuses exclusive claims, and only those, until the pause is over.",
        "tested by: claims::a_release_can_delay_the_next_exclusive_claim",
    ] {
        assert!(message.contains(part), "{part:?} is missing in:\n{message}");
    }
}
