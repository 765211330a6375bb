//! Values that are computed on a miss.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Barrier;
use std::thread::sleep;
use std::time::Duration;

use cache_runtime::Cache;
use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};

use crate::TestCache;

/// A hit is neither computed nor written again.
pub fn a_hit_computes_nothing(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(60)).set("k", "v").unwrap();
    let expiry = cache.expiry("k").unwrap();
    cache.pass(1);
    assert_eq!(cache.get_or_set::<String>("k", || panic!("it is a hit")), "v");
    assert_eq!(cache.try_get_or_set::<String, ()>("k", || panic!("it is a hit")).as_deref(), Ok("v"));
    assert_eq!(cache.expiry("k").unwrap(), expiry);
}

/// A miss is computed once, returned, and stored with the view's options.
pub fn a_miss_computes_and_stores(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    assert_eq!(cache.get_or_set("k", || vec![1, 2]), [1, 2]);
    assert_eq!(cache.get_or_set("k", || vec![3]), [1, 2]);
    assert_eq!(cache.get::<Vec<i32>>("k").unwrap(), Some(vec![1, 2]));
    cache.pass(10);
    assert_eq!(cache.get_or_set("k", || vec![3]), [3]);
}

/// `None` is stored like any other value.
pub fn a_computed_none_is_stored(cache: &TestCache) {
    assert_eq!(cache.get_or_set("k", || None::<u8>), None);
    assert_eq!(cache.get_or_set("k", || Some(1_u8)), None);
}

/// An error type that implements nothing, not even `Debug`.
struct OpaqueError;

/// `Ok` is stored, `Err` is returned and not stored; the error type needs no traits.
pub fn an_error_is_returned_and_not_stored(cache: &TestCache) {
    let failed = cache.try_get_or_set::<u8, OpaqueError>("k", || Err(OpaqueError));
    assert!(failed.is_err());
    assert!(!cache.exists("k").unwrap());
    assert!(matches!(cache.try_get_or_set("k", || Ok::<u8, OpaqueError>(1)), Ok(1)));
    assert!(matches!(cache.try_get_or_set::<u8, OpaqueError>("k", || Err(OpaqueError)), Ok(1)));
    assert_eq!(cache.get::<u8>("k").unwrap(), Some(1), "the value is stored, not the `Result`");
}

/// If the value of `get_or_set` is itself a `Result`, its `Err` is not stored.
pub fn an_error_as_the_value_of_get_or_set_is_not_stored(cache: &TestCache) {
    type Answer = Result<u32, String>;
    assert_eq!(cache.get_or_set::<Answer>("k", || Err("down".to_owned())), Err("down".to_owned()));
    assert_eq!(cache.get_or_set::<Answer>("k", || Ok(1)), Ok(1));
    assert_eq!(cache.get_or_set::<Answer>("k", || Err("down".to_owned())), Ok(1));
}

/// The lifetime starts when the computation ends, however long it took.
pub fn a_lifetime_starts_when_the_computation_ends(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    let slow = || {
        cache.pass(60);
        "v".to_owned()
    };
    cache.get_or_set("k", slow);
    cache.get_or_set_multi(["m"], |keys| keys.iter().map(|key| (key.clone(), slow())).collect());
    cache.pass(9);
    assert!(cache.exists("m").unwrap());
    cache.get_or_set("k", slow);
    cache.pass(9);
    assert!(cache.exists("k").unwrap());
    cache.pass(1);
    assert!(!cache.exists("k").unwrap());
}

/// A value that cannot be read as the requested type is recomputed and replaced.
pub fn an_unreadable_value_is_recomputed(cache: &TestCache) {
    cache.set("k", "text").unwrap();
    assert_eq!(cache.get_or_set("k", || vec![7_u16]), [7]);
    assert_eq!(cache.get_or_set("k", || vec![8_u16]), [7]);
}

/// A value that serde refuses to write.
#[derive(Debug, PartialEq, Deserialize)]
struct Unserializable(u8);

impl Serialize for Unserializable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("not today"))
    }
}

/// A computed value that cannot be stored is returned.
pub fn a_value_that_cannot_be_stored_is_returned(cache: &TestCache) {
    assert_eq!(cache.get_or_set("k", || Unserializable(1)), Unserializable(1));
    assert_eq!(cache.try_get_or_set::<_, ()>("k", || Ok(Unserializable(2))), Ok(Unserializable(2)));
    let many = cache.get_or_set_multi(["k"], |_| [("k".to_owned(), Unserializable(3))].into());
    assert_eq!(many["k"], Unserializable(3));
    assert!(!cache.exists("k").unwrap());
}

