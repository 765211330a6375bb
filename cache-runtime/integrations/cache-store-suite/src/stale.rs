//! Stale values: the windows `race_ttl` and `stale_if_error` after expiry.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::TestCache;

/// Entries live ten seconds and have a race window of a minute.
///
/// The caller that recomputes holds a lease as long as the window, in real time: a short one could end on a busy
/// machine.
fn racing(cache: &TestCache) -> TestCache {
    cache.view(|cache| cache.expires_in(10).race_ttl(60))
}

/// Entries live ten seconds and may replace an `Err` for a minute more.
fn stale_if_error(cache: &TestCache) -> TestCache {
    cache.view(|cache| cache.expires_in(10).stale_if_error(60))
}

/// Computes an `Err`.
fn fails(cache: &TestCache) -> Result<String, &'static str> {
    cache.try_get_or_set("k", || Err("down"))
}

/// Computes a value.
fn gives(cache: &TestCache, value: &str) -> String {
    cache.get_or_set("k", || value.to_owned())
}

/// Without a window an expired value is not served, even during the computation of the new one.
pub fn without_a_window_no_expired_value_is_served(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    cache.set("k", "old").unwrap();
    cache.pass(10);
    let value = cache.get_or_set("k", || {
        assert_eq!(cache.get::<String>("k").unwrap(), None);
        "new".to_owned()
    });
    assert_eq!(value, "new");
    cache.pass(10);
    assert_eq!(fails(&cache), Err("down"));
}

/// A window of zero is no window.
pub fn a_window_of_zero_is_no_window(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(0).stale_if_error(0));
    cache.set("k", "old").unwrap();
    cache.pass(10);
    assert_eq!(fails(&cache), Err("down"));
    assert_eq!(gives(&cache, "new"), "new");
    assert_eq!(gives(&cache, "newer"), "new");
}

/// In the window one caller recomputes, and the others get the stale value at once.
pub fn in_a_race_window_one_caller_computes_and_the_others_get_the_stale_value(cache: &TestCache) {
    let cache = racing(cache);
    cache.set("k", "old").unwrap();
    cache.pass(11);
    let value = cache.get_or_set("k", || {
        assert_eq!(gives(&cache, "second"), "old");
        assert_eq!(gives(&cache.other_api(), "third"), "old");
        let others = cache.on_threads(3, |cache, number| gives(cache, &number.to_string()));
        assert_eq!(others, ["old"; 3]);
        "new".to_owned()
    });
    assert_eq!(value, "new");
    assert_eq!(gives(&cache, "later"), "new");
}

/// After the window nobody is served the stale value.
pub fn after_the_window_the_stale_value_is_not_served(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(10).stale_if_error(10));
    cache.set("k", "old").unwrap();
    cache.advance(Duration::from_millis(19_999));
    assert_eq!(fails(&cache).as_deref(), Ok("old"), "to the last millisecond");
    cache.advance(Duration::from_millis(1));
    assert_eq!(fails(&cache), Err("down"));
    assert_eq!(gives(&cache, "new"), "new");
}

/// Before its expiry a value is served and not recomputed, whatever the window.
pub fn a_fresh_value_is_not_recomputed_whatever_the_window(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(3600).stale_if_error(3600));
    cache.set("k", "v").unwrap();
    for _ in 0..5 {
        cache.pass(1);
        assert_eq!(cache.get_or_set::<String>("k", || panic!("it is fresh")), "v");
    }
}

/// A value computed in the window has its full lifetime, not the rest of the window.
pub fn a_value_computed_in_the_window_has_its_full_lifetime(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(60).race_ttl(10));
    cache.set("k", "old").unwrap();
    cache.pass(65);
    assert_eq!(gives(&cache, "new"), "new");
    cache.pass(59);
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("new"));
    cache.pass(1);
    assert_eq!(cache.get::<String>("k").unwrap(), None);
}

/// Direct reads never return a stale value.
pub fn direct_reads_never_return_a_stale_value(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(60).stale_if_error(60));
    cache.set("k", "old").unwrap();
    cache.pass(10);
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    assert!(!cache.exists("k").unwrap());
    assert_eq!(cache.expiry("k").unwrap(), None);
    assert!(!cache.touch("k").unwrap());
    assert!(cache.read_multi::<String>(["k"]).unwrap().is_empty());
}

/// The reader's window applies even if the writer set none: expired entries are kept for a while.
pub fn the_reader_alone_may_set_a_window(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(10)).set("k", "old").unwrap();
    cache.pass(15);
    assert_eq!(fails(&stale_if_error(cache)).as_deref(), Ok("old"));
}

/// After a success the next expiry is recomputed by the first caller.
pub fn after_a_success_the_next_expiry_is_recomputed_at_once(cache: &TestCache) {
    let cache = racing(cache);
    for round in ["1", "2", "3"] {
        assert_eq!(gives(&cache, round), round);
        cache.pass(11);
    }
}

