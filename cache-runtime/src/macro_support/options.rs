//! The arguments of an attribute, and the cache that they choose.

use std::panic::Location;
use std::time::Duration;

use crate::call::RunFor;
use crate::handle::Handle;
use crate::observe::AnnotatedFunction;
use crate::observe::stats::Counts;
use crate::time::{Jitter, Ttl};
use crate::{Cache, Result, runtime};

/// A list as a `Vec`, without the traits of a prelude that the user may have turned off.
pub fn vec<T, const N: usize>(list: [T; N]) -> Vec<T> {
    Vec::from(list)
}

/// The arguments of an attribute.
#[derive(Debug)]
#[must_use]
pub struct CallOptions {
    function: AnnotatedFunction,
    cache: Option<&'static str>,
    expires_in: Option<Ttl>,
    race_ttl: Option<Duration>,
    stale_if_error: Option<Duration>,
    jitter: Option<f64>,
    shared: bool,
    near: Option<Duration>,
    tags: Vec<Result<String>>,
    /// For which elements of a batch the body runs.
    pub(super) run_for: RunFor,
}

// Methods and not public fields, which every expansion would have to copy.
impl CallOptions {
    /// Those of a function of this name, which is where this is called.
    #[track_caller]
    pub const fn of(name: &'static &'static str) -> Self {
        CallOptions {
            function: AnnotatedFunction { name, place: Location::caller() },
            cache: None,
            expires_in: None,
            race_ttl: None,
            stale_if_error: None,
            jitter: None,
            shared: false,
            near: None,
            tags: Vec::new(),
            run_for: RunFor::Missing,
        }
    }

    pub fn cache_named(self, name: &'static str) -> Self {
        CallOptions { cache: Some(name), ..self }
    }

    pub fn expires_after(self, lifetime: Duration) -> Self {
        CallOptions { expires_in: Some(Ttl::After(lifetime)), ..self }
    }

    /// The lifetime comes from the value, whatever the cache's own is.
    pub fn lifetime_of_value(self) -> Self {
        self.never_expires()
    }

    pub fn never_expires(self) -> Self {
        CallOptions { expires_in: Some(Ttl::Never), ..self }
    }

    /// How long after expiry the stale value is served while one caller computes.
    pub fn race_ttl(self, window: Duration) -> Self {
        CallOptions { race_ttl: Some(window), ..self }
    }

    /// How long after expiry the stale value replaces an `Err`.
    pub fn stale_if_error(self, window: Duration) -> Self {
        CallOptions { stale_if_error: Some(window), ..self }
    }

    pub fn jitter(self, share: f64) -> Self {
        CallOptions { jitter: Some(share), ..self }
    }

    /// One process computes a cold key while the others wait.
    pub fn shared(self) -> Self {
        CallOptions { shared: true, ..self }
    }

    /// For how long a value is kept in this process at most.
    pub fn near(self, longest: Duration) -> Self {
        CallOptions { near: Some(longest), ..self }
    }

    pub fn tags(self, tags: Vec<Result<String>>) -> Self {
        CallOptions { tags, ..self }
    }

    /// The body of a batch runs for all elements.
    pub fn refreshing(self) -> Self {
        CallOptions { run_for: RunFor::All, ..self }
    }

    /// The chosen cache, with these options.
    pub(super) fn open(self) -> Result<Cache> {
        let cache = runtime::chosen(self.cache)?;
        self.view_of(cache)
    }

    /// A cache with these options.
    fn view_of(self, mut cache: Cache) -> Result<Cache> {
        let view = &mut cache.handle.view;
        view.function = Some(self.function);
        view.expires_in = self.expires_in.or(view.expires_in);
        view.race_ttl = self.race_ttl.unwrap_or(view.race_ttl);
        view.stale_if_error = self.stale_if_error.unwrap_or(view.stale_if_error);
        view.shared |= self.shared;
        view.near = self.near.map_or(view.near, |longest| Some(view.near.map_or(longest, |near| near.min(longest))));
        view.jitter = self.jitter.map_or(view.jitter, Jitter::new);
        view.add_tags(self.tags.into_iter().collect::<Result<Vec<String>>>()?.into_iter());
        Ok(cache)
    }

    /// The handle for a function, which works in any case: without such a cache or tag, nothing is cached.
    pub(super) fn handle(self) -> Handle {
        let cache = match runtime::chosen(self.cache) {
            Ok(cache) => cache,
            Err(error) => {
                runtime::report_unknown(self.function, &error);
                return Cache::none().handle;
            }
        };
        let view = self.view_of(cache).unwrap_or_else(|error| {
            runtime::cache().handle.log_failure(&error);
            Cache::none()
        });
        view.handle
    }

    /// What was counted of this function; zeros if there is no such cache.
    pub(super) fn counts(self) -> Counts {
        let cache = runtime::chosen(self.cache);
        cache.map(|cache| cache.handle.core.rows.counts_of(self.function)).unwrap_or_default()
    }

    /// The cache for a counter, which must not answer 0 if there is no cache of that name.
    pub(super) fn for_counter(self, key: Result<String>) -> (Cache, Result<String>) {
        let function = self.function;
        match self.open().map_err(|error| error.context(format_args!("the counter {function}"))) {
            Ok(cache) => (cache, key),
            Err(error) => (Cache::none(), Err(error)),
        }
    }
}
