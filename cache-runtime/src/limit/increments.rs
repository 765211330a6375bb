//! Counting on a store that only increments: one counter, whose requests count also when they are refused.

use std::borrow::Cow;

use super::source::{InStore, Source};
use crate::Result;
use crate::entry::Value;
use crate::mode::Mode;
use crate::store::{Count, Counted, Expiration, Operation, Step};
use crate::time::Timestamp;

/// A store that cannot count within bounds. It has fixed windows alone, and each by itself: at most one step adds.
pub(super) struct Incrementing<'a, M>(pub(super) InStore<'a, M>);

impl<M: Mode> Source for Incrementing<'_, M> {
    async fn numbers(&self, keys: Vec<String>, now: Timestamp) -> Result<Vec<i64>> {
        self.0.numbers(keys, now).await
    }

    /// Increments after all other steps have passed. What is refused stays counted: to take it back might start a new
    /// window below zero, if this one ends in between, and a flood would pass.
    async fn count_within(&self, steps: Vec<Step>) -> Result<Counted> {
        let mut counts = Vec::with_capacity(steps.len());
        let mut granted = true;
        for step in &steps {
            let count = match step.by {
                by if granted && by > 0 => Some(self.add(step).await?),
                by if granted && by < 0 => self.take_back(step).await?,
                _ => self.look(step).await?,
            };
            granted &= count.is_none_or(|count| count.value <= step.at_most);
            counts.push(count);
        }
        Ok(Counted { granted, counts })
    }

    async fn increment(&self, key: String, expiration: Expiration) -> Result<i64> {
        self.0.increment(key, expiration).await
    }

    async fn delete(&self, keys: Vec<String>, now: Timestamp) -> Result<bool> {
        self.0.delete(keys, now).await
    }
}

impl<M: Mode> Incrementing<'_, M> {
    async fn add(&self, step: &Step) -> Result<Count> {
        let (key, expiration) = (Cow::Borrowed(&*step.key), step.expiration);
        let increment = Operation::Increment { key: key.clone(), by: step.by, expiration };
        let value = self.ask(increment).await?.number()?;
        // Whoever starts a window knows its end.
        let expires_at = if value == step.by { expiration.expires_at } else { self.expiry(step).await? };
        if expires_at > expiration.expires_at {
            // A clock was set back, and must lock nobody out.
            self.ask(Operation::Touch { key, expiration }).await?.bool()?;
        }
        Ok(Count { value, expires_at: expires_at.min(expiration.expires_at) })
    }

    /// If the window has ended in between, the counter would start below zero.
    async fn take_back(&self, step: &Step) -> Result<Option<Count>> {
        let Some(old) = self.look(step).await? else { return Ok(None) };
        let (key, expiration) = (Cow::Borrowed(&*step.key), step.expiration);
        let value = self.ask(Operation::Increment { key: key.clone(), by: step.by, expiration }).await?.number()?;
        if value < 0 {
            self.ask(Operation::Delete { key, now: expiration.now }).await?.bool()?;
        }
        Ok(Some(Count { value: value.max(0), ..old }))
    }

    async fn look(&self, step: &Step) -> Result<Option<Count>> {
        let now = step.expiration.now;
        let record = self.ask(Operation::Get { key: Cow::Borrowed(&*step.key) }).await?.record()?;
        let Some(Value::Number(value)) = record.filter(|record| record.is_live(now)).map(|record| record.value) else {
            return Ok(None);
        };
        Ok(Some(Count { value, expires_at: self.expiry(step).await? }))
    }

    async fn expiry(&self, step: &Step) -> Result<Timestamp> {
        let expiry = self.ask(Operation::Expiry { key: Cow::Borrowed(&*step.key) }).await?.expiry()?;
        Ok(expiry.unwrap_or(step.expiration.expires_at))
    }

    async fn ask(&self, operation: Operation<'_>) -> Result<crate::store::Answer> {
        self.0.handle.ask(self.0.mode, operation).await
    }
}
