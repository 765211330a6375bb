//! The attributes in a program that calls the library otherwise, and in which `cache_runtime` is nothing.
#![cfg(test)]

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use kept::{cached, counter, testing, Cache};

/// Takes the place of the real one where a path should not lead through it.
mod cache_runtime {}

#[cached(
    key = "user:{id}",
    expires_in = Duration::from_secs(60),
    race_ttl = 5,
    stale_if_error = "1h",
    jitter = 0.1,
    version = 1,
    skip(greeting),
    store_if = |user| !user.is_empty(),
    crate = kept
)]
fn user(id: u64, greeting: &str) -> Result<String, String> {
    Ok(format!("{greeting} {id}"))
}

#[cached(crate = ::kept)]
async fn by_default<T: serde::Serialize>((a, _): (&str, T), b: impl serde::Serialize + Copy) -> usize {
    let _ = b;
    a.len()
}

#[cached(each = ids, key = "each:{id}", crate = kept)]
fn each(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|id| (*id, *id)).collect()
}

#[cached(key = "background:{id}", race_ttl = 5, background, crate = kept)]
fn in_the_background(id: &u64) -> u64 {
    *id
}

#[counter(key = "views:{id}", crate = kept)]
fn views(id: u64);

struct Shop(u64);

trait Priced {
    fn price(&self) -> u64;
}

impl Priced for Shop {
    #[cached(key = "price:{self.0}", companions = false, crate = kept)]
    fn price(&self) -> u64 {
        self.0
    }
}

impl Shop {
    #[cached(key = "shop:{self.0}", crate = kept)]
    async fn number(&mut self) -> u64 {
        self.0
    }
}

/// Runs a future that does not wait.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

#[test]
fn everything_works_under_another_name() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    assert_eq!(user(1, "hi").as_deref(), Ok("hi 1"));
    assert_eq!(user::peek(1).unwrap().as_deref(), Some("hi 1"));
    assert!(cache.exists(&user::key(1)).unwrap());
    assert_eq!(run(by_default(("abc", 1), 2)), 3);
    assert!(run(by_default::invalidate(("abc", 1), 2)).unwrap());
    assert_eq!((each(&[1, 2]).len(), each::peek(2).unwrap()), (2, Some(2)));
    assert_eq!((in_the_background(&7), in_the_background::refresh(&7)), (7, 7));
    assert_eq!(views(1).increment().unwrap(), 1);
    assert_eq!((Shop(3).price(), run(Shop(3).number()), run(Shop(3).number_peek()).unwrap()), (3, 3, Some(3)));
}
