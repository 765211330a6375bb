//! What the expansions of the macros call. No other code may: it changes without notice.

use std::future::Future;
use std::pin::{Pin, pin};

pub use std::fmt::Display;
pub use std::time::Duration;

pub use crate::background::{Asked, Look, Owned, can_go, own, renew, renew_waiting};
pub use crate::companions::{
    Keeps, Of, invalidate, invalidate_waiting, key, peek, peek_waiting, peek_whole, peek_whole_waiting, prime,
    prime_waiting,
};
pub use crate::each::{Answer, Name, RunFor, each, each_waiting, to_vec, vec};
pub use crate::key::{DefaultKey, Place, tag, template_key};
pub use crate::{Result, Ttl};
// `Storable` is here so that the bound which the compiler proposes can be written.
pub use crate::outcome::{ElsePlain, Outcome, Probe, Storable, kept};

pub use crate::store_if::{judged, only_if};

use crate::call::{self, call};
use crate::io::{Blocking, Waiting, now};
use crate::jitter::Jitter;
use crate::{AsyncCounter, Cache, Counter, background, runtime};

/// What the arguments of an attribute said.
#[derive(Debug)]
pub struct Terms {
    cache: Option<&'static str>,
    expires_in: Option<Ttl>,
    race_ttl: Option<Duration>,
    stale_if_error: Option<Duration>,
    jitter: Option<f64>,
    shared: bool,
    tags: Vec<Result<String>>,
}

// By methods and not by fields, which every annotated function would have to copy.
impl Terms {
    /// Nothing said.
    pub const DEFAULT: Terms = Terms {
        cache: None,
        expires_in: None,
        race_ttl: None,
        stale_if_error: None,
        jitter: None,
        shared: false,
        tags: Vec::new(),
    };

    /// The named cache.
    #[must_use]
    pub fn cache_named(self, name: &'static str) -> Self {
        Terms { cache: Some(name), ..self }
    }

    /// How long values live.
    #[must_use]
    pub fn expires_in(self, ttl: Ttl) -> Self {
        Terms { expires_in: Some(ttl), ..self }
    }

    /// For how long after expiry the old value is served while one caller computes.
    #[must_use]
    pub fn race_ttl(self, window: Duration) -> Self {
        Terms { race_ttl: Some(window), ..self }
    }

    /// For how long after expiry the old value stands in for an `Err`.
    #[must_use]
    pub fn stale_if_error(self, window: Duration) -> Self {
        Terms { stale_if_error: Some(window), ..self }
    }

    /// By which part of it a lifetime may be longer or shorter.
    #[must_use]
    pub fn jitter(self, share: f64) -> Self {
        Terms { jitter: Some(share), ..self }
    }

    /// That on a cold key one process computes and the others wait.
    #[must_use]
    pub fn shared(self) -> Self {
        Terms { shared: true, ..self }
    }

    /// The tags that values carry.
    #[must_use]
    pub fn tags(self, tags: Vec<Result<String>>) -> Self {
        Terms { tags, ..self }
    }

    pub(crate) fn chosen(self) -> Result<Cache> {
        let mut cache = runtime::chosen(self.cache)?;
        let view = &mut cache.handle.view;
        view.expires_in = self.expires_in.or(view.expires_in);
        view.race_ttl = self.race_ttl.unwrap_or(view.race_ttl);
        view.stale_if_error = self.stale_if_error.unwrap_or(view.stale_if_error);
        view.shared |= self.shared;
        view.jitter = self.jitter.map_or(view.jitter, Jitter::new);
        view.add_tags(self.tags.into_iter().collect::<Result<Vec<String>>>()?.into_iter());
        Ok(cache)
    }

    /// For a function, which answers in any case: where there is no such cache or tag, nothing is cached.
    pub(crate) fn cache(self) -> Cache {
        self.chosen().unwrap_or_else(|error| {
            runtime::cache().handle.pass_over(&error);
            Cache::none()
        })
    }

