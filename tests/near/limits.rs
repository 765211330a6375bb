//! When a hit asks the store: never while nothing changes, unless a limit says so.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use cache_runtime::store::{Expiration, NoCache, Store, Timestamp, Value};
use cache_runtime::{Cache, ErrorKind, Fragment, cached, testing};

use crate::counting_store::CountingStore;

#[test]
fn a_second_read_does_not_ask_the_store() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::new(store);
    cache.set("user:1", "Ada").unwrap();
    for _ in 0..10 {
        assert_eq!(cache.get::<String>("user:1").unwrap().as_deref(), Some("Ada"));
        assert!(cache.exists("user:1").unwrap());
        assert_eq!(cache.get_or_set("user:1", String::new), "Ada");
    }
    assert_eq!(reads.load(SeqCst), 1);
}

#[test]
fn a_task_does_not_ask_the_store_either() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::new(store).to_async();
    smol::block_on(async {
        cache.set("user:1", "Ada").await.unwrap();
        for _ in 0..10 {
            assert_eq!(cache.get_or_set("user:1", async || String::new()).await, "Ada");
        }
    });
    assert_eq!(reads.load(SeqCst), 1);
}

#[test]
fn a_batch_asks_only_for_what_is_not_near() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::new(store);
    cache.write_multi([("a", 1.5), ("b", 2.5), ("c", 3.5)]).unwrap();
    cache.get::<f64>("b").unwrap();
    assert_eq!(cache.read_multi::<f64>(["a", "b", "c", "a"]).unwrap().len(), 3);
    assert_eq!(reads.load(SeqCst), 3);
    assert_eq!(cache.read_multi::<f64>(["a", "b", "c"]).unwrap().len(), 3);
    assert_eq!(reads.load(SeqCst), 3);
}

#[test]
fn an_annotated_function_does_not_ask_the_store_again() {
    #[cached(key = "square:{n}")]
    fn square(n: u64) -> String {
        (n * n).to_string()
    }
    let (store, reads) = CountingStore::new();
    let _scope = testing::scope(Cache::new(store));
    square(3);
    let before = reads.load(SeqCst);
    for _ in 0..10 {
        assert_eq!(square(3), "9");
    }
    assert!(reads.load(SeqCst) <= before + 1);
}

/// A key of more than 120 bytes is kept as an entry.
#[test]
fn fragments_do_not_ask_the_store_again_alone_or_in_a_list() {
    for name in ["sidebar", &"long ".repeat(50)] {
        let (store, reads) = CountingStore::new();
        let cache = Cache::new(store);
        let names = [1, 2, 3].map(|number| format!("{name} {number}"));
        let fragments = names.each_ref().map(|name| cache.fragment("page", name));
        fragments.iter().for_each(|fragment| drop(fragment.render(|| "html")));
        assert_eq!(fragments[0].render(|| "again"), "html");
        assert_eq!(Fragment::begin_all(&fragments).html(2), Some("html"));
        let before = reads.load(SeqCst);
        for _ in 0..5 {
            assert_eq!(fragments[0].render(|| "again"), "html");
            assert_eq!(fragments[1].try_render(|| Ok::<_, ()>("again")), Ok("html".to_owned()));
            let lookup = Fragment::begin_all(&fragments);
            assert_eq!([0, 1, 2].map(|at| lookup.html(at)), [Some("html"); 3]);
        }
        let asynchronous = cache.to_async().fragment("page", &names[2]);
        assert_eq!(smol::block_on(asynchronous.render(async || "again")), "html");
        assert_eq!(reads.load(SeqCst), before, "{name}");
    }
}

#[test]
fn a_fragment_is_kept_for_the_limit_of_its_view() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::new(store);
    let _scope = testing::scope(cache.clone());
    let asks = |fragment: &Fragment| {
        let before = reads.load(SeqCst);
        assert_eq!(fragment.render(|| "html"), "html");
        reads.load(SeqCst) - before
    };
    let [always, never, shortly] =
        [cache.clone(), cache.near(0), cache.near(5)].map(|view| view.fragment("page", "menu"));
    cache.set("menu", "html").unwrap();
    assert_eq!([&always, &always, &never, &never].map(asks), [1, 0, 1, 1]);
    assert_eq!([&shortly, &shortly].map(asks), [1, 0]);
    testing::advance(Duration::from_secs(6));
    assert_eq!([&always, &shortly, &shortly].map(asks), [0, 1, 0]);
}

