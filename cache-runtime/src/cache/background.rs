//! A view that computes in the background: nobody waits in the window.
//!
//! A type of its own, since what outlives the call cannot borrow from it.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::background::{Look, look, renew, renew_waiting};
use crate::handle::Handle;
use crate::io::{Blocking, Waiting, now};
use crate::outcome::{ElsePlain, Probe};

/// A cache that in the window serves the old value at once and computes elsewhere.
///
/// [`Cache::background`](crate::Cache::background) gives it.
#[derive(Clone)]
pub struct Background {
    pub(super) handle: Handle,
}

/// The same for async code. [`AsyncCache::background`](crate::AsyncCache::background) gives it.
#[derive(Clone)]
pub struct AsyncBackground {
    pub(super) handle: Handle,
}

impl Background {
    /// Returns the value; where it has expired and the window is open, the old one, while a thread of a small pool computes.
    ///
    /// Without an old value it is computed here. A panic in the background is told to the log; then, as after an `Err`, the old
    /// value is served on, but not beyond the window, and for the window or 30 seconds nobody tries.
    pub fn get_or_set<T>(&self, key: &str, compute: impl FnOnce() -> T + Send + 'static) -> T
    where
        T: Serialize + DeserializeOwned + 'static,
    {
        let outcome = ElsePlain::cache_outcome(&Probe::<T>::new());
        match now(look(&Blocking, self.handle.clone(), Ok(key), outcome)) {
            Look::Known(value) => value,
            Look::Compute(asked) => renew(asked, compute),
        }
    }

    /// Returns the value as [`get_or_set`](Background::get_or_set) does, and keeps what is computed if that is `Ok`.
    ///
    /// # Errors
    ///
    /// The closure's own, where it was computed here. An `Err` in the background has no caller: it is told to the log.
    pub fn try_get_or_set<T, E>(
        &self,
        key: &str,
        compute: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + 'static,
        E: 'static,
    {
        match now(look(&Blocking, self.handle.clone(), Ok(key), Probe::<Result<T, E>>::new().cache_outcome())) {
            Look::Known(value) => value,
            Look::Compute(asked) => renew(asked, compute),
        }
    }
}

impl AsyncBackground {
    /// As [`Background::get_or_set`], with a closure that returns a future.
    ///
    /// The future runs on the caller's tokio runtime, if there is one and the cargo feature `tokio` is on; else on a thread of
    /// a small pool, which knows nothing of tokio's timers and sockets.
    pub async fn get_or_set<T, F>(&self, key: &str, compute: impl FnOnce() -> F + Send + 'static) -> T
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let outcome = ElsePlain::cache_outcome(&Probe::<T>::new());
        match look(&Waiting, self.handle.clone(), Ok(key), outcome).await {
            Look::Known(value) => value,
            Look::Compute(asked) => renew_waiting(asked, async { compute().await }).await,
        }
    }

    /// As [`Background::try_get_or_set`], with a closure that returns a future.
    ///
    /// # Errors
    ///
    /// The future's own, where it was computed here.
    pub async fn try_get_or_set<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F + Send + 'static) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let outcome = Probe::<Result<T, E>>::new().cache_outcome();
        match look(&Waiting, self.handle.clone(), Ok(key), outcome).await {
            Look::Known(value) => value,
            Look::Compute(asked) => renew_waiting(asked, async { compute().await }).await,
        }
    }
}
