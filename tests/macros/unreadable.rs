//! Functions whose values serde does not read back, and values that `set` and `get` disagree on.

use cache_runtime::{Cache, ErrorKind, cached};
use serde::{Deserialize, Serialize};
use tracing::Level;

use crate::common::{empty, ran, runs};
use crate::logged::logged;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Account {
    #[serde(rename(serialize = "userId"))]
    user_id: u8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Renamed {
    #[serde(rename(deserialize = "new"))]
    old: u8,
}

#[cached]
fn account(id: u8) -> Account {
    ran();
    Account { user_id: id }
}

#[cached]
async fn account_async(id: u8) -> Result<Vec<Account>, String> {
    ran();
    Ok(vec![Account { user_id: id }])
}

#[test]
fn a_value_that_is_never_read_back_is_computed_on_each_call_and_told_once() {
    let (cache, _scope) = empty();
    let (_, log) = logged(Level::WARN, || {
        // The second failure of a cache silences the next ones for a while.
        (0..2).for_each(|_| assert_eq!(cache.get_or_set("other", || Renamed { old: 1 }), Renamed { old: 1 }));
        (0..3).for_each(|id| assert_eq!(account(id % 2), Account { user_id: id % 2 }));
    });
    assert_eq!(runs(), 3);
    let told: Vec<_> = log.iter().filter(|line| line.contains("on each call") && line.contains("Account")).collect();
    assert_eq!(told.len(), 1, "{log:?}");
    for word in ["`macros::unreadable::Account`", "`userId`", "`user_id`", "rename"] {
        assert!(told[0].contains(word), "{word} in {told:?}");
    }
}

#[tokio::test]
async fn a_value_in_a_list_is_told_too() {
    let (_cache, _scope) = empty();
    let call = || {
        std::thread::scope(|scope| {
            scope
                .spawn(|| logged(Level::WARN, || tokio::runtime::Runtime::new().unwrap().block_on(account_async(1))))
                .join()
        })
    };
    let (value, log) = call().unwrap();
    assert_eq!(value, Ok(vec![Account { user_id: 1 }]));
    assert!(log.iter().any(|line| line.contains("Vec<") && line.contains("`userId`")), "{log:?}");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Partly {
    x: u8,
    #[serde(skip_serializing, default)]
    secret: u8,
}

#[test]
fn what_set_stores_is_read_by_get_or_the_next_set_is_an_error() {
    let cache = Cache::memory();
    cache.set("partly", &Partly { x: 1, secret: 2 }).unwrap();
    assert_eq!(cache.get("partly").unwrap(), Some(Partly { x: 1, secret: 0 }));
    cache.write_multi([("one", Partly { x: 1, secret: 0 })]).unwrap();
    assert_eq!(cache.get("one").unwrap(), Some(Partly { x: 1, secret: 0 }));

    cache.set("account", &Account { user_id: 1 }).unwrap();
    assert_eq!(cache.get::<Account>("account").unwrap(), None);
    let refused = [cache.set("account", &Account { user_id: 1 }), cache.write_multi([("a", Account { user_id: 1 })])];
    for error in refused.map(Result::unwrap_err) {
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.to_string().contains("`userId`"), "{error}");
    }
}
