//! Cached functions answer whatever the store does; direct operations return the error.

use std::collections::HashMap;

use cache_runtime::{Error, ErrorKind, cached, testing};
use cache_store_suite::Executor;

use crate::common::{chaos, with_open_circuit};
use crate::wait_until::wait_until;

#[cached(key = "price:{sku}")]
fn price(sku: u64) -> u64 {
    sku * 100
}

#[cached(key = "slow-price:{sku}")]
async fn slow_price(sku: u64) -> Result<u64, String> {
    smol::future::yield_now().await;
    if sku == 0 { Err("no such thing".to_owned()) } else { Ok(sku * 100) }
}

#[test]
fn annotated_functions_answer_while_the_store_fails() {
    let (cache, chaos) = chaos();
    let _scope = testing::scope(cache);
    chaos.fail(true);
    for _ in 0..20 {
        assert_eq!(price(7), 700);
        for executor in Executor::ALL {
            assert_eq!(executor.block_on(slow_price(7)), Ok(700));
            assert_eq!(executor.block_on(slow_price(0)), Err("no such thing".to_owned()));
        }
    }
}

#[test]
fn values_are_computed_while_the_circuit_is_open() {
    let (cache, _chaos) = with_open_circuit();
    let compute = |keys: &[String]| keys.iter().map(|key| (key.clone(), 5)).collect::<HashMap<_, _>>();
    assert_eq!(cache.get_or_set("k", || 5), 5);
    assert_eq!(cache.try_get_or_set("k", || Err::<u8, _>("mine")), Err("mine"));
    assert_eq!(cache.get_or_set_multi(["a", "b"], compute).len(), 2);
    let cache = cache.to_async();
    for executor in Executor::ALL {
        assert_eq!(executor.block_on(cache.get_or_set("k", async || 5)), 5);
    }
}

#[test]
fn a_value_that_could_not_be_stored_is_returned() {
    let (cache, chaos) = chaos();
    chaos.fail_writes(true);
    for round in 0..10 {
        assert_eq!(cache.get_or_set("k", || round), round);
        for executor in Executor::ALL {
            assert_eq!(executor.block_on(cache.to_async().get_or_set("k", async || round)), round);
        }
    }
    assert_eq!(cache.get::<u8>("k").unwrap(), None);
}

fn assert_unavailable<T>(result: Result<T, Error>, operation: &str) {
    let Err(error) = result else { panic!("{operation} did not fail") };
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let text = error.to_string();
    let words = [operation, "chaos over sqlite", "the store is unavailable", "told to fail", "500ms"];
    assert!(words.iter().all(|word| text.contains(word)), "{words:?} in {text}");
}

#[test]
fn direct_operations_fail_with_the_reason_while_the_circuit_is_open() {
    let (cache, _chaos) = with_open_circuit();
    assert_unavailable(cache.get::<String>("old"), "get `old`");
    assert_unavailable(cache.set("old", "new"), "set `old`");
    assert_unavailable(cache.delete("old"), "delete `old`");
    assert_unavailable(cache.increment("n", 1), "increment `n`");
    assert_unavailable(cache.read_multi::<u8>(["a"]), "read_multi");
    assert_unavailable(cache.clear(), "clear");
    for executor in Executor::ALL {
        assert_unavailable(executor.block_on(cache.to_async().get::<String>("old")), "get `old`");
    }
    assert_eq!(cache.set("", "v").unwrap_err().kind(), ErrorKind::Key, "a mistake of the caller is reported first");
}

#[test]
fn entries_are_read_again_once_the_store_recovers() {
    let (cache, chaos) = with_open_circuit();
    assert_eq!(cache.get_or_set("old", || "computed".to_owned()), "computed");
    chaos.fail(false);
    wait_until("the circuit closes", || cache.get::<String>("old").is_ok());
    assert_eq!(cache.get::<String>("old").unwrap().as_deref(), Some("value"));
    assert_eq!((cache.get_or_set("new", || 1), cache.get_or_set("new", || 2)), (1, 1));
}
