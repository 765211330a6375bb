//! A view that computes in the background: nobody waits in the window.
//!
//! A type of its own, since what outlives the call cannot borrow from it.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Always, Lookup, OkOnly, lookup, recompute, recompute_async};
use crate::handle::Handle;
use crate::mode::{Async, Blocking};
use crate::poll_once::poll_once;

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
        let outcome = Always::<T>::new();
        match poll_once(lookup(&Blocking, self.handle.clone(), Ok(key), outcome)) {
            Lookup::Hit(value) => value,
            Lookup::Compute(computation) => recompute(computation, compute),
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
        match poll_once(lookup(&Blocking, self.handle.clone(), Ok(key), OkOnly::<T, E>::new())) {
            Lookup::Hit(value) => value,
            Lookup::Compute(computation) => recompute(computation, compute),
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
        let outcome = Always::<T>::new();
        match lookup(&Async, self.handle.clone(), Ok(key), outcome).await {
            Lookup::Hit(value) => value,
            Lookup::Compute(computation) => recompute_async(computation, async { compute().await }).await,
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
        let outcome = OkOnly::<T, E>::new();
        match lookup(&Async, self.handle.clone(), Ok(key), outcome).await {
            Lookup::Hit(value) => value,
            Lookup::Compute(computation) => recompute_async(computation, async { compute().await }).await,
        }
    }
}
