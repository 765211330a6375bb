//! What of a body's result is kept: a value as it is, and of a `Result` only its `Ok`.
//!
//! The type decides, however it is spelt: an inherent method is found before a trait's, so [`Probe::cache_outcome`] sees a
//! `Result` behind any alias. Its name is a rare one, since a trait of the user's that is in scope must not have it too.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::scalar_probe;

/// What a body returns, what of it may be kept, and how it is made again from what was kept.
pub trait Outcome {
    /// What the body returns.
    type Whole;
    /// What is kept of it.
    type Value: Storable;
    /// This type.
    type Kept: Outcome<Whole = Self::Whole, Value = Self::Value>;
    /// It itself.
    fn kept(self) -> Self::Kept;
    /// What is to be kept of this result, if anything.
    fn storable(whole: &Self::Whole) -> Option<&Self::Value>;
    /// Whether it is to be stored, if it can be: a condition of the user's may say no.
    fn stored(_whole: &Self::Whole) -> bool {
        true
    }
    /// The result made again.
    fn whole(value: Self::Value) -> Self::Whole;
}

/// What serde can write and read back.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a cache",
    label = "a cached function returns what serde can write and read back",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, and let it own its data",
    note = "a type parameter needs `serde::Serialize + serde::de::DeserializeOwned`"
)]
pub trait Storable: Serialize + DeserializeOwned {}

// Without this rustc digs through to serde's own traits and lists what implements them.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Storable for T {}

/// Asks a type whether it is a `Result`.
#[derive(Debug)]
pub struct Probe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    /// Asks nothing yet.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        Probe(PhantomData)
    }
}

impl<T, E> Probe<Result<T, E>> {
    /// It is a `Result`: `Ok` is kept and `Err` is not.
    pub fn cache_outcome(&self) -> OfResult<T, E> {
        OfResult(PhantomData)
    }
}

/// Where [`Probe`] has no method of its own.
pub trait ElsePlain<R> {
    /// It is no `Result`: it is kept as it is.
    fn cache_outcome(&self) -> Plain<R>;
}

impl<R> ElsePlain<R> for Probe<R> {
    fn cache_outcome(&self) -> Plain<R> {
        Plain(PhantomData)
    }
}

/// Keeps `Ok` and not `Err`.
#[derive(Debug)]
pub struct OfResult<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: Storable, E> Outcome for OfResult<T, E> {
    type Whole = Result<T, E>;
    type Value = T;
    type Kept = Self;
    fn kept(self) -> Self {
        self
    }
    fn storable(whole: &Result<T, E>) -> Option<&T> {
        whole.as_ref().ok()
    }
    fn whole(value: T) -> Result<T, E> {
        Ok(value)
    }
}

/// Keeps everything; only where a type parameter turns out to be a `Result` at run time, its `Ok` alone.
#[derive(Debug)]
pub struct Plain<R>(PhantomData<fn() -> R>);

impl<R: Storable> Outcome for Plain<R> {
    type Whole = R;
    type Value = R;
    type Kept = Self;
    fn kept(self) -> Self {
        self
    }
    fn storable(whole: &R) -> Option<&R> {
        (!scalar_probe::is_result_err(whole)).then_some(whole)
    }
    fn whole(value: R) -> R {
        value
    }
}

/// Checks that it can be kept.
///
/// Expansions ask for it in several places. Where it cannot be, the type of this is unknown, so that the compiler says
/// it once.
pub fn kept<O: Outcome>(outcome: O) -> O::Kept {
    outcome.kept()
}
