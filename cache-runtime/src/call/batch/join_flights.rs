//! Which keys a batch computes, and which it takes from others who compute them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Batch;
use crate::entry::Value;
use crate::handle::deduplicated;
use crate::mode::Mode;
use crate::single_flight::{BatchLeaders, BatchRole, Ending, FlightKey, Leader, flights};

/// How often a batch waits for others, before it computes what is still missing. While it waits for some of its keys, other
/// batches begin to compute others of them; each ends once, so that a few times are enough.
const MAX_WAITS: usize = 10;

impl<M: Mode, E> Batch<'_, M, E> {
    /// Takes the values that others compute, and leads the flights of all other missing keys.
    pub(super) async fn lead<V: DeserializeOwned>(&self, values: &mut [Option<V>], ended_before: u64) -> BatchLeaders {
        let stall_timeout = self.handle.core.settings.stall_timeout;
        let mut leaders = BatchLeaders::new(flights());
        for _ in 0..MAX_WAITS {
            match flights().join_all(&self.missing(values, &leaders), &leaders, M::WAITS, stall_timeout) {
                BatchRole::Leaders(more) => {
                    // Between the lookup and now another flight of one of these keys has ended.
                    let may_be_stored = more.iter().any(|leader| leader.may_be_stored_since(ended_before));
                    leaders.add(more);
                    if may_be_stored {
                        self.look_again(values, &mut leaders).await;
                    }
                    return leaders;
                }
                BatchRole::Waiters(wait) => {
                    let waited = self.mode.wait(wait).await;
                    self.take(values, waited.values.into_iter().collect());
                    leaders.add(waited.leaders);
                    self.look_again(values, &mut leaders).await;
                }
            }
        }
        leaders.add(flights().lead_free(&self.missing(values, &leaders), M::WAITS, stall_timeout));
        leaders
    }

    /// Leads the flights of all keys. It waits for nobody, as a refresh does not.
    pub(super) fn lead_unconditionally(&self) -> BatchLeaders {
        let stall_timeout = self.handle.core.settings.stall_timeout;
        let lead = |key: FlightKey| flights().lead(key.clone(), key.unshared(), M::WAITS, stall_timeout);
        let (values, mut leaders) = (vec![None::<()>; self.elements.len()], BatchLeaders::new(flights()));
        leaders.add(self.missing(&values, &leaders).into_iter().map(lead).collect());
        leaders
    }

    /// The flights of the missing keys, each once, but those that it leads.
    fn missing<V>(&self, values: &[Option<V>], held: &BatchLeaders) -> Vec<FlightKey> {
        let missing = self.elements.iter().zip(values).filter(|(_, value)| value.is_none());
        let keys = missing.filter_map(|(element, _)| self.flight(element.key.as_deref()?));
        let mut seen: HashSet<FlightKey> = held.as_slice().iter().map(|leader| leader.key().clone()).collect();
        keys.filter(|key| seen.insert(key.clone())).collect()
    }

    fn flight(&self, key: &str) -> Option<FlightKey> {
        Some(self.handle.flight_key(&self.handle.key(key).ok()?))
    }

    /// Takes values of missing keys.
    fn take<V: DeserializeOwned>(&self, values: &mut [Option<V>], found: HashMap<FlightKey, Arc<Value>>) {
        for (element, value) in self.elements.iter().zip(values).filter(|(_, value)| value.is_none()) {
            let flight = element.key.as_deref().and_then(|key| self.flight(key));
            let Some((flight, found)) = flight.and_then(|flight| found.get_key_value(&flight)) else { continue };
            *value = self.handle.decode(&flight.key, found);
        }
    }

    /// Reads the missing keys again, since others may have stored them, and publishes what it finds.
    async fn look_again<V: DeserializeOwned>(&self, values: &mut [Option<V>], leaders: &mut BatchLeaders) {
        let watermark = leaders.as_slice().first().map(Leader::watermark);
        let missing = self.elements.iter().zip(&*values).filter(|(_, value)| value.is_none());
        let keys: Vec<String> = missing.filter_map(|(element, _)| element.key.clone()).collect();
        let records = self.load(deduplicated(keys), &[]).await.unwrap_or_default();
        let now = self.handle.now();
        let live = records.into_iter().filter_map(|(key, read)| {
            let record = read.record().filter(|record| record.is_live(now))?;
            Some((self.flight(&key)?, Arc::new(record.value.clone())))
        });
        let live: HashMap<FlightKey, Arc<Value>> = live.collect();
        leaders.end_some(|leader| Some(Ending::Published(Arc::clone(live.get(leader.key())?), watermark?)));
        self.take(values, live);
    }
}
