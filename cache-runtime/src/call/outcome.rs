//! Which part of a body's result is stored: the value as it is, and of a `Result` only its `Ok`.
//!
//! The type decides, however it is spelt: an inherent method is found before one behind `Deref`, so
//! [`OutcomeProbe::cache_outcome`] recognises a `Result` behind any alias. The method has an unusual name, because a trait
//! of the user's that is in scope must not have a method of the same name.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Retention;
use crate::codec::scalar_probe;

/// What a body returns, which part of it is stored, and how the whole is restored from that part.
pub trait Outcome {
    /// What the body returns.
    type Whole;
    /// The part that is stored.
    type Value: Storable;
    /// This type.
    type Checked: Outcome<Whole = Self::Whole, Value = Self::Value>;
    /// This outcome.
    fn checked(self) -> Self::Checked;
    /// The storable part of this result, if it has one.
    fn storable(whole: &Self::Whole) -> Option<&Self::Value>;
    /// What becomes of a storable result: the user's closures may refuse it, or give it a lifetime of its own.
    fn retention(_whole: &Self::Whole) -> Retention {
        Retention::Usual
    }
    /// Restores the result from its stored part.
    fn whole(value: Self::Value) -> Self::Whole;
}

/// What serde can write and read back.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a cache",
    label = "a cached function returns what serde can write and read back",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, and let it own its data",
    note = "a type parameter needs `serde::Serialize + serde::de::DeserializeOwned`",
    note = "`Arc` and `Rc` have both with serde's feature `rc`"
)]
pub trait Storable: Serialize + DeserializeOwned {}

// Without this rustc digs through to serde's own traits and lists their implementors.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Storable for T {}

/// Finds out whether a type is a `Result`.
pub struct OutcomeProbe<R>(NotResult<R>);

/// What a probe of any other type is, behind `Deref`.
pub struct NotResult<R>(PhantomData<fn() -> R>);

impl<R> OutcomeProbe<R> {
    /// A probe of `R`.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        OutcomeProbe(NotResult(PhantomData))
    }
}

impl<T, E> OutcomeProbe<Result<T, E>> {
    /// `R` is a `Result`: its `Ok` is stored.
    pub fn cache_outcome(&self) -> OkOnly<T, E> {
        OkOnly::new()
    }
}

impl<R> NotResult<R> {
    /// `R` is no `Result`: it is stored as it is.
    pub fn cache_outcome(&self) -> Always<R> {
        Always::new()
    }
}

impl<R> Deref for OutcomeProbe<R> {
    type Target = NotResult<R>;

    fn deref(&self) -> &NotResult<R> {
        &self.0
    }
}

/// Stores `Ok` and not `Err`.
pub struct OkOnly<T, E>(PhantomData<fn() -> (T, E)>);

impl<T, E> OkOnly<T, E> {
    pub(crate) const fn new() -> Self {
        OkOnly(PhantomData)
    }
}

impl<T: Storable, E> Outcome for OkOnly<T, E> {
    type Whole = Result<T, E>;
    type Value = T;
    type Checked = Self;
    fn checked(self) -> Self {
        self
    }
    fn storable(whole: &Result<T, E>) -> Option<&T> {
        whole.as_ref().ok()
    }
    fn whole(value: T) -> Result<T, E> {
        Ok(value)
    }
}

/// Stores everything; if a type parameter turns out to be a `Result` at run time, only its `Ok`.
pub struct Always<R>(PhantomData<fn() -> R>);

impl<R> Always<R> {
    /// The outcome of a type that is not asked whether it is a `Result`.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        Always(PhantomData)
    }
}

impl<R: Storable> Outcome for Always<R> {
    type Whole = R;
    type Value = R;
    type Checked = Self;
    fn checked(self) -> Self {
        self
    }
    fn storable(whole: &R) -> Option<&R> {
        (!scalar_probe::is_result_err(whole)).then_some(whole)
    }
    fn whole(value: R) -> R {
        value
    }
}

/// Checks that an outcome can be stored.
///
/// Expansions need the outcome in several places. If it cannot be stored, the type of this expression is unknown, so that
/// the compiler reports it once.
pub fn checked<O: Outcome>(outcome: O) -> O::Checked {
    outcome.checked()
}
