//! Why a call was a miss.

use std::sync::Arc;
use std::time::Duration;

use cache_runtime::stats::MissReason;
use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, cached};
use serde::{Deserialize, Serialize};

use crate::map_store::MapStore;
use crate::outcomes;

/// The reasons of the misses of a cache, in the order of `MissReason`.
#[track_caller]
fn assert_reasons(cache: &Cache, expected: &[(MissReason, u64)]) {
    let total = cache.stats().total();
    let reasons = MissReason::ALL.into_iter().map(|reason| (reason, total.misses_by(reason)));
    assert_eq!(reasons.filter(|(_, number)| *number > 0).collect::<Vec<_>>(), expected, "{total:?}");
    assert_eq!(outcomes(&total), total.calls, "{total:?}");
}

#[test]
fn what_was_never_stored_is_cold() {
    let cache = Cache::memory();
    cache.get_or_set("a", || 1);
    cache.get_or_set("a", || 1);
    assert_eq!(cache.get::<u64>("b").unwrap(), None);
    assert_eq!(cache.read_multi::<u64>(["a", "c"]).unwrap().len(), 1);
    assert_reasons(&cache, &[(MissReason::Cold, 3)]);
}

#[test]
fn what_has_expired_is_expired() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let view = cache.expires_in(60);
    view.get_or_set("a", || "x".to_owned());
    testing::advance(Duration::from_secs(60));
    assert_eq!(cache.get::<String>("a").unwrap(), None);
    assert_eq!(cache.read_multi::<String>(["a"]).unwrap().len(), 0);
    view.get_or_set("a", || "y".to_owned());
    assert_reasons(&cache, &[(MissReason::Cold, 1), (MissReason::Expired, 3)]);
}

#[test]
fn a_changed_struct_is_of_another_shape() {
    #[derive(Serialize, Deserialize)]
    struct Old {
        name: String,
    }
    #[derive(Serialize, Deserialize)]
    struct New {
        name: String,
        age: u8,
    }
    let cache = Cache::memory();
    cache.get_or_set("user:1", || Old { name: "Ada".to_owned() });
    cache.get_or_set("user:1", || New { name: "Ada".to_owned(), age: 36 });
    assert_reasons(&cache, &[(MissReason::Cold, 1), (MissReason::Shape, 1)]);
}

#[test]
fn another_template_is_another_version() {
    let cache = Cache::memory();
    let sidebar = cache.fragment("page", "sidebar");
    sidebar.clone().digest(1).render(|| "old");
    assert_eq!(sidebar.digest(2).render(|| "new"), "new");
    assert_reasons(&cache, &[(MissReason::Cold, 1), (MissReason::Version, 1)]);
}

#[test]
fn what_this_process_has_deleted_is_invalidated_once() {
    #[cached(key = "square:{n}")]
    fn square(n: u64) -> u64 {
        n * n
    }
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    square(7);
    assert!(square::invalidate(7).unwrap());
    square(7);
    assert_eq!(cache.delete_multi(["square:7"]).unwrap(), 1);
    square(7);
    assert!(!square::invalidate(8).unwrap(), "there was none");
    square(8);
    assert_reasons(&cache, &[(MissReason::Cold, 2), (MissReason::Invalidated, 2)]);
}

#[test]
fn a_deleted_tag_is_the_reason_alone_and_in_a_batch() {
    let cache = Cache::memory();
    let tagged = cache.tags(["user:1"]);
    tagged.get_or_set("card", || "x".to_owned());
    assert!(cache.delete_tag("user:1").unwrap());
    assert_eq!(cache.read_multi::<String>(["card"]).unwrap().len(), 0);
    tagged.get_or_set("card", || "y".to_owned());
    assert_reasons(&cache, &[(MissReason::Cold, 1), (MissReason::Tag, 2)]);
}

#[test]
fn what_another_secret_has_signed_is_damaged() {
    let store = Arc::new(MapStore::default());
    let secret = |text| Cache::builder(Arc::clone(&store)).secret(text).unwrap().build();
    secret("the first of two secrets").set("a", "x").unwrap();
    let cache = secret("the second of two secrets");
    assert_eq!(cache.get_or_set("a", || "y".to_owned()), "y");
    assert_reasons(&cache, &[(MissReason::Damaged, 1)]);
}

#[test]
fn a_store_that_fails_is_away() {
    let chaos = Chaos::over(&Cache::memory());
    let cache = Cache::new(chaos.clone());
    chaos.fail(true);
    // More than it takes to open the circuit.
    (0..20).for_each(|_| assert_eq!(cache.get_or_set("a", || 1), 1));
    let many = cache.get_or_set_multi(["b", "c"], |missing| missing.iter().map(|key| (key.clone(), 2)).collect());
    assert_eq!(many.len(), 2);
    assert_reasons(&cache, &[(MissReason::StoreAway, 22)]);
    assert!(cache.get::<u64>("a").is_err());
    assert_eq!(cache.stats().total().errors, 1);
}

#[test]
fn without_a_store_a_lifetime_or_a_key_nothing_is_cached() {
    let none = Cache::none();
    none.get_or_set("a", || 1);
    assert_reasons(&none, &[(MissReason::Off, 1)]);
    let cache = Cache::memory();
    cache.expires_in(0).get_or_set("a", || 1);
    cache.get_or_set("", || 1);
    smol::block_on(cache.to_async().get_or_set("", async || 1));
    assert!(cache.try_get_or_set("", || Err::<u64, _>("no")).is_err());
    assert_eq!(cache.stats().total().errors, 1);
    assert_reasons(&cache, &[(MissReason::Off, 3)]);
}