/// The panic of a computation reaches its caller, and the next call works.
pub fn a_panic_reaches_its_caller_and_the_next_call_works(cache: &TestCache) {
    let panicked = catch_unwind(AssertUnwindSafe(|| cache.get_or_set::<u8>("k", || panic!("on purpose"))));
    let message = panicked.unwrap_err();
    assert_eq!(message.downcast_ref::<&str>(), Some(&"on purpose"));
    assert!(!cache.exists("k").unwrap());
    assert_eq!(cache.get_or_set("k", || 5_u8), 5);
    assert_eq!(cache.get::<u8>("k").unwrap(), Some(5));
}

/// The value need not be `Clone`, nor the closure `Send`.
pub fn values_need_no_clone_and_closures_no_send(cache: &TestCache) {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Single(Vec<String>);
    let local = Rc::new(Cell::new(0));
    let compute = || {
        local.set(local.get() + 1);
        Single(vec!["a".to_owned()])
    };
    let values: [Single; 2] = std::array::from_fn(|_| cache.get_or_set("k", compute));
    assert_eq!(values[0], values[1]);
    assert_eq!(local.get(), 1);
}

/// A computation may use the cache.
pub fn a_computation_may_use_the_cache(cache: &TestCache) {
    let outer = cache.get_or_set("outer", || {
        let inner = cache.get_or_set("inner", || "in".to_owned());
        cache.increment("runs", 1).unwrap();
        format!("out and {inner}")
    });
    assert_eq!(outer, "out and in");
    assert_eq!(cache.get::<String>("inner").unwrap().as_deref(), Some("in"));
    assert_eq!(cache.get::<u8>("runs").unwrap(), Some(1));
}

/// A computation that requests its own key runs without waiting for itself.
pub fn a_computation_may_ask_for_its_own_key(cache: &TestCache) {
    fn depth(cache: &TestCache, left: u32) -> u32 {
        cache.get_or_set("k", || if left == 0 { 0 } else { depth(cache, left - 1) + 1 })
    }
    let first = depth(cache, 3);
    assert_eq!(first, 3);
    assert!(cache.exists("k").unwrap());
}

/// An empty key is computed at each call, and is no error.
pub fn an_empty_key_is_computed_at_each_call(cache: &TestCache) {
    assert_eq!(cache.get_or_set("", || 1), 1);
    assert_eq!(cache.get_or_set("", || 2), 2);
    assert_eq!(cache.try_get_or_set::<u8, OpaqueError>("", || Ok(3)).ok(), Some(3));
    let many = cache.get_or_set_multi(["", "k"], |keys| keys.iter().map(|key| (key.clone(), key.len())).collect());
    assert_eq!((many[""], many["k"]), (0, 1));
}

/// Two keys are computed independently.
pub fn different_keys_are_computed_independently(cache: &TestCache) {
    fn number<T: Debug>(value: T) -> String {
        format!("{value:?}")
    }
    assert_eq!(cache.get_or_set("a", || number(1)), "1");
    assert_eq!(cache.get_or_set("b", || number(2)), "2");
    assert_eq!(cache.get_or_set("a", || number(3)), "1");
}

/// A refresh always computes, and its result has its full lifetime.
pub fn a_refresh_computes_and_replaces(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    assert_eq!(cache.refresh("k", || 1), 1, "no entry is needed");
    cache.pass(9);
    assert_eq!(cache.refresh("k", || 2), 2);
    cache.pass(9);
    assert_eq!(cache.get_or_set("k", || 3), 2);
    assert_eq!(cache.try_refresh::<_, OpaqueError>("k", || Ok(4)).ok(), Some(4));
    assert_eq!(cache.get::<u8>("k").unwrap(), Some(4));
    assert_eq!(cache.view(|cache| cache.expires_in(0)).refresh("k", || 5), 5);
    assert_eq!(cache.get::<u8>("k").unwrap(), None, "a lifetime of zero deletes the entry");
    assert_eq!(cache.refresh("", || 6), 6, "an empty key is no error");
}

