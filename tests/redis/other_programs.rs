//! What other programs keep in the same server, on one server and in a cluster, for threads and for tasks.

use cache_runtime::{Cache, ErrorKind};
use cache_servers::{Redis, Reply, own_name};
use cache_suite::{Executor, within_a_minute};

use crate::common::{cluster, in_namespace};

/// Another program in the same place as a cache.
struct Neighbour {
    nodes: &'static [Redis],
    namespace: String,
}

impl Neighbour {
    /// Asks whichever server is the one for this key.
    fn ask(&self, words: &[&[u8]]) -> Reply {
        let mut answers = self.nodes.iter().map(|node| node.ask(words));
        answers.find(|answer| !matches!(answer, Reply::Error(text) if text.starts_with("MOVED"))).expect("one has it")
    }

    /// The name of a key, which need not be text.
    fn name(&self, key: &[u8]) -> Vec<u8> {
        [self.namespace.as_bytes(), key].concat()
    }
}

/// Caches on one server and in a cluster, each with another program beside it.
fn places(namespace: impl Fn() -> String) -> Option<[(Cache, Neighbour); 2]> {
    let places = [std::slice::from_ref(Redis::shared()?), cluster()?.nodes()];
    Some(places.map(|nodes| {
        let namespace = namespace();
        (in_namespace(nodes, &namespace), Neighbour { nodes, namespace })
    }))
}

#[test]
fn a_clear_touches_nothing_of_other_programs() {
    // With what a pattern would take for signs of its own.
    let Some(places) = places(|| format!("{}:a*[b]?", own_name())) else { return };
    within_a_minute(move || {
        for (cache, neighbour) in places {
            let outside = neighbour.namespace.replace("a*[b]?", "");
            let keys = ["\u{e9}".as_bytes(), b"\xff\xfe", b"a*[b]", b"ab", b"axbx", b"a*[b]x:list"];
            let names: Vec<Vec<u8>> = keys.iter().map(|key| [outside.as_bytes(), key].concat()).collect();
            for name in &names {
                assert_eq!(neighbour.ask(&[b"RPUSH", name, b"value"]).number(), Some(1));
            }
            // Inside the namespace, though another program's: they cannot be told apart, and go.
            let (hash, bytes) = (neighbour.name(b"hash"), neighbour.name(b"\xff\xfe"));
            neighbour.ask(&[b"HSET", &hash, b"field", b"value"]);
            neighbour.ask(&[b"SET", &bytes, b"\xff"]);
            cache.write_multi((0..2500).map(|number| (format!("key:{number}"), number))).unwrap();
            cache.namespace("inner").set("key", "value").unwrap();
            assert_eq!(cache.namespace("inner").clear().unwrap(), 1);
            assert_eq!(cache.clear().unwrap(), 2502);
            for executor in Executor::ALL {
                neighbour.ask(&[b"SET", &bytes, b"\xff"]);
                assert_eq!(executor.block_on(cache.to_async().clear()).unwrap(), 1);
            }
            for name in &names {
                assert_eq!(neighbour.ask(&[b"LLEN", name]).number(), Some(1), "{}", name.escape_ascii());
            }
        }
    });
}

/// Another program's value of another kind under our name is an error by hand, and no outage.
#[test]
fn a_foreign_value_in_the_place_of_an_entry_stops_no_other() {
    let Some(places) = places(|| format!("{}:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, neighbour) in places {
            let waiting = cache.to_async();
            let foreign = neighbour.name(b"foreign");
            neighbour.ask(&[b"HSET", &foreign, b"field", b"value"]);
            for executor in Executor::ALL {
                for _ in 0..25 {
                    let errors = [
                        cache.get::<String>("foreign").unwrap_err(),
                        cache.increment("foreign", 1).unwrap_err(),
                        cache.delete("foreign").unwrap_err(),
                        executor.block_on(waiting.get::<String>("foreign")).unwrap_err(),
                        executor.block_on(waiting.increment("foreign", 1)).unwrap_err(),
                    ];
                    for error in errors {
                        assert_eq!(error.kind(), ErrorKind::Entry, "{error}");
                        assert!(error.to_string().contains("another program"), "{error}");
                    }
                }
                cache.set("ours", "value").expect("others are kept");
                let read = executor.block_on(waiting.get::<String>("ours")).expect("and read");
                assert_eq!(read.as_deref(), Some("value"));
                assert_eq!(executor.block_on(waiting.read_multi::<String>(["foreign", "ours"])).unwrap().len(), 1);
            }
            assert_eq!(neighbour.ask(&[b"HGET", &foreign, b"field"]).text(), Some("value"), "it is as it was");
        }
    });
}

/// It fails nobody who computes, and what is computed takes its place.
#[test]
fn a_foreign_value_in_the_place_of_an_entry_is_replaced_by_what_is_computed() {
    let Some(places) = places(|| format!("{}:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, neighbour) in places {
            let waiting = cache.to_async();
            for key in ["by a thread", "by a task"] {
                neighbour.ask(&[b"HSET", &neighbour.name(key.as_bytes()), b"field", b"value"]);
            }
            assert_eq!(cache.get_or_set("by a thread", || 7_u8), 7);
            for executor in Executor::ALL {
                assert_eq!(executor.block_on(waiting.get_or_set("by a task", async || 7_u8)), 7);
            }
            assert_eq!(cache.get::<u8>("by a thread").unwrap(), Some(7));
            assert_eq!(cache.get::<u8>("by a task").unwrap(), Some(7));
        }
    });
}

/// Bytes that are no entry are a miss, and what is written replaces them.
#[test]
fn foreign_bytes_in_the_place_of_an_entry_are_a_miss() {
    let Some(places) = places(|| format!("{}:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, neighbour) in places {
            let waiting = cache.to_async();
            for bytes in [&b"\xff\xfe\xfd"[..], b"", b"\xfe\xca", b"007", b"text"] {
                for executor in Executor::ALL {
                    neighbour.ask(&[b"SET", &neighbour.name(b"key"), bytes]);
                    assert_eq!(cache.get::<u32>("key").unwrap(), None, "{bytes:?}");
                    assert_eq!(executor.block_on(waiting.get_or_set("key", async || 7_u32)), 7);
                    assert_eq!(cache.get::<u32>("key").unwrap(), Some(7), "{bytes:?}");
                }
            }
        }
    });
}
