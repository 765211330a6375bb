//! Windows after expiry: `race_ttl` and `stale_if_error`.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::TestCache;

/// Entries live ten seconds and may be raced for a minute more.
///
/// Who computes holds a lease that long, in real time, so a short window would be over on a machine that is busy.
fn racing(cache: &TestCache) -> TestCache {
    cache.view(|cache| cache.expires_in(10).race_ttl(60))
}

/// Entries live ten seconds and stand in for an `Err` for a minute.
fn standing_in(cache: &TestCache) -> TestCache {
    cache.view(|cache| cache.expires_in(10).stale_if_error(60))
}

fn fails(cache: &TestCache) -> Result<String, &'static str> {
    cache.try_get_or_set("k", || Err("down"))
}

fn gives(cache: &TestCache, value: &str) -> String {
    cache.get_or_set("k", || value.to_owned())
}

/// Without a window nothing expired is served, also not while the new value is being computed.
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

/// A window of zero is none.
pub fn a_window_of_zero_is_no_window(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(0).stale_if_error(0));
    cache.set("k", "old").unwrap();
    cache.pass(10);
    assert_eq!(fails(&cache), Err("down"));
    assert_eq!(gives(&cache, "new"), "new");
    assert_eq!(gives(&cache, "newer"), "new");
}

/// In the window one caller computes, and the others get the old value at once meanwhile.
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

/// At the end of the window the old value is gone for everybody.
pub fn after_the_window_the_stale_value_is_not_served(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(10).stale_if_error(10));
    cache.set("k", "old").unwrap();
    cache.advance(Duration::from_millis(19_999));
    assert_eq!(fails(&cache).as_deref(), Ok("old"), "to the last millisecond");
    cache.advance(Duration::from_millis(1));
    assert_eq!(fails(&cache), Err("down"));
    assert_eq!(gives(&cache, "new"), "new");
}

/// Before its expiry a value is served whatever the window, and nobody computes.
pub fn a_fresh_value_is_not_recomputed_whatever_the_window(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(3600).stale_if_error(3600));
    cache.set("k", "v").unwrap();
    for _ in 0..5 {
        cache.pass(1);
        assert_eq!(cache.get_or_set::<String>("k", || panic!("it is fresh")), "v");
    }
}

/// A value computed in the window lives its full time, not what is left of the window.
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

/// What is asked by hand is never stale, whatever the window.
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

/// The reader's window counts, also where the writer named none: the entry is kept for a while.
pub fn the_reader_alone_may_set_a_window(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(10)).set("k", "old").unwrap();
    cache.pass(15);
    assert_eq!(fails(&standing_in(cache)).as_deref(), Ok("old"));
}

/// After a success the next expiry finds the way free for the next caller.
pub fn after_a_success_the_next_expiry_is_recomputed_at_once(cache: &TestCache) {
    let cache = racing(cache);
    for round in ["1", "2", "3"] {
        assert_eq!(gives(&cache, round), round);
        cache.pass(11);
    }
}

/// The caller who recomputes in vain gets the `Err`, and the others go on with the old value without trying.
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

/// However often the computation fails, the old value goes at the end of the window and stays away.
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

/// A computation that panics counts as a failure: its panic goes to its caller, the others get the old value.
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

/// Within `stale_if_error` the old value stands in for every `Err`, and each caller tries.
pub fn the_stale_value_replaces_an_error(cache: &TestCache) {
    let cache = standing_in(cache);
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

/// A value that was deleted does not stand in.
pub fn a_deleted_value_does_not_replace_an_error(cache: &TestCache) {
    let cache = standing_in(cache);
    for forget in [TestCache::clear as fn(&TestCache) -> _, |cache| cache.delete_multi(["k"])] {
        cache.set("k", "old").unwrap();
        cache.pass(11);
        forget(&cache).unwrap();
        assert_eq!(fails(&cache), Err("down"));
    }
}

/// Of two windows the longer one keeps the entry, and each holds for its own purpose.
pub fn the_longer_window_decides_how_long_the_entry_is_kept(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(5).stale_if_error(60));
    cache.set("k", "old").unwrap();
    cache.pass(30);
    cache.delete_expired().unwrap();
    let value = cache.try_get_or_set("k", || {
        assert_eq!(gives(&cache, "second"), "second", "the race window is over");
        Err::<String, _>("down")
    });
    assert_eq!(value.as_deref(), Ok("old"));
}

/// What is written during the window takes the old value's place at once.
pub fn a_write_ends_the_window(cache: &TestCache) {
    let cache = racing(cache);
    cache.set("k", "old").unwrap();
    cache.pass(11);
    cache.set("k", "new").unwrap();
    assert_eq!(cache.get_or_set::<String>("k", || panic!("it is fresh")), "new");
}

/// The old value of another type is none.
pub fn a_stale_value_of_another_type_is_not_served(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).race_ttl(60).stale_if_error(60));
    cache.set("k", &1.5).unwrap();
    cache.pass(11);
    assert_eq!(fails(&cache), Err("down"));
}

/// Two keys are raced for independently.
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