#[test]
fn a_hit_expires_on_time() {
    let (store, _) = CountingStore::new();
    let cache = Cache::new(store);
    let _scope = testing::scope(cache.clone());
    cache.expires_in(10).set("token", "abc").unwrap();
    assert!(cache.get::<String>("token").unwrap().is_some());
    testing::advance(Duration::from_secs(10));
    assert_eq!(cache.get::<String>("token").unwrap(), None);
}

/// What has expired may have been removed since, and removing it is no change.
#[test]
fn an_expired_entry_is_asked_for_again() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    cache.expires_in(10).set("rates", &1.5).unwrap();
    assert_eq!(cache.get::<f64>("rates").unwrap(), Some(1.5));
    testing::advance(Duration::from_secs(11));
    assert_eq!(cache.delete_expired().unwrap(), 1);
    let failed = cache.stale_if_error(60).try_get_or_set("rates", || Err::<f64, _>("unavailable"));
    assert_eq!(failed, Err("unavailable"));
}

#[test]
fn a_damaged_entry_is_no_hit_near_either() {
    let store = Arc::new(CountingStore::new().0);
    let cache = Cache::new(Arc::clone(&store));
    cache.set("name", "Ada").unwrap();
    let record = store.get("name").unwrap().unwrap();
    let Value::Bytes(mut bytes) = record.value else { panic!("a text is bytes") };
    *bytes.last_mut().unwrap() ^= 1;
    let expiration = Expiration::new(Timestamp::now(), Timestamp::NEVER);
    store.set("name", &Value::Bytes(bytes), &expiration).unwrap();
    for _ in 0..3 {
        assert_eq!(cache.get::<String>("name").unwrap(), None);
    }
}

#[test]
fn a_limit_of_zero_asks_each_time() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::new(store);
    cache.set("user:1", "Ada").unwrap();
    for _ in 0..5 {
        cache.near(0).get::<String>("user:1").unwrap();
    }
    assert_eq!(reads.load(SeqCst), 5);
}

#[test]
fn the_setting_of_the_cache_holds_for_its_views() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::builder(store).near(0).build();
    cache.set("user:1", "Ada").unwrap();
    for _ in 0..5 {
        cache.near(60).get::<String>("user:1").unwrap();
    }
    assert_eq!(reads.load(SeqCst), 5);
}

#[test]
fn a_limit_asks_again_when_it_is_over() {
    let (store, reads) = CountingStore::new();
    let cache = Cache::builder(store).near(5).build();
    let _scope = testing::scope(cache.clone());
    cache.set("user:1", "Ada").unwrap();
    cache.get::<String>("user:1").unwrap();
    testing::advance(Duration::from_millis(4_999));
    cache.get::<String>("user:1").unwrap();
    assert_eq!(reads.load(SeqCst), 1);
    testing::advance(Duration::from_millis(1));
    cache.get::<String>("user:1").unwrap();
    assert_eq!(reads.load(SeqCst), 2);
}

#[test]
fn a_store_that_announces_nothing_is_asked_each_time() {
    let cache = Cache::new(NoCache);
    cache.set("user:1", "Ada").unwrap();
    assert_eq!(cache.get::<String>("user:1").unwrap(), None);
}

#[test]
fn the_configuration_takes_a_truth_or_a_time() {
    for good in ["near=false", "near=true", "near=5s", "near=5"] {
        Cache::open(&format!("sqlite::memory:?{good}")).unwrap();
    }
    let error = Cache::open("sqlite::memory:?near=soon").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("near"), "{error}");
}

#[test]
fn a_scope_sees_only_what_its_own_cache_keeps() {
    #[cached(key = "name:{id}")]
    fn name(id: u64) -> String {
        format!("user {id}")
    }
    {
        let _scope = testing::scope(Cache::memory());
        name::prime(1, &"Ada".to_owned()).unwrap();
        assert_eq!(name(1), "Ada");
        assert_eq!(name(1), "Ada");
    }
    let _scope = testing::scope(Cache::memory());
    assert_eq!(name(1), "user 1");
}
