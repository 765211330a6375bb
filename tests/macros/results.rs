//! Which results are stored, and what a body may contain.

use std::rc::Rc;

use cache_runtime::{ErrorKind, cached};
use serde::{Deserialize, Serialize};

use crate::common::{empty, ran, runs};

/// Neither `Serialize` nor `Send`: an error needs no traits.
#[derive(Debug, PartialEq)]
struct Refused(Rc<u8>);

type Outcome<T> = Result<T, Refused>;

fn even(n: u8) -> Result<u8, Refused> {
    ran();
    if n.is_multiple_of(2) { Ok(n) } else { Err(Refused(Rc::new(n))) }
}

#[cached(key = "plain:{n}")]
fn plain(n: u8) -> Result<u8, Refused> {
    even(n)
}

#[cached(key = "alias:{n}")]
fn alias(n: u8) -> Outcome<u8> {
    even(n)
}

#[cached(key = "io:{n}")]
fn io(n: u8) -> std::io::Result<u8> {
    even(n).map_err(|_| std::io::Error::other("odd"))
}

#[cached(key = "borrowed:{n}")]
fn borrowed_error(n: u8) -> Result<u8, &'static str> {
    even(n).map_err(|_| "odd")
}

#[test]
fn ok_is_stored() {
    let (cache, _scope) = empty();
    for _ in 0..2 {
        assert_eq!((plain(2), alias(4), io(6).unwrap(), borrowed_error(8)), (Ok(2), Ok(4), 6, Ok(8)));
    }
    assert_eq!(runs(), 4);
    assert_eq!(cache.get("plain:2").unwrap(), Some(2u8));
}

#[test]
fn err_is_not_stored_whatever_the_type_is_called() {
    let (cache, _scope) = empty();
    for _ in 0..2 {
        assert_eq!((plain(1), alias(3)), (Err(Refused(Rc::new(1))), Err(Refused(Rc::new(3)))));
        assert!(io(5).is_err() && borrowed_error(7).is_err());
    }
    assert_eq!(runs(), 8);
    assert!(!cache.exists("plain:1").unwrap() && !cache.exists("alias:3").unwrap());
}

#[cached(key = "found:{id}")]
fn found(id: u8) -> Option<u8> {
    ran();
    (id < 10).then_some(id)
}

#[test]
fn none_is_a_value() {
    let (_cache, _scope) = empty();
    assert_eq!((found(99), found(99), found(1), found(1)), (None, None, Some(1), Some(1)));
    assert_eq!(runs(), 2);
}

#[cached(key = "nothing")]
fn nothing() {
    ran();
}

#[test]
fn a_function_may_return_nothing() {
    let (_cache, _scope) = empty();
    nothing();
    nothing();
    assert_eq!(runs(), 1);
}

#[cached(key = "early:{text}")]
fn early(text: &str) -> Result<u32, std::num::ParseIntError> {
    ran();
    if text == "none" {
        return Ok(0);
    }
    let number: u32 = text.parse()?;
    Ok(number)
}

#[cached(key = "early:{text}")]
async fn early_waited(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
    ran();
    if text == "none" {
        return Ok(0);
    }
    let number: u32 = text.parse()?;
    if number > 100 {
        Err("too large")?;
    }
    Ok(smol::future::ready(number).await)
}

#[test]
fn return_and_question_mark_leave_the_function() {
    let (_cache, _scope) = empty();
    assert_eq!((early("none"), early("7")), (Ok(0), Ok(7)));
    assert!(early("x").is_err() && early("x").is_err());
    assert_eq!(runs(), 4);
}

#[test]
fn return_and_question_mark_leave_an_async_function() {
    let (_cache, _scope) = empty();
    smol::block_on(async {
        assert_eq!((early_waited("none").await.unwrap(), early_waited("7").await.unwrap()), (0, 7));
        assert_eq!(early_waited("101").await.unwrap_err().to_string(), "too large");
    });
}

#[cached(key = "fib:{n}")]
fn fib(n: u64) -> u64 {
    ran();
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

#[cached(key = "fib:{n}")]
async fn fib_waited(n: u64) -> u64 {
    ran();
    if n < 2 { n } else { Box::pin(fib_waited(n - 1)).await + Box::pin(fib_waited(n - 2)).await }
}

#[test]
fn a_function_may_call_itself() {
    let (_cache, _scope) = empty();
    assert_eq!(fib(50), 12_586_269_025);
    assert_eq!(runs(), 51);
}

#[test]
fn an_async_function_may_call_itself() {
    let (_cache, _scope) = empty();
    assert_eq!(smol::block_on(fib_waited(50)), 12_586_269_025);
    assert_eq!(runs(), 51);
}

#[cached(key = "boxed")]
fn coerced() -> Box<[u8]> {
    Box::new([1, 2, 3])
}

#[cached(key = "boxed")]
async fn coerced_waited() -> Box<[u8]> {
    if false {
        return Box::new([]);
    }
    Box::new([1, 2, 3])
}

#[test]
fn results_are_coerced_to_the_return_type() {
    let (_cache, _scope) = empty();
    assert_eq!(*coerced(), [1, 2, 3]);
    let (_other, _scope) = empty();
    assert_eq!(*smol::block_on(coerced_waited()), [1, 2, 3]);
}

#[cached(key = "panics:{n}")]
fn panics(n: u8) -> u8 {
    ran();
    assert!(n > 0, "zero");
    n
}

#[test]
fn a_panic_reaches_its_caller_and_is_not_stored() {
    let (_cache, _scope) = empty();
    let caught = std::panic::catch_unwind(|| panics(0)).unwrap_err();
    assert_eq!(*caught.downcast::<&str>().unwrap(), "zero");
    assert!(std::panic::catch_unwind(|| panics(0)).is_err());
    assert_eq!(runs(), 2);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Area {
    Line { x: u8 },
    Plane { x: u8, y: u8 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Amount {
    Float(f64),
    Whole(u64),
}

#[cached(key = "plane")]
fn plane() -> Area {
    ran();
    Area::Plane { x: 1, y: 2 }
}

#[cached(key = "amount:{whole}")]
fn amount(whole: u64) -> Amount {
    ran();
    Amount::Whole(whole)
}

#[test]
fn every_caller_gets_the_variant_that_was_computed() {
    let (cache, _scope) = empty();
    for calls in 1..3 {
        assert_eq!(plane(), Area::Plane { x: 1, y: 2 });
        assert_eq!(amount(u64::MAX), Amount::Whole(u64::MAX));
        assert_eq!(amount(7), Amount::Whole(7));
        assert_eq!(runs(), 3 * calls);
        assert_eq!(cache.get_or_set("k", || Amount::Whole(7)), Amount::Whole(7));
    }
    cache.set("k", &Area::Plane { x: 1, y: 2 }).unwrap();
    assert_eq!(cache.get::<Area>("k").unwrap(), None);
    cache.set("k", &Amount::Whole(7)).unwrap();
    assert_eq!(cache.get::<Amount>("k").unwrap(), None);
    for whole in [7, u64::MAX] {
        assert_eq!(cache.get_or_set("k", || Amount::Whole(whole)), Amount::Whole(whole));
        // It is known by now that the type takes another variant.
        assert_eq!(cache.set("k", &Amount::Whole(whole)).unwrap_err().kind(), ErrorKind::Value);
    }
}
