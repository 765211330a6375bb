//! A store with claims, over a map: the contract of `Store` and `Claims`, as short as it can be written.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cache_runtime::store::{Claim, Claims, Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result};

/// Entries and claims in the order in which they were recorded.
pub(crate) struct ModelStore {
    /// The time since some moment.
    clock: fn() -> Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<String, Record>,
    claims: BTreeMap<String, Vec<Recorded>>,
}

/// A claim on one key, or a pause after one.
struct Recorded {
    /// `None` for a pause.
    token: Option<u64>,
    exclusive: bool,
    ends: Duration,
}

impl ModelStore {
    pub(crate) fn new(clock: fn() -> Duration) -> Self {
        ModelStore { clock, state: Mutex::default() }
    }

    /// The keys on which there are claims, without those that have only left a pause.
    #[allow(dead_code, reason = "the contract does not ask")]
    pub(crate) fn claimed(&self) -> Vec<String> {
        let state = self.state();
        let claimed = state.claims.iter().filter(|(_, claims)| claims.iter().any(|claim| claim.token.is_some()));
        claimed.map(|(key, _)| key.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Where the claim of this token lies in the list of its key.
    fn place(&self, key: &str, token: u64) -> Option<usize> {
        self.claims.get(key)?.iter().position(|claim| claim.token == Some(token))
    }

    fn break_claims(&mut self, key: &str) {
        self.claims.remove(key);
    }

    fn remove(&mut self, key: &str, now: Timestamp) -> bool {
        self.break_claims(key);
        self.entries.remove(key).is_some_and(|record| record.is_live(now))
    }

    fn put(&mut self, key: &str, value: &Value, expiration: &Expiration) {
        self.entries.insert(key.to_owned(), Record::new(value.clone()).expires_at(expiration.expires_at));
    }
}

impl Store for ModelStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        Ok(self.state().entries.get(key).cloned())
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let mut state = self.state();
        state.break_claims(key);
        state.put(key, value, expiration);
        Ok(())
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        Ok(self.state().remove(key, now))
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let mut state = self.state();
        let live = state.entries.get(key).filter(|record| record.is_live(expiration.now)).cloned();
        let mut record = live.unwrap_or(Record::new(Value::Number(0)).expires_at(expiration.expires_at));
        let Value::Number(number) = &mut record.value else {
            return Err(Error::new(ErrorKind::NotANumber, "the value is not a whole number"));
        };
        *number = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "beyond i64"))?;
        let sum = *number;
        if expiration.is_explicit && record.expires_at == Some(Timestamp::NEVER) {
            record.expires_at = Some(expiration.expires_at);
        }
        state.break_claims(key);
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
        Some(self)
    }
}

impl Claims for ModelStore {
    fn claim(&self, keys: &[String], claim: &Claim) -> Result<bool> {
        let (now, mut state) = ((self.clock)(), self.state());
        let refuses = |recorded: &Recorded| recorded.exclusive && recorded.ends > now;
        let is_refused = |key: &String| state.claims.get(key).is_some_and(|claims| claims.iter().any(refuses));
        if claim.exclusive && keys.iter().any(is_refused) {
            return Ok(false);
        }
        for key in keys {
            let ends = now.saturating_add(claim.length);
            let recorded = Recorded { token: Some(claim.token), exclusive: claim.exclusive, ends };
            state.claims.entry(key.clone()).or_default().push(recorded);
        }
        Ok(true)
    }

    fn complete(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
        let mut state = self.state();
        let completed = values.iter().map(|(key, value)| {
            let Some(place) = state.place(key, token) else { return false };
            let claims = state.claims.get_mut(key).expect("the claim is in the list");
            claims.drain(..=place);
            state.put(key, value, expiration);
            true
        });
        Ok(completed.collect())
    }

    fn renew(&self, key: &str, claim: &Claim) -> Result<bool> {
        let (now, mut state) = ((self.clock)(), self.state());
        let place = state.place(key, claim.token);
        if let Some((place, claims)) = place.zip(state.claims.get_mut(key)) {
            claims[place].ends = now.saturating_add(claim.length);
        }
        Ok(place.is_some())
    }

    fn release(&self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>> {
        let (now, mut state) = ((self.clock)(), self.state());
        let released = keys.iter().map(|key| {
            let Some(place) = state.place(key, token) else { return false };
            let claims = state.claims.get_mut(key).expect("the claim is in the list");
            claims.remove(place);
            if !pause.is_zero() {
                claims.push(Recorded { token: None, exclusive: true, ends: now.saturating_add(pause) });
            }
            true
        });
        Ok(released.collect())
    }
}