    /// For a counter, which must not answer 0 where there is no cache of that name.
    fn counting(self, key: Result<String>) -> (Cache, Result<String>) {
        match self.chosen() {
            Ok(cache) => (cache, key),
            Err(error) => (Cache::none(), Err(error)),
        }
    }
}

/// What an expression gives that stands for a time in an attribute: a `Duration`.
#[diagnostic::on_unimplemented(
    message = "an expression for a time gives a `Duration`, and this one does not",
    label = "a `Duration` is expected, not `{Self}`",
    note = "write `Duration::from_secs(…)`; only a plain number, as in `300`, is in seconds by itself"
)]
pub trait Time {
    /// The time.
    fn duration(self) -> Duration;
}

impl Time for Duration {
    fn duration(self) -> Duration {
        self
    }
}

/// The time that an expression gives.
pub fn duration<T: Time>(time: T) -> Duration {
    time.duration()
}

/// A body, under a name that all bodies of one result share, so that the way is compiled for the result and not for each
/// function. (A task's body is a future and keeps its own type: by that the compiler sees whether the call is `Send`.)
pub trait Body<W> {
    /// Runs it, once.
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
pub fn blocking<O: Outcome>(terms: Terms, key: Result<String>, outcome: O, body: &mut dyn Body<O::Whole>) -> O::Whole {
    let (cache, body) = (terms.cache(), pin!(Some(async { body.run() })));
    now(call(&Blocking, &cache.handle, key.as_ref().map(String::as_str), outcome, body))
}

/// A call of an annotated `async` function.
// No `async fn`, here and below: its future would hold all of the arguments beside what is made of them.
pub fn waiting<O: Outcome, B: Future<Output = O::Whole>>(
    terms: Terms,
    key: Result<String>,
    outcome: O,
    body: Pin<&mut Option<B>>,
) -> impl Future<Output = O::Whole> {
    let Cache { handle } = terms.cache();
    async move { call(&Waiting, &handle, key.as_ref().map(String::as_str), outcome, body).await }
}

/// A call of an annotated function that runs its body, whatever is kept.
pub fn refresh<O: Outcome>(terms: Terms, key: Result<String>, outcome: O, body: &mut dyn Body<O::Whole>) -> O::Whole {
    let (cache, body) = (terms.cache(), pin!(Some(async { body.run() })));
    now(call::refresh(&Blocking, &cache.handle, key.as_ref().map(String::as_str), outcome, body))
}

/// The same of an annotated `async` function.
pub fn refresh_waiting<O: Outcome, B: Future<Output = O::Whole>>(
    terms: Terms,
    key: Result<String>,
    outcome: O,
    body: Pin<&mut Option<B>>,
) -> impl Future<Output = O::Whole> {
    let Cache { handle } = terms.cache();
    async move { call::refresh(&Waiting, &handle, key.as_ref().map(String::as_str), outcome, body).await }
}

/// A look at what a function with `background` has in the cache.
pub fn look<O: Outcome>(terms: Terms, key: Result<String>, outcome: O) -> Look<O> {
    now(background::look(&Blocking, terms.cache().handle, key.as_ref().map(String::as_str), outcome))
}

/// A look at what an `async` function with `background` has in the cache.
pub fn look_waiting<O: Outcome>(terms: Terms, key: Result<String>, outcome: O) -> impl Future<Output = Look<O>> {
    let Cache { handle } = terms.cache();
    async move { background::look(&Waiting, handle, key.as_ref().map(String::as_str), outcome).await }
}

/// The counter of an annotated function.
pub fn counter(terms: Terms, key: Result<String>) -> Counter {
    let (cache, key) = terms.counting(key);
    Counter::new(cache, key)
}

/// The counter of an annotated `async` function.
pub fn async_counter(terms: Terms, key: Result<String>) -> AsyncCounter {
    let (cache, key) = terms.counting(key);
    AsyncCounter::new(cache.to_async(), key)
}
