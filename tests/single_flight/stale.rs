//! `stale_if_error`, if the computation itself removes the stale value and then fails.

use std::time::Duration;

use cache_runtime::{Cache, testing};
use cache_suite::Executor;

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
