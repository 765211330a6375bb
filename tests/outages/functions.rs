//! Functions answer whatever the store does; who asks by hand is told.

use std::collections::HashMap;

use cache_runtime::{Error, ErrorKind, cached, testing};
use cache_suite::Executor;

use crate::common::{away, chaos};
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
fn annotated_functions_answer_while_the_store_is_down() {
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
fn what_computes_a_value_answers_while_the_store_is_away() {
    let (cache, _chaos) = away();
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
fn a_value_that_could_not_be_kept_is_returned() {
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

fn is_told<T>(result: Result<T, Error>, operation: &str) {
    let Err(error) = result else { panic!("{operation} did not fail") };
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let text = error.to_string();
    let words = [operation, "chaos over sqlite", "the store is unavailable", "told to fail", "500ms"];
    assert!(words.iter().all(|word| text.contains(word)), "{words:?} in {text}");
}

#[test]
fn who_asks_by_hand_is_told_that_the_store_is_away_and_why() {
    let (cache, _chaos) = away();
    is_told(cache.get::<String>("old"), "get `old`");
    is_told(cache.set("old", "new"), "set `old`");
    is_told(cache.delete("old"), "delete `old`");
    is_told(cache.increment("n", 1), "increment `n`");
    is_told(cache.read_multi::<u8>(["a"]), "read_multi");
    is_told(cache.clear(), "clear");
    for executor in Executor::ALL {
        is_told(executor.block_on(cache.to_async().get::<String>("old")), "get `old`");
    }
    assert_eq!(cache.set("", "v").unwrap_err().kind(), ErrorKind::Key, "the caller's own mistake comes first");
}

#[test]
fn what_was_kept_is_there_again_when_the_store_is() {
    let (cache, chaos) = away();
    assert_eq!(cache.get_or_set("old", || "computed".to_owned()), "computed");
    chaos.fail(false);
    wait_until("the store is asked again", || cache.get::<String>("old").is_ok());
    assert_eq!(cache.get::<String>("old").unwrap().as_deref(), Some("value"));
    assert_eq!((cache.get_or_set("new", || 1), cache.get_or_set("new", || 2)), (1, 1));
}
