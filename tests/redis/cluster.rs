//! A cluster whose keys move, whose masters die, and whose answers are lost.

use std::time::{Duration, Instant};

use cache_runtime::{Cache, ErrorKind, Result};
use cache_servers::{Cluster, Proxy};
use cache_store_suite::within_a_minute;
use tokio::runtime::Runtime;

use crate::common::open;
use crate::wait_until::wait_until;

/// A cache in a cluster, used by threads over their own connections, and by tasks over the one that a runtime shares.
struct ClusterCache {
    cache: Cache,
    runtime: Runtime,
}

#[derive(Clone, Copy, Debug)]
enum Caller {
    Thread,
    Task,
}

impl ClusterCache {
    fn of(cluster: &Cluster) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        ClusterCache { cache: open(&format!("{}?timeout=2", cluster.url())), runtime: runtime.expect("a runtime") }
    }

    fn increment(&self, caller: Caller, key: &str) -> Result<i64> {
        match caller {
            Caller::Thread => self.cache.increment(key, 1),
            Caller::Task => self.runtime.block_on(self.cache.to_async().increment(key, 1)),
        }
    }

    fn set(&self, caller: Caller, key: &str, value: &str) -> Result<()> {
        match caller {
            Caller::Thread => self.cache.set(key, value),
            Caller::Task => self.runtime.block_on(self.cache.to_async().set(key, value)),
        }
    }

    fn write_multi(&self, caller: Caller, keys: &[String]) -> Result<()> {
        let values = keys.iter().map(|key| (key, "many"));
        match caller {
            Caller::Thread => self.cache.write_multi(values),
            Caller::Task => self.runtime.block_on(self.cache.to_async().write_multi(values)),
        }
    }

    /// The number of hits.
    fn read_multi(&self, caller: Caller, keys: &[String]) -> Result<usize> {
        let values = match caller {
            Caller::Thread => self.cache.read_multi::<String>(keys),
            Caller::Task => self.runtime.block_on(self.cache.to_async().read_multi::<String>(keys)),
        };
        values.map(|values| values.len())
    }

    fn get(&self, caller: Caller, key: &str) -> Result<Option<String>> {
        match caller {
            Caller::Thread => self.cache.get(key),
            Caller::Task => self.runtime.block_on(self.cache.to_async().get(key)),
        }
    }
}

const CALLERS: [Caller; 2] = [Caller::Thread, Caller::Task];

/// The server has counted, but the answer is lost: a second attempt would count twice.
#[test]
fn an_increment_whose_answer_is_lost_is_an_error_and_counts_once() {
    let Some(cluster) = Cluster::start_behind_proxies() else { return };
    within_a_minute(move || {
        let cache = ClusterCache::of(&cluster);
        for caller in CALLERS {
            let key = format!("{caller:?}");
            assert_eq!(cache.increment(caller, &key).expect("an answer"), 1);
            for round in 1..=5 {
                cluster.proxies().iter().for_each(|proxy| proxy.lose_answer_to("EVALSHA"));
                let error = cache.increment(caller, &key).expect_err("its answer is lost");
                assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
                // The other masters must not lose a later answer.
                cluster.proxies().iter().for_each(|proxy| proxy.lose_answer_to("nothing"));
                assert_eq!(cache.increment(caller, &key).expect("an answer"), 1 + 2 * round, "each counts once");
            }
        }
        assert_eq!(cluster.proxies().iter().map(Proxy::lost).sum::<usize>(), 10);
    });
}

/// While a slot moves, a key that is absent at the old server is requested from the new one (`ASK`), later directly
/// (`MOVED`).
#[test]
fn keys_are_followed_when_their_slot_moves() {
    let Some(cluster) = Cluster::start() else { return };
    within_a_minute(move || {
        let cache = ClusterCache::of(&cluster);
        for caller in CALLERS {
            let slot = format!("cache:{caller:?}");
            // Keys of one slot, by their hash tag.
            let key = |name: &str| format!("{{{slot}}}{name}");
            let to = (cluster.owner(&slot) + 1) % 3;
            cache.set(caller, &key("old"), "value").expect("written");
            assert_eq!(cache.increment(caller, &key("counter")).expect("counted"), 1);
            cluster.begin_move(&slot, to);
            for number in 2..5 {
                assert_eq!(cache.increment(caller, &key("counter")).expect("it has not moved yet"), number);
                assert_eq!(cache.increment(caller, &key("new")).expect("the new server answers"), number - 1);
            }
            assert_eq!(cache.get(caller, &key("old")).expect("read").as_deref(), Some("value"));
            assert_eq!(cache.get(caller, &key("absent")).expect("read"), None);
            cluster.finish_move(&slot, to);
            for number in 5..8 {
                assert_eq!(cache.increment(caller, &key("counter")).expect("followed"), number);
                assert_eq!(cache.increment(caller, &key("new")).expect("followed"), number - 1);
            }
            assert_eq!(cache.get(caller, &key("old")).expect("followed").as_deref(), Some("value"));
            assert_eq!(cache.get(caller, &key("old")).expect("followed").as_deref(), Some("value"));
        }
    });
}

/// Each key of a batch is followed to its own server.
#[test]
fn batches_are_followed_when_a_slot_moves() {
    let Some(cluster) = Cluster::start() else { return };
    within_a_minute(move || {
        let cache = ClusterCache::of(&cluster);
        for caller in CALLERS {
            let slot = format!("cache:{caller:?}");
            let to = (cluster.owner(&slot) + 1) % 3;
            let keys: Vec<String> = (0..20)
                .map(|number| format!("{{{slot}}}{number}"))
                .chain((0..20).map(|number| number.to_string()))
                .collect();
            cache.write_multi(caller, &keys).expect("written");
            cluster.begin_move(&slot, to);
            assert_eq!(cache.read_multi(caller, &keys).expect("read"), 40);
            cache.write_multi(caller, &keys).expect("written, some to the new server");
            cluster.finish_move(&slot, to);
            assert_eq!(cache.read_multi(caller, &keys).expect("followed"), 40);
            cache.write_multi(caller, &keys).expect("followed");
            assert_eq!(cache.read_multi(caller, &keys).expect("read"), 40);
        }
    });
}

#[test]
fn when_a_master_dies_its_replica_takes_over() {
    let Some(cluster) = Cluster::start_with_replicas() else { return };
    within_a_minute(move || {
        let cache = ClusterCache::of(&cluster);
        let keys: Vec<String> = (0..30).map(|number| format!("key:{number}")).collect();
        for (key, caller) in keys.iter().zip(CALLERS.into_iter().cycle()) {
            cache.set(caller, key, "before").expect("all masters are there");
        }
        cluster.nodes()[0].stop();
        let begun = Instant::now();
        for key in &keys {
            assert_eq!(cache.cache.get_or_set(key, || "before".to_owned()), "before", "values are computed meanwhile");
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        for caller in CALLERS {
            for key in &keys {
                wait_until("the replica takes over", || cache.set(caller, key, "after").is_ok());
            }
            for key in &keys {
                assert_eq!(cache.get(caller, key).expect("an answer").as_deref(), Some("after"));
            }
        }
    });
}
