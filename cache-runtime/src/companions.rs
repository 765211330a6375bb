//! What is asked beside an annotated function: to forget what it keeps, to look at it, to keep something in its place.
//!
//! It is asked by hand, so that the store's error is returned.

#![expect(clippy::missing_errors_doc, reason = "all of them return the store's, and why there is no key")]

use std::marker::PhantomData;

use crate::__private::Terms;
use crate::codec::Codec;
use crate::entry;
use crate::io::{Blocking, Io, Waiting, now};
use crate::key::stored;
use crate::outcome::{Outcome, Storable};
use crate::store::{Lifetime, Value};
use crate::{Result, runtime};

/// What a function returns, for a signature to ask what may be kept of it.
#[derive(Debug)]
pub struct Of<R>(PhantomData<fn() -> R>);

impl<R> Of<R> {
    /// Of this type.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        Of(PhantomData)
    }
}

/// That a `V` may be kept for a function: it is what the function returns, or the `Ok` of that.
///
/// Two impls for every type do not overlap, because no type is a `Result` of itself.
#[diagnostic::on_unimplemented(
    message = "the function does not keep a `{V}`",
    label = "it keeps what it returns, or the `Ok` of that"
)]
pub trait Keeps<V> {
    /// What the function returns.
    type Whole;
    /// The value as it is written, if it is one that is kept.
    #[doc(hidden)]
    fn written<O>(value: &V, codec: Codec, lifetime: &Lifetime) -> Result<Option<Value>>
    where
        O: Outcome<Whole = Self::Whole>;
}

impl<T: Storable, E> Keeps<T> for Of<std::result::Result<T, E>> {
    type Whole = std::result::Result<T, E>;

    fn written<O>(value: &T, codec: Codec, lifetime: &Lifetime) -> Result<Option<Value>> {
        entry::write(value, codec, lifetime).map(Some)
    }
}

impl<R> Keeps<R> for Of<R> {
    type Whole = R;

    fn written<O: Outcome<Whole = R>>(whole: &R, codec: Codec, lifetime: &Lifetime) -> Result<Option<Value>> {
        O::storable(whole).map(|value| entry::write(value, codec, lifetime)).transpose()
    }
}

/// The key in a cache without a namespace; empty where the arguments make none.
pub fn key(key: Result<String>) -> String {
    key.and_then(|key| Ok(stored("", &key)?.into_owned())).unwrap_or_default()
}

async fn forgotten<I: Io>(io: &I, cache: Option<&str>, key: Result<String>) -> Result<bool> {
    runtime::chosen(cache)?.handle.delete(io, &key?).await
}

async fn kept<I: Io, O: Outcome>(io: &I, cache: Option<&str>, key: Result<String>, _: O) -> Result<Option<O::Value>> {
    runtime::chosen(cache)?.handle.get(io, &key?).await
}

async fn primed<I: Io, O: Outcome, K: Keeps<V, Whole = O::Whole>, V>(
    io: &I,
    terms: Terms,
    key: Result<String>,
    _: (O, K),
    value: &V,
) -> Result<()> {
    let cache = terms.chosen()?;
    let write = |lifetime: &Lifetime| K::written::<O>(value, cache.handle.core.settings.codec, lifetime);
    cache.handle.set_written(io, &key?, write).await
}

/// Forgets what a function keeps under a key.
pub fn invalidate(cache: Option<&str>, key: Result<String>) -> Result<bool> {
    now(forgotten(&Blocking, cache, key))
}

/// The same for an `async` function.
pub async fn invalidate_waiting(cache: Option<&str>, key: Result<String>) -> Result<bool> {
    forgotten(&Waiting, cache, key).await
}

/// What a function keeps under a key.
pub fn peek<O: Outcome>(cache: Option<&str>, key: Result<String>, outcome: O) -> Result<Option<O::Value>> {
    now(kept(&Blocking, cache, key, outcome))
}

/// The same for an `async` function.
pub async fn peek_waiting<O: Outcome>(
    cache: Option<&str>,
    key: Result<String>,
    outcome: O,
) -> Result<Option<O::Value>> {
    kept(&Waiting, cache, key, outcome).await
}

/// What a function keeps under a key, as the function returns it.
pub fn peek_whole<O: Outcome>(cache: Option<&str>, key: Result<String>, outcome: O) -> Result<Option<O::Whole>> {
    Ok(peek(cache, key, outcome)?.map(O::whole))
}

/// The same for an `async` function.
pub async fn peek_whole_waiting<O: Outcome>(
    cache: Option<&str>,
    key: Result<String>,
    outcome: O,
) -> Result<Option<O::Whole>> {
    Ok(peek_waiting(cache, key, outcome).await?.map(O::whole))
}

/// Keeps a value under a key of a function.
pub fn prime<O: Outcome, K: Keeps<V, Whole = O::Whole>, V>(
    terms: Terms,
    key: Result<String>,
    outcome: O,
    of: K,
    value: &V,
) -> Result<()> {
    now(primed::<_, _, K, _>(&Blocking, terms, key, (outcome, of), value))
}

/// The same for an `async` function.
pub async fn prime_waiting<O: Outcome, K: Keeps<V, Whole = O::Whole>, V>(
    terms: Terms,
    key: Result<String>,
    outcome: O,
    of: K,
    value: &V,
) -> Result<()> {
    primed::<_, _, K, _>(&Waiting, terms, key, (outcome, of), value).await
}
