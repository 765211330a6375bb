//! The arguments of an attribute, and the cache that they choose.

use std::time::Duration;

use crate::handle::Handle;
use crate::time::{Jitter, Ttl};
use crate::{Cache, Result, runtime};

/// The arguments of an attribute.
#[derive(Debug)]
pub struct CallOptions {
    cache: Option<&'static str>,
    expires_in: Option<Ttl>,
    race_ttl: Option<Duration>,
    stale_if_error: Option<Duration>,
    jitter: Option<f64>,
    shared: bool,
    tags: Vec<Result<String>>,
}

// Methods and not public fields, which every expansion would have to copy.
impl CallOptions {
    /// No arguments.
    pub const DEFAULT: CallOptions = CallOptions {
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
        CallOptions { cache: Some(name), ..self }
    }

    /// The lifetime of values.
    #[must_use]
    pub fn expires_after(self, lifetime: Duration) -> Self {
        CallOptions { expires_in: Some(Ttl::After(lifetime)), ..self }
    }

    /// Values live forever.
    #[must_use]
    pub fn never_expires(self) -> Self {
        CallOptions { expires_in: Some(Ttl::Never), ..self }
    }

    /// How long after expiry the stale value is served while one caller computes.
    #[must_use]
    pub fn race_ttl(self, window: Duration) -> Self {
        CallOptions { race_ttl: Some(window), ..self }
    }

    /// How long after expiry the stale value replaces an `Err`.
    #[must_use]
    pub fn stale_if_error(self, window: Duration) -> Self {
        CallOptions { stale_if_error: Some(window), ..self }
    }

    /// The share by which lifetimes vary.
    #[must_use]
    pub fn jitter(self, share: f64) -> Self {
        CallOptions { jitter: Some(share), ..self }
    }

    /// One process computes a cold key while the others wait.
    #[must_use]
    pub fn shared(self) -> Self {
        CallOptions { shared: true, ..self }
    }

    /// The tags of values.
    #[must_use]
    pub fn tags(self, tags: Vec<Result<String>>) -> Self {
        CallOptions { tags, ..self }
    }

    /// The chosen cache, with these options.
    pub(super) fn open(self) -> Result<Cache> {
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

    /// The handle for a function, which works in any case: without such a cache or tag, nothing is cached.
    pub(super) fn handle(self) -> Handle {
        let cache = self.open().unwrap_or_else(|error| {
            runtime::cache().handle.log_failure(&error);
            Cache::none()
        });
        cache.handle
    }

    /// The cache for a counter, which must not answer 0 if there is no cache of that name.
    pub(super) fn for_counter(self, key: Result<String>) -> (Cache, Result<String>) {
        match self.open() {
            Ok(cache) => (cache, key),
            Err(error) => (Cache::none(), Err(error)),
        }
    }
}
