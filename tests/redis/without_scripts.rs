//! Servers that let a user run no scripts, or not all commands.

use cache_runtime::{Cache, ErrorKind};
use cache_servers::Redis;
use cache_store_suite::{Executor, within_a_minute};

use crate::common::open;

/// A cache of a user who may send all commands but these.
fn without(redis: &Redis, refused: &[&str]) -> Cache {
    let user = ["ACL", "SETUSER", "limited", "on", ">secret", "~*", "&*", "+@all"];
    redis.ask(user.iter().chain(refused).copied());
    open(&format!("redis://limited:secret@127.0.0.1:{}?timeout=10", redis.port()))
}

#[test]
fn values_are_cached_and_deleted_on_a_server_without_scripts() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = without(&redis, &["-@scripting"]);
        for round in 0..10 {
            let key = format!("key:{round}");
            cache.set(&key, "value").unwrap();
            assert!(cache.delete(&key).unwrap(), "{round}");
            assert!(!cache.delete(&key).unwrap(), "{round}");
            cache.write_multi([("a", 1), ("b", 2)]).unwrap();
            assert_eq!(cache.delete_multi(["a", "b", "c"]).unwrap(), 2);
            redis.ask(["HSET", "cache:foreign", "field", "of another program"]);
            cache.set("a", &1).unwrap();
            assert_eq!(cache.delete_multi(["a", "foreign"]).unwrap(), 1);
            assert_eq!(cache.get::<String>("foreign").unwrap(), None);
            cache.set(&key, "new").unwrap();
            assert_eq!(cache.get::<String>(&key).unwrap().as_deref(), Some("new"));
        }
        for executor in Executor::ALL {
            let cache = cache.to_async();
            assert_eq!(executor.block_on(cache.get_or_set("computed", async || 7)), 7);
            assert!(executor.block_on(cache.delete("key:1")).is_ok());
        }
        let mut runs = 0;
        for _ in 0..10 {
            cache.get_or_set("computed here", || runs += 1);
        }
        assert!(runs <= 2, "it is stored, perhaps not at the first time: {runs}");
        for _ in 0..10 {
            assert_eq!(cache.increment("count", 1).unwrap_err().kind(), ErrorKind::Config);
        }
        cache.set("key", "value").expect("other writes go on");
    });
}

#[test]
fn scripts_run_where_only_their_loading_is_refused() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = without(&redis, &["-script"]);
        assert_eq!(cache.increment("count", 2).unwrap(), 2);
        assert_eq!(cache.increment("count", 2).unwrap(), 4);
        cache.write_multi([("a", 1), ("b", 2)]).unwrap();
        redis.ask(["SCRIPT", "FLUSH"]);
        assert_eq!(cache.delete_multi(["a", "b", "c"]).unwrap(), 2);
        assert!(cache.expires_in(60).touch("count").unwrap());
    });
}

#[test]
fn a_refused_command_is_no_outage_of_the_others() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = without(&redis, &["-mget"]);
        cache.set("key", "value").unwrap();
        for _ in 0..10 {
            let error = cache.read_multi::<String>(["key", "other"]).unwrap_err();
            assert!(error.to_string().contains("no permission"), "{error}");
            assert_eq!(cache.get::<String>("key").unwrap().as_deref(), Some("value"));
        }
    });
}
