//! Calls of annotated functions and counters.

use std::future::Future;
use std::pin::{Pin, pin};

use super::CallOptions;
use crate::call::{self, Lookup, Outcome};
use crate::mode::{Async, Blocking};
use crate::poll_once::poll_once;
use crate::{AsyncCounter, Counter, Result};

/// A body behind a type that all bodies with the same result share, so that a call is compiled for the result and not for
/// each function. (The body of an `async fn` keeps its own type: by it the compiler sees whether the call is `Send`.)
pub trait Body<W> {
    /// Runs the body, once.
    fn run(&mut self) -> W;
}

/// A closure as a body.
#[derive(Debug)]
pub struct Once<F>(Option<F>);

/// Makes a closure a body.
pub fn once<F>(body: F) -> Once<F> {
    Once(Some(body))
}

impl<W, F: FnOnce() -> W> Body<W> for Once<F> {
    fn run(&mut self) -> W {
        let body = self.0.take();
        body.expect("a body is run once")()
    }
}

/// A call of an annotated function.
pub fn call<O: Outcome>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    body: &mut dyn Body<O::Whole>,
) -> O::Whole {
    let (handle, body) = (options.handle(), pin!(Some(async { body.run() })));
    poll_once(call::call(&Blocking, &handle, key.as_ref().map(String::as_str), outcome, body))
}

/// A call of an annotated `async fn`.
// Not an `async fn`, here and below: its future would keep all arguments in addition to what is made of them.
pub fn call_async<O: Outcome, B: Future<Output = O::Whole>>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    body: Pin<&mut Option<B>>,
) -> impl Future<Output = O::Whole> {
    let handle = options.handle();
    async move { call::call(&Async, &handle, key.as_ref().map(String::as_str), outcome, body).await }
}

/// A call of an annotated function that runs the body in any case.
pub fn refresh<O: Outcome>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    body: &mut dyn Body<O::Whole>,
) -> O::Whole {
    let (handle, body) = (options.handle(), pin!(Some(async { body.run() })));
    poll_once(call::refresh(&Blocking, &handle, key.as_ref().map(String::as_str), outcome, body))
}

/// A call of an annotated `async fn` that runs the body in any case.
pub fn refresh_async<O: Outcome, B: Future<Output = O::Whole>>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
    body: Pin<&mut Option<B>>,
) -> impl Future<Output = O::Whole> {
    let handle = options.handle();
    async move { call::refresh(&Async, &handle, key.as_ref().map(String::as_str), outcome, body).await }
}

/// The first half of a call of a function with `background`.
pub fn lookup<O: Outcome>(options: CallOptions, key: Result<String>, outcome: O) -> Lookup<O> {
    poll_once(call::lookup(&Blocking, options.handle(), key.as_ref().map(String::as_str), outcome))
}

/// The first half of a call of an `async fn` with `background`.
pub fn lookup_async<O: Outcome>(
    options: CallOptions,
    key: Result<String>,
    outcome: O,
) -> impl Future<Output = Lookup<O>> {
    let handle = options.handle();
    async move { call::lookup(&Async, handle, key.as_ref().map(String::as_str), outcome).await }
}

/// The counter of an annotated function.
pub fn counter(options: CallOptions, key: Result<String>) -> Counter {
    let (cache, key) = options.for_counter(key);
    Counter::new(cache, key)
}

/// The counter of an annotated `async fn`.
pub fn async_counter(options: CallOptions, key: Result<String>) -> AsyncCounter {
    let (cache, key) = options.for_counter(key);
    AsyncCounter::new(cache.to_async(), key)
}