/// A failed refresh returns its error, and leaves the entry unchanged.
pub fn a_failed_refresh_leaves_the_entry_unchanged(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(60).stale_if_error(60));
    cache.set("k", "old").unwrap();
    let expiry = cache.expiry("k").unwrap();
    for _ in 0..2 {
        assert!(
            cache.try_refresh::<String, OpaqueError>("k", || Err(OpaqueError)).is_err(),
            "no stale value replaces it"
        );
        let answer = cache.refresh::<Result<String, u8>>("k", || Err(7));
        assert_eq!(answer, Err(7));
        let panicked = catch_unwind(AssertUnwindSafe(|| cache.refresh::<String>("k", || panic!("on purpose"))));
        assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
        cache.pass(1);
        assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
        assert_eq!(cache.expiry("k").unwrap(), expiry);
    }
    cache.pass(9);
    assert_eq!(cache.get_or_set("k", || "new".to_owned()), "new", "after a failed refresh the next caller may compute");
}

/// A refresh wins over a computation that started before it, whose result only its caller receives.
pub fn a_refresh_wins_over_an_earlier_computation(cache: &TestCache) {
    for other in [cache.view(Cache::clone), cache.other_api()] {
        cache.delete("k").unwrap();
        let late = cache.get_or_set("k", || {
            assert_eq!(other.refresh("k", || 2), 2);
            1
        });
        assert_eq!((late, cache.get::<u8>("k").unwrap()), (1, Some(2)));
        let late = cache.refresh("k", || {
            assert_eq!(other.refresh("k", || 4), 4);
            3
        });
        assert_eq!((late, cache.get::<u8>("k").unwrap()), (3, Some(4)), "the later one of two refreshes wins");
        let failed = cache.refresh("k", || {
            assert!(other.try_refresh::<u8, OpaqueError>("k", || Err(OpaqueError)).is_err());
            5
        });
        assert_eq!((failed, cache.get::<u8>("k").unwrap()), (5, Some(5)), "a failed refresh changes nothing");
    }
}

/// A change of the key during a refresh wins over its result.
pub fn a_change_during_a_refresh_wins(cache: &TestCache) {
    let kept = |change: &dyn Fn()| {
        cache.set("k", "old").unwrap();
        let late = cache.refresh("k", || {
            change();
            "late".to_owned()
        });
        assert_eq!(late, "late", "the caller receives it");
        cache.get::<String>("k").unwrap()
    };
    assert_eq!(kept(&|| assert!(cache.delete("k").unwrap())), None);
    assert_eq!(kept(&|| assert_eq!(cache.other_api().delete_multi(["k"]).unwrap(), 1)), None);
    assert_eq!(kept(&|| assert!(cache.clear().is_ok())), None);
    assert_eq!(kept(&|| cache.set("k", "set").unwrap()).as_deref(), Some("set"));
    assert_eq!(kept(&|| assert!(!cache.delete("another").unwrap())).as_deref(), Some("late"));
}

/// Changes a key on one thread while another computes it, and then reads it. Returns the values of both calls: the
/// first call computes 1, the second 2.
pub(crate) fn values_before_and_after(cache: &TestCache, change: impl Fn(&TestCache) + Sync) -> [u8; 2] {
    let (begun, changed) = (Barrier::new(2), Barrier::new(2));
    let given = cache.on_threads(2, |cache, number| {
        if number == 0 {
            return cache.get_or_set("k", || {
                begun.wait();
                changed.wait();
                // Most likely the other call waits on this one by then. If it starts later, the result is the same.
                sleep(Duration::from_millis(50));
                1
            });
        }
        begun.wait();
        change(cache);
        changed.wait();
        cache.get_or_set("k", || 2)
    });
    [given[0], given[1]]
}

/// A caller after a change does not receive a value whose computation started before it, even if it waits on that one.
pub fn a_caller_after_a_change_receives_a_newer_value(cache: &TestCache) {
    let after = |change: &(dyn Fn(&TestCache) + Sync)| {
        cache.delete("k").unwrap();
        (values_before_and_after(cache, change), cache.get::<u8>("k").unwrap())
    };
    assert_eq!(after(&|cache| assert!(!cache.delete("k").unwrap())), ([1, 2], Some(2)));
    assert_eq!(after(&|cache| assert!(cache.clear().is_ok())), ([1, 2], Some(2)));
    assert_eq!(after(&|cache| cache.set("k", &3).unwrap()), ([1, 3], Some(3)));
    assert_eq!(after(&|cache| assert_eq!(cache.increment("k", 3).unwrap(), 3)), ([1, 3], Some(3)));
    let refreshed = after(&|cache| assert_eq!(cache.refresh("k", || 4), 4));
    assert_eq!(refreshed, ([1, 4], Some(4)));
    assert_eq!(after(&|cache| cache.set("another", &3).unwrap()), ([1, 1], Some(1)), "a change of another key");
}
