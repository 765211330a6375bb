//! `stale_if_error`, if the computation itself removes the stale value and then fails.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};
use cache_store_suite::Executor;

use crate::pending_store::PendingStore;

fn ask(view: &Cache, body: impl Fn()) -> Result<i32, &'static str> {
    view.try_get_or_set("rate", || {
        body();
        Err("no answer")
    })
}

#[test]
fn what_a_failing_computation_has_deleted_is_not_served() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let view = cache.expires_in(60).stale_if_error(3600).tags(["rates"]);
    let removals: [(&str, &dyn Fn() -> bool); 4] = [
        ("its key", &|| cache.delete("rate").is_ok()),
        ("its key among others", &|| cache.delete_multi(["rate", "other"]).is_ok()),
        ("its tag", &|| cache.delete_tag("rates").is_ok()),
        ("everything", &|| cache.clear().is_ok()),
    ];
    for (what, remove) in removals {
        view.set("rate", &108).unwrap();
        testing::advance(Duration::from_secs(61));
        assert_eq!(ask(&view, || {}), Ok(108));
        assert_eq!(ask(&view, || assert!(remove())), Err("no answer"), "it has deleted {what}");
    }
}

#[test]
fn a_value_that_somebody_else_has_stored_meanwhile_stands_in_for_an_error() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let view = cache.expires_in(60).stale_if_error(3600);
    view.set("rate", &108).unwrap();
    testing::advance(Duration::from_secs(61));
    assert_eq!(ask(&view, || view.set("rate", &109).unwrap()), Ok(109));
    testing::advance(Duration::from_secs(61));
    let tasks = view.to_async();
    for executor in Executor::ALL {
        let failing = tasks.try_get_or_set("rate", async || Err::<i32, _>("no answer"));
        assert_eq!(executor.block_on(failing), Ok(109));
    }
}

type Body<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Its `Err` is not `Send`, so that it is not held while the store is asked.
#[cached(key = "rate", expires_in = 60, stale_if_error = 3600, skip(body))]
async fn local_rate(body: Body<'_>) -> Result<i32, Rc<str>> {
    body.await;
    Err("no answer".into())
}

/// Asks with a stale value 108.
fn ask_local<'a>(cache: &Cache, body: impl Future<Output = ()> + 'a) -> Result<i32, Rc<str>> {
    cache.expires_in(60).set("rate", &108).unwrap();
    testing::advance(Duration::from_secs(61));
    smol::block_on(local_rate(Box::pin(body)))
}

#[test]
fn an_err_that_is_not_send_is_replaced_too() {
    let (cache, err) = (Cache::memory(), Err("no answer".into()));
    let _scope = testing::scope(cache.clone());
    let tasks = cache.to_async();
    assert_eq!(smol::block_on(local_rate(Box::pin(async {}))), err);
    assert_eq!(ask_local(&cache, async {}), Ok(108));
    assert_eq!(ask_local(&cache, async { assert!(tasks.delete_multi(["rate"]).await.is_ok()) }), err);
    assert_eq!(ask_local(&cache, async { tasks.expires_in(60).set("rate", &109).await.unwrap() }), Ok(109));
}

#[test]
fn where_the_store_does_not_answer_at_once_the_value_of_the_lookup_replaces_such_an_err() {
    let cache = Cache::new(PendingStore::default());
    let _scope = testing::scope(cache.clone());
    let tasks = cache.to_async();
    assert_eq!(ask_local(&cache, async {}), Ok(108));
    let deleted = ask_local(&cache, async { assert!(!tasks.delete("rate").await.unwrap(), "it has expired") });
    assert_eq!(deleted, Err("no answer".into()), "this process has deleted it");
}