/// The caller whose computation fails gets the `Err`; the others get the stale value without computing.
pub fn a_failure_in_the_window_reaches_only_the_caller_that_computed(cache: &TestCache) {
    let cache = racing(cache);
    cache.set("k", "old").unwrap();
    cache.pass(11);
    let tries = Cell::new(0);
    let call = || {
        cache.try_get_or_set("k", || {
            tries.set(tries.get() + 1);
            Err::<String, _>("down")
        })
    };
    assert_eq!(call(), Err("down"));
    assert_eq!((call().as_deref(), call().as_deref()), (Ok("old"), Ok("old")));
    assert_eq!(tries.get(), 1);
}

/// However often the computation fails, the stale value is not served after the window.
pub fn failures_never_extend_the_stale_window(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(60).stale_if_error(60));
    cache.set("k", "old").unwrap();
    cache.pass(10);
    for second in 0..60 {
        assert_eq!(fails(&cache).as_deref(), Ok("old"), "{second} s after expiry");
        cache.pass(1);
    }
    for _ in 0..3 {
        assert_eq!(fails(&cache), Err("down"));
        cache.pass(1);
    }
}

/// A panic counts as a failure: it reaches its caller, and the others get the stale value.
pub fn after_a_panic_in_the_window_the_others_get_the_stale_value(cache: &TestCache) {
    let cache = racing(cache);
    cache.set("k", "old").unwrap();
    cache.pass(11);
    let panicked = catch_unwind(AssertUnwindSafe(|| cache.get_or_set::<String>("k", || panic!("on purpose"))));
    assert!(panicked.is_err());
    assert_eq!(gives(&cache, "new"), "old");
    cache.pass(59);
    assert_eq!(gives(&cache, "new"), "new", "not after the window");
}

/// Within `stale_if_error` the stale value replaces every `Err`, and each caller computes.
pub fn the_stale_value_replaces_an_error(cache: &TestCache) {
    let cache = stale_if_error(cache);
    assert_eq!(fails(&cache), Err("down"), "there is nothing yet");
    cache.set("k", "old").unwrap();
    cache.pass(69);
    let mut tries = 0;
    for _ in 0..3 {
        let result = cache.try_get_or_set("k", || {
            tries += 1;
            Err::<String, _>("down")
        });
        assert_eq!(result.as_deref(), Ok("old"));
    }
    assert_eq!(tries, 3);
    assert_eq!(gives(&cache, "new"), "new", "a success ends it");
}

/// A deleted value does not replace an `Err`.
pub fn a_deleted_value_does_not_replace_an_error(cache: &TestCache) {
    let cache = stale_if_error(cache);
    for forget in [TestCache::clear as fn(&TestCache) -> _, |cache| cache.delete_multi(["k"])] {
        cache.set("k", "old").unwrap();
        cache.pass(11);
        forget(&cache).unwrap();
        assert_eq!(fails(&cache), Err("down"));
    }
}

/// The longer window decides how long the entry is kept, and each applies to its own purpose. A value that was stored
/// meanwhile replaces the `Err`.
pub fn the_longer_window_decides_how_long_the_entry_is_kept(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(5).stale_if_error(60));
    cache.set("k", "old").unwrap();
    cache.pass(30);
    cache.delete_expired().unwrap();
    assert_eq!(fails(&cache).as_deref(), Ok("old"));
    let value = cache.try_get_or_set("k", || {
        assert_eq!(gives(&cache, "second"), "second", "the race window is over");
        Err::<String, _>("down")
    });
    assert_eq!(value.as_deref(), Ok("second"));
}

/// A write during the window replaces the stale value at once.
pub fn a_write_ends_the_window(cache: &TestCache) {
    let cache = racing(cache);
    cache.set("k", "old").unwrap();
    cache.pass(11);
    cache.set("k", "new").unwrap();
    assert_eq!(cache.get_or_set::<String>("k", || panic!("it is fresh")), "new");
}

/// A stale value of another type is not served.
pub fn a_stale_value_of_another_type_is_not_served(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(60).stale_if_error(60));
    cache.set("k", &1.5).unwrap();
    cache.pass(11);
    assert_eq!(fails(&cache), Err("down"));
}

/// Two keys are recomputed independently.
pub fn each_key_has_its_own_window(cache: &TestCache) {
    let cache = racing(cache);
    cache.write_multi([("k", "old"), ("other", "old")]).unwrap();
    cache.pass(11);
    let value = cache.get_or_set("k", || {
        assert_eq!(cache.get_or_set("other", || "new".to_owned()), "new");
        "new".to_owned()
    });
    assert_eq!(value, "new");
}
