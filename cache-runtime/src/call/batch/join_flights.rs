//! Which keys a batch computes, and which it takes from others who compute them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Batch;
use crate::entry::Value;
use crate::handle::deduplicated;
use crate::mode::Mode;
use crate::single_flight::{BatchRole, Ending, FlightKey, Leader, flights};

/// How often a batch waits for others, before it computes what is still missing.
const MAX_WAITS: usize = 3;

impl<M: Mode, E> Batch<'_, M, E> {
    /// Takes the values that others compute, and leads the flights of all other missing keys.
    pub(super) async fn lead<V: DeserializeOwned>(&self, values: &mut [Option<V>], ended_before: u64) -> Vec<Leader> {
        let stall_timeout = self.handle.core.settings.stall_timeout;
        let mut leaders = Vec::new();
        for _ in 0..MAX_WAITS {
            let missing = self.missing(values, &leaders);
            match flights().join_all(&missing, &leaders, M::WAITS, stall_timeout) {
                BatchRole::Leaders(more) => {
                    // Between the lookup and now another flight of one of these keys has ended.
                    let may_be_stored = more.iter().any(|leader| leader.may_be_stored_since(ended_before));
                    leaders.extend(more);
                    return if may_be_stored { self.look_again(values, leaders).await } else { united(leaders) };
                }
                BatchRole::Waiters(wait) => {
                    let waited = self.mode.wait(wait).await;
                    self.take(values, waited.values);
                    leaders.extend(waited.leaders);
                    leaders = self.look_again(values, leaders).await;
                }
            }
        }
        leaders.extend(flights().lead_free(&self.missing(values, &leaders), M::WAITS, stall_timeout));
        united(leaders)
    }

    /// Leads the flights of all keys. It waits for nobody, as a refresh does not.
    pub(super) fn lead_unconditionally(&self) -> Vec<Leader> {
        let stall_timeout = self.handle.core.settings.stall_timeout;
        let lead = |key: FlightKey| flights().lead(key.clone(), key.unshared(), M::WAITS, stall_timeout);
        let values: Vec<Option<()>> = self.elements.iter().map(|_| None).collect();
        united(self.missing(&values, &[]).into_iter().map(lead).collect())
    }

    /// The flights of the missing keys, each once, but those that it leads.
    fn missing<V>(&self, values: &[Option<V>], held: &[Leader]) -> Vec<FlightKey> {
        let missing = self.elements.iter().zip(values).filter(|(_, value)| value.is_none());
        let keys = missing.filter_map(|(element, _)| self.flight(element.key.as_deref()?));
        let mut seen: HashSet<FlightKey> = held.iter().map(|leader| leader.key().clone()).collect();
        keys.filter(|key| seen.insert(key.clone())).collect()
    }

    fn flight(&self, key: &str) -> Option<FlightKey> {
        Some(self.handle.flight_key(&self.handle.key(key).ok()?))
    }

    /// Takes the values that leaders have published.
    fn take<V: DeserializeOwned>(&self, values: &mut [Option<V>], published: Vec<(FlightKey, Arc<Value>)>) {
        let published: HashMap<FlightKey, Arc<Value>> = published.into_iter().collect();
        for (element, value) in self.elements.iter().zip(values).filter(|(_, value)| value.is_none()) {
            let flight = element.key.as_deref().and_then(|key| self.flight(key));
            let Some((flight, found)) = flight.and_then(|flight| published.get_key_value(&flight)) else { continue };
            *value = self.handle.decode(&flight.key, found);
        }
    }

    /// Reads the missing keys again: others may have stored them. Returns the leaders of those that are still missing.
    async fn look_again<V: DeserializeOwned>(&self, values: &mut [Option<V>], leaders: Vec<Leader>) -> Vec<Leader> {
        let watermarks: Vec<_> = leaders.iter().map(Leader::watermark).collect();
        let missing = self.elements.iter().zip(&*values).filter(|(_, value)| value.is_none());
        let keys: Vec<String> = missing.filter_map(|(element, _)| element.key.clone()).collect();
        let records = self.load(deduplicated(keys)).await;
        let now = self.handle.now();
        let live = records.into_iter().filter_map(|(key, record)| {
            let record = record.filter(|record| record.is_live(now))?;
            Some((self.flight(&key)?, Arc::new(record.value)))
        });
        let live: HashMap<FlightKey, Arc<Value>> = live.collect();
        self.take(values, live.iter().map(|(key, value)| (key.clone(), Arc::clone(value))).collect());
        let (mut left, mut ended) = (Vec::new(), Vec::new());
        for (leader, watermark) in leaders.into_iter().zip(watermarks) {
            match live.get(leader.key()) {
                Some(value) => ended.push((leader, Ending::Published(Arc::clone(value), watermark))),
                None => left.push(leader),
            }
        }
        flights().end_all(ended);
        united(left)
    }
}

/// Leaders whose keys one body computes.
fn united(mut leaders: Vec<Leader>) -> Vec<Leader> {
    flights().unite(&mut leaders);
    leaders
}
