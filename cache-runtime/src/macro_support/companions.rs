//! The companions of an annotated function, in both modes.
//!
//! Users call them by hand, so the store's error is returned.

use std::marker::PhantomData;

use super::CallOptions;
use crate::call::{Outcome, Storable};
use crate::codec::Codec;
use crate::entry::{self, Expiration, Seal, Value};
use crate::mode::Mode;
use crate::time::Ttl;
use crate::{Cache, Error, ErrorKind, Result, runtime};

/// A reference to an argument of a key, under a name that clippy's `ptr_arg` does not report.
pub type Ref<'a, T> = &'a T;

/// The return type of a function, for a signature that asks what of it is stored.
pub struct Returns<R>(PhantomData<fn() -> R>);

/// A function stores a `V`: what it returns, or the `Ok` of that.
///
/// The two implementations for every type do not overlap, because no type is a `Result` of itself.
#[diagnostic::on_unimplemented(
    message = "the function does not store a `{V}`",
    label = "it stores what it returns, or the `Ok` of that"
)]
pub trait Stores<V> {
    /// What the function returns.
    type Whole;
    /// Encodes the value, if it is storable.
    #[doc(hidden)]
    fn encode<O>(value: &V, codec: Codec, seal: Seal<'_>, expiration: &Expiration) -> Result<Option<Value>>
    where
        O: Outcome<Whole = Self::Whole>;
}

impl<T: Storable, E> Stores<T> for Returns<std::result::Result<T, E>> {
    type Whole = std::result::Result<T, E>;

    fn encode<O>(value: &T, codec: Codec, seal: Seal<'_>, expiration: &Expiration) -> Result<Option<Value>> {
        entry::write(value, codec, seal, expiration).map(Some)
    }
}

impl<R> Stores<R> for Returns<R> {
    type Whole = R;

    fn encode<O>(whole: &R, codec: Codec, seal: Seal<'_>, expiration: &Expiration) -> Result<Option<Value>>
    where
        O: Outcome<Whole = R>,
    {
        O::storable(whole).map(|value| entry::write(value, codec, seal, expiration)).transpose()
    }
}

/// The key as the methods of a cache take it; empty if the arguments make none.
pub fn key(key: Result<String>) -> String {
    key.unwrap_or_default()
}

/// The tags; none if the arguments make one that cannot be written, because then nothing is stored.
pub fn tags(tags: Vec<Result<String>>) -> Vec<String> {
    tags.into_iter().collect::<Result<_>>().unwrap_or_default()
}

pub(super) async fn delete<M: Mode>(mode: &M, cache: Option<&str>, key: Result<String>) -> Result<bool> {
    runtime::chosen(cache)?.handle.delete(mode, &key?).await
}

pub(super) async fn stored_value<M: Mode, O: Outcome>(
    mode: &M,
    cache: Option<&str>,
    key: Result<String>,
    _: O,
) -> Result<Option<O::Value>> {
    runtime::chosen(cache)?.handle.get(mode, &key?).await
}

/// A value that is to be stored. It does not borrow the caller's, so that its future is `Send` even if a `&V` is not.
pub(super) struct Primed {
    cache: Cache,
    key: String,
    encoded: Option<(Value, Expiration)>,
}

impl Primed {
    pub(super) fn new<O: Outcome, V>(options: CallOptions, key: Result<String>, _: O, value: &V) -> Result<Self>
    where
        Returns<O::Whole>: Stores<V, Whole = O::Whole>,
    {
        let (cache, key) = (options.open()?, key?);
        let encoded = encode::<O, V>(&cache, &key, value)?;
        Ok(Primed { cache, key, encoded })
    }

    /// The same with the lifetime that a closure makes from the value.
    pub(super) fn expiring<O: Outcome, V>(
        mut self,
        value: &V,
        expires_in: impl FnOnce(&O::Value) -> Option<Ttl>,
    ) -> Result<Self>
    where
        Returns<O::Whole>: Stores<V, Whole = O::Whole>,
    {
        let Some((encoded, _)) = &self.encoded else { return Ok(self) };
        // Read back, because only the encoded form tells a value from the `Ok` that holds it.
        let handle = &self.cache.handle;
        let decoded = entry::read(encoded, handle.seal(&handle.key(&self.key)?)).map_err(|unreadable| {
            let message = "a value that cannot be read back as it was written has no lifetime";
            Error::new(ErrorKind::Value, message).with_source(unreadable)
        })?;
        if let Some(ttl) = expires_in(&decoded) {
            self.cache.handle.view.expires_in = Some(ttl);
            self.encoded = encode::<O, V>(&self.cache, &self.key, value)?;
        }
        Ok(self)
    }

    pub(super) async fn store<M: Mode>(self, mode: &M) -> Result<()> {
        let handle = &self.cache.handle;
        handle.note_writer(&handle.key(&self.key)?);
        handle.set_encoded(mode, &self.key, self.encoded).await
    }
}

/// The value as a function stores it, with the lifetime of the cache's options.
fn encode<O: Outcome, V>(cache: &Cache, key: &str, value: &V) -> Result<Option<(Value, Expiration)>>
where
    Returns<O::Whole>: Stores<V, Whole = O::Whole>,
{
    let codec = cache.handle.core.settings.codec;
    cache.handle.encode(key, |seal, expiration| Returns::encode::<O>(value, codec, seal, expiration))
}
