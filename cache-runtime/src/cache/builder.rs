//! Makes a cache over a store, with the settings that a configuration file has.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Cache;
use crate::entry::Secret;
use crate::handle::Settings;
use crate::store::Store;
use crate::{Codec, Error, ErrorKind, Result, Ttl};

/// Makes a [`Cache`] over a store, setting by setting.
///
/// [`Cache::builder`] returns it. A setting that you leave out has the default of the configuration file.
///
/// ```
/// use cache_runtime::{Cache, Codec, store::NoCache};
///
/// let store = NoCache; // or a store of your own
/// let cache = Cache::builder(store).expires_in("1h")?.codec(Codec::MessagePack).build();
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct CacheBuilder {
    store: Arc<dyn Store>,
    settings: Settings,
}

impl CacheBuilder {
    pub(super) fn new(store: impl Store) -> Self {
        CacheBuilder { store: Arc::new(store), settings: Settings::default() }
    }

    /// Sets how long entries live by default.
    ///
    /// It takes seconds, a `Duration`, a [`Ttl`], or a text that [`Ttl::parse`] reads, such as `"1h 30m"` or `"never"`.
    /// Without it entries live 2 days. A view overrides it: see [`Cache::expires_in`].
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).expires_in("2 days")?.build();
    /// assert!(Cache::builder(NoCache).expires_in("soon").is_err());
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if a text is not a time. Other types never fail.
    pub fn expires_in(mut self, ttl: impl TryInto<Ttl, Error: Into<Error>>) -> Result<Self> {
        self.settings.expires_in = ttl.try_into().map_err(Into::into)?;
        Ok(self)
    }

    /// Sets how values are encoded.
    ///
    /// Without it they are encoded as [`Codec::Bincode`]. Entries are read in whichever codec they were written.
    ///
    /// ```
    /// use cache_runtime::{Cache, Codec, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).codec(Codec::MessagePack).build();
    /// ```
    pub fn codec(mut self, codec: Codec) -> Self {
        self.settings.codec = codec;
        self
    }

    /// Sets a secret by which the cache recognises its own entries.
    ///
    /// Each entry is signed with it, and one without the right signature is a miss. So whoever can write into the store can
    /// make no entries, cannot change them, and cannot move them to another key. They can still delete entries, put an older
    /// entry of the same key back, change when an entry expires, and write numbers: a number has no signature, because the
    /// store counts with it. Without a secret nothing is signed.
    ///
    /// A [`RateLimiter`](crate::limit::RateLimiter) hashes with it whom it limits, so that a store tells no addresses. Give the
    /// same secret to all processes that share the store. It appears in no message.
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).secret("W0rMy9Zlfr4cNuXb")?.build();
    /// assert!(Cache::builder(NoCache).secret("short").is_err());
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is shorter than 16 bytes.
    pub fn secret(mut self, secret: &str) -> Result<Self> {
        if secret.len() < Secret::SHORTEST {
            let message = format!("the secret is shorter than {} bytes; write a long random text", Secret::SHORTEST);
            return Err(Error::new(ErrorKind::Config, message));
        }
        self.settings.secret = Some(Secret::new(secret));
        Ok(self)
    }

    /// Sets for how long a process that died makes others wait.
    ///
    /// A process that lives renews its claim to compute, so a computation may take longer. Without it this is 30 seconds,
    /// of real time.
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).shared_lease(std::time::Duration::from_secs(5)).build();
    /// ```
    pub fn shared_lease(mut self, lease: Duration) -> Self {
        self.settings.shared_lease = lease;
        self
    }

    /// Sets for how long a computing task may go unpolled.
    ///
    /// A task that is woken and then not polled for so long is given up, and one of the callers that wait computes.
    /// Without it this is 30 seconds, of real time.
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).stall_timeout(std::time::Duration::from_secs(5)).build();
    /// ```
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.settings.stall_timeout = timeout;
        self
    }

    /// Sets for how long what is read is kept in this process, if nothing changes it.
    ///
    /// It takes seconds or a `Duration`; 0 keeps nothing. Without it an entry is kept until it changes or other entries
    /// take its place, on stores that announce changes: see [near](crate::guide::near).
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).near(0).build();
    /// ```
    pub fn near(mut self, longest: impl Into<Ttl>) -> Self {
        self.settings.near = longest.into().span();
        self
    }

    /// Makes the cache from the store and settings.
    ///
    /// Like [`Cache::new`], it is this store's cache in every build, also with the cargo feature `no-cache`.
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache};
    ///
    /// let cache = Cache::builder(NoCache).build();
    /// ```
    #[must_use]
    pub fn build(self) -> Cache {
        Cache::with_settings(self.store, self.settings)
    }
}

impl fmt::Debug for CacheBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheBuilder").field("store", &self.store.name()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
