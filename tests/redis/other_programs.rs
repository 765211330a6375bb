//! Keys of other programs on the same server, or in the same cluster, for threads and for tasks.

use cache_runtime::{Cache, ErrorKind};
use cache_servers::{Redis, Reply, own_name};
use cache_store_suite::{Executor, within_a_minute};

use crate::common::{cluster, in_namespace};

/// Another program on the server or cluster of a cache.
struct OtherProgram {
    nodes: &'static [Redis],
    namespace: String,
}

impl OtherProgram {
    /// Sends a command to the server of its key.
    fn ask(&self, words: &[&[u8]]) -> Reply {
        let mut answers = self.nodes.iter().map(|node| node.ask(words));
        answers.find(|answer| !matches!(answer, Reply::Error(text) if text.starts_with("MOVED"))).expect("one has it")
    }

    /// The name of a key in the cache's namespace; it need not be text.
    fn name(&self, key: &[u8]) -> Vec<u8> {
        [self.namespace.as_bytes(), key].concat()
    }
}

/// A cache on one server and a cache in a cluster, each with another program.
fn caches_and_programs(namespace: impl Fn() -> String) -> Option<[(Cache, OtherProgram); 2]> {
    let servers = [std::slice::from_ref(Redis::shared()?), cluster()?.nodes()];
    Some(servers.map(|nodes| {
        let namespace = namespace();
        (in_namespace(nodes, &namespace), OtherProgram { nodes, namespace })
    }))
}

#[test]
fn clear_removes_no_key_of_other_programs() {
    // The namespace contains the special characters of a pattern.
    let Some(pairs) = caches_and_programs(|| format!("{}a*[b]?:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, other) in pairs {
            let outside = other.namespace.replace("a*[b]?:", "");
            let keys = ["\u{e9}".as_bytes(), b"\xff\xfe", b"a*[b]:", b"ab:", b"axbx:", b"a*[b]x:list"];
            let names: Vec<Vec<u8>> = keys.iter().map(|key| [outside.as_bytes(), key].concat()).collect();
            for name in &names {
                assert_eq!(other.ask(&[b"RPUSH", name, b"value"]).number(), Some(1));
            }
            // Another program's keys inside the namespace cannot be told apart from entries, and are removed.
            let (hash, bytes) = (other.name(b"hash"), other.name(b"\xff\xfe"));
            other.ask(&[b"HSET", &hash, b"field", b"value"]);
            other.ask(&[b"SET", &bytes, b"\xff"]);
            cache.write_multi((0..2500).map(|number| (format!("key:{number}"), number))).unwrap();
            cache.namespace("inner").set("key", "value").unwrap();
            assert_eq!(cache.namespace("inner").clear().unwrap(), 1);
            assert_eq!(cache.clear().unwrap(), 2502);
            for executor in Executor::ALL {
                other.ask(&[b"SET", &bytes, b"\xff"]);
                assert_eq!(executor.block_on(cache.to_async().clear()).unwrap(), 1);
            }
            for name in &names {
                assert_eq!(other.ask(&[b"LLEN", name]).number(), Some(1), "{}", name.escape_ascii());
            }
        }
    });
}

/// Another program's value of another kind at an entry's key is an error of direct operations, and no outage.
#[test]
fn a_foreign_value_at_an_entrys_key_does_not_affect_other_entries() {
    let Some(pairs) = caches_and_programs(|| format!("{}:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, other) in pairs {
            let async_cache = cache.to_async();
            let foreign = other.name(b"foreign");
            other.ask(&[b"HSET", &foreign, b"field", b"value"]);
            for executor in Executor::ALL {
                for _ in 0..25 {
                    let errors = [
                        cache.get::<String>("foreign").unwrap_err(),
                        cache.increment("foreign", 1).unwrap_err(),
                        executor.block_on(async_cache.get::<String>("foreign")).unwrap_err(),
                        executor.block_on(async_cache.increment("foreign", 1)).unwrap_err(),
                    ];
                    for error in errors {
                        assert_eq!(error.kind(), ErrorKind::Entry, "{error}");
                        assert!(error.to_string().contains("another program"), "{error}");
                    }
                }
                cache.set("ours", "value").expect("other entries are written");
                let read = executor.block_on(async_cache.get::<String>("ours")).expect("other entries are read");
                assert_eq!(read.as_deref(), Some("value"));
                assert_eq!(executor.block_on(async_cache.read_multi::<String>(["foreign", "ours"])).unwrap().len(), 1);
            }
            assert_eq!(other.ask(&[b"HGET", &foreign, b"field"]).text(), Some("value"), "it is unchanged");
            // `set` would replace it, so it can be deleted, too.
            for executor in Executor::ALL {
                other.ask(&[b"HSET", &foreign, b"field", b"value"]);
                assert!(!executor.block_on(async_cache.delete("foreign")).expect("it is deleted"));
                assert_eq!(cache.get::<String>("foreign").expect("it is gone"), None);
            }
            other.ask(&[b"HSET", &foreign, b"field", b"value"]);
            cache.set("ours", "value").expect("written");
            assert_eq!(cache.delete_multi(["foreign", "ours"]).expect("both are deleted"), 1);
            assert_eq!(cache.get::<String>("foreign").expect("it is gone"), None);
        }
    });
}

/// Computing a value does not fail, and the computed value replaces the foreign one.
#[test]
fn a_foreign_value_at_an_entrys_key_is_replaced_by_a_computed_one() {
    let Some(pairs) = caches_and_programs(|| format!("{}:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, other) in pairs {
            let async_cache = cache.to_async();
            for key in [&b"by a thread"[..], b"by a task"] {
                other.ask(&[b"HSET", &other.name(key), b"field", b"value"]);
            }
            assert_eq!(cache.get_or_set("by a thread", || 7_u8), 7);
            for executor in Executor::ALL {
                assert_eq!(executor.block_on(async_cache.get_or_set("by a task", async || 7_u8)), 7);
            }
            assert_eq!(cache.get::<u8>("by a thread").unwrap(), Some(7));
            assert_eq!(cache.get::<u8>("by a task").unwrap(), Some(7));
        }
    });
}

/// Bytes that are no entry are a miss, and what is written replaces them.
#[test]
fn foreign_bytes_in_the_place_of_an_entry_are_a_miss() {
    let Some(pairs) = caches_and_programs(|| format!("{}:", own_name())) else { return };
    within_a_minute(move || {
        for (cache, other) in pairs {
            let async_cache = cache.to_async();
            for bytes in [&b"\xff\xfe\xfd"[..], b"", b"\xfe\xca", b"007", b"text"] {
                for executor in Executor::ALL {
                    other.ask(&[b"SET", &other.name(b"key"), bytes]);
                    assert_eq!(cache.get::<u32>("key").unwrap(), None, "{bytes:?}");
                    assert_eq!(executor.block_on(async_cache.get_or_set("key", async || 7_u32)), 7);
                    assert_eq!(cache.get::<u32>("key").unwrap(), Some(7), "{bytes:?}");
                }
            }
        }
    });
}
