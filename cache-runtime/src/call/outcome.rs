//! Which part of a body's result is stored: the value as it is, and of a `Result` only its `Ok`.
//!
//! The type decides, however it is spelt: an inherent method is found before one behind `Deref`, so
//! [`OutcomeProbe`] recognises a `Result` behind any alias. The method has an unusual name, because a trait
//! of the user's that is in scope must not have a method of the same name.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Retention;
use crate::codec::scalar_probe;
use crate::near::{Fitting, KeptNear, NotNear};

/// What a body returns, which part of it is stored, and how the whole is restored from that part.
pub trait Outcome {
    /// What the body returns.
    type Whole;
    /// The part that is stored.
    type Value: Storable;
    /// What is left of a result without that part, if it may be held while the store is asked.
    type Failed;
    /// Whether values are kept near: a `Keep`.
    type Keep;
    /// This type.
    type Checked: Outcome<Whole = Self::Whole, Value = Self::Value, Keep = Self::Keep>;
    /// This outcome.
    fn checked(self) -> Self::Checked;
    /// The storable part of this result, if it has one.
    fn storable(whole: &Self::Whole) -> Option<&Self::Value>;
    /// What becomes of a storable result: the user's closures may refuse it, or give it a lifetime of its own.
    fn retention(_whole: &Self::Whole) -> Retention {
        Retention::Usual
    }
    /// Takes a result apart.
    ///
    /// # Errors
    ///
    /// The result, if it has no storable part and must not be held while the store is asked.
    fn split(whole: Self::Whole) -> Result<Result<Self::Value, Self::Failed>, Self::Whole>;
    /// Restores the result from its stored part.
    fn whole(value: Self::Value) -> Self::Whole;
    /// Restores a result without a storable part.
    fn failed(failed: Self::Failed) -> Self::Whole;
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

/// Finds out of a return type whether it is a `Result`, whether its `Err` is `Send`, and whether values are kept near.
///
/// The method that the compiler finds first tells it; the others are behind `Deref`.
pub struct OutcomeProbe<R>(KeptWithLocalErr<R>);

/// What a probe is, behind `Deref`, of any type but a `Result` whose `Ok` can be kept near and whose `Err` is `Send`.
pub struct KeptWithLocalErr<R>(KeptValue<R>);

/// What a probe is, behind `Deref`, of any type but a `Result` whose `Ok` can be kept near.
pub struct KeptValue<R>(UnkeptProbe<R>);

/// The same probe for a value that is not kept near.
pub struct UnkeptProbe<R>(UnkeptWithLocalErr<R>);

/// The same probe for a value that is known to be no `Result`.
pub struct ValueProbe<R>(UnkeptValue<R>);

/// What a probe is, behind `Deref`, of any type but a `Result` whose `Err` is `Send`.
pub struct UnkeptWithLocalErr<R>(UnkeptValue<R>);

/// What a probe is, behind `Deref`, of any type but a `Result`.
pub struct UnkeptValue<R>(PhantomData<fn() -> R>);

impl<R> OutcomeProbe<R> {
    /// A probe of `R`.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        OutcomeProbe(KeptWithLocalErr(KeptValue(UnkeptProbe::new())))
    }
}

impl<R> UnkeptProbe<R> {
    /// A probe of `R`.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        UnkeptProbe(UnkeptWithLocalErr(UnkeptValue(PhantomData)))
    }
}

impl<R> ValueProbe<R> {
    /// A probe of `R`.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        ValueProbe(UnkeptValue(PhantomData))
    }
}

macro_rules! levels {
    ($($(#[$doc:meta])* $level:ident<$probed:ty> [$($param:tt)*] => $outcome:ty;)*) => {$(
        impl<$($param)*> $level<$probed> {
            $(#[$doc])*
            pub fn cache_outcome(&self) -> $outcome {
                <$outcome>::marker()
            }
        }
    )*};
}

levels! {
    /// A `Result`: its `Ok` is stored, and kept near.
    OutcomeProbe<Result<T, E>> [T: Fitting, E: Send] => OkOnly<T, E, HeldErr, KeptNear>;
    /// A `Result` whose `Err` is not `Send`: its `Ok` is stored, and kept near.
    KeptWithLocalErr<Result<T, E>> [T: Fitting, E] => OkOnly<T, E, LocalErr, KeptNear>;
    /// Any other type of which values can be kept near. Also a `Result` whose `Ok` cannot, since the whole then cannot either.
    KeptValue<R> [R: Fitting] => Always<R, KeptNear>;
    /// A value that can be kept near.
    ValueProbe<R> [R: Fitting] => Always<R, KeptNear>;
    /// A `Result`: its `Ok` is stored.
    UnkeptProbe<Result<T, E>> [T, E: Send] => OkOnly<T, E>;
    /// A `Result` whose `Err` is not `Send`: its `Ok` is stored.
    UnkeptWithLocalErr<Result<T, E>> [T, E] => OkOnly<T, E, LocalErr>;
    /// No `Result`: it is stored as it is.
    UnkeptValue<R> [R] => Always<R>;
}

macro_rules! behind_deref {
    ($($level:ident => $next:ident;)*) => {$(
        impl<R> Deref for $level<R> {
            type Target = $next<R>;

            fn deref(&self) -> &$next<R> {
                &self.0
            }
        }
    )*};
}

behind_deref! {
    OutcomeProbe => KeptWithLocalErr;
    KeptWithLocalErr => KeptValue;
    KeptValue => UnkeptProbe;
    ValueProbe => UnkeptValue;
    UnkeptProbe => UnkeptWithLocalErr;
    UnkeptWithLocalErr => UnkeptValue;
}

/// Stores `Ok` and not `Err`. `H` says whether the `Err` is held while the store is asked.
pub struct OkOnly<T, E, H = HeldErr, K = NotNear>(PhantomData<fn() -> (T, E)>, PhantomData<fn() -> (H, K)>);

impl<T, E> OkOnly<T, E> {
    pub(crate) const fn new() -> Self {
        OkOnly(PhantomData, PhantomData)
    }
}

impl<T, E, H, K> OkOnly<T, E, H, K> {
    const fn marker() -> Self {
        OkOnly(PhantomData, PhantomData)
    }
}

impl<T: Storable, E, H: HoldErr<E>, K> Outcome for OkOnly<T, E, H, K> {
    type Whole = Result<T, E>;
    type Value = T;
    type Failed = H::Held;
    type Keep = K;
    type Checked = Self;
    fn checked(self) -> Self {
        self
    }
    fn storable(whole: &Result<T, E>) -> Option<&T> {
        whole.as_ref().ok()
    }
    fn split(whole: Result<T, E>) -> Result<Result<T, H::Held>, Result<T, E>> {
        match whole {
            Ok(value) => Ok(Ok(value)),
            Err(error) => H::hold(error).map(Err).map_err(Err),
        }
    }
    fn whole(value: T) -> Result<T, E> {
        Ok(value)
    }
    fn failed(held: H::Held) -> Result<T, E> {
        Err(H::release(held))
    }
}

/// Whether an `Err` is held while the store is asked.
pub trait HoldErr<E> {
    /// What is held.
    type Held;
    /// Takes the `Err`.
    ///
    /// # Errors
    ///
    /// The `Err`, if it is not to be held.
    fn hold(error: E) -> Result<Self::Held, E>;
    /// Gives the `Err` back.
    fn release(held: Self::Held) -> E;
}

/// An `Err` is held.
pub struct HeldErr;

impl<E> HoldErr<E> for HeldErr {
    type Held = E;
    fn hold(error: E) -> Result<E, E> {
        Ok(error)
    }
    fn release(error: E) -> E {
        error
    }
}

/// An `Err` is returned at once: the future of a call is `Send`, although the `Err` is not.
pub struct LocalErr;

impl<E> HoldErr<E> for LocalErr {
    type Held = Infallible;
    fn hold(error: E) -> Result<Infallible, E> {
        Err(error)
    }
    fn release(held: Infallible) -> E {
        match held {}
    }
}

/// Stores everything; if a type parameter turns out to be a `Result` at run time, only its `Ok`.
pub struct Always<R, K = NotNear>(PhantomData<fn() -> (R, K)>);

impl<R> Always<R> {
    /// The outcome of a type that is not asked whether it is a `Result`.
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        Always(PhantomData)
    }
}

impl<R, K> Always<R, K> {
    const fn marker() -> Self {
        Always(PhantomData)
    }
}

impl<R: Storable, K> Outcome for Always<R, K> {
    type Whole = R;
    type Value = R;
    type Failed = R;
    type Keep = K;
    type Checked = Self;
    fn checked(self) -> Self {
        self
    }
    fn storable(whole: &R) -> Option<&R> {
        (!scalar_probe::is_result_err(whole)).then_some(whole)
    }
    fn split(whole: R) -> Result<Result<R, R>, R> {
        Ok(if scalar_probe::is_result_err(&whole) { Err(whole) } else { Ok(whole) })
    }
    fn whole(value: R) -> R {
        value
    }
    fn failed(failed: R) -> R {
        failed
    }
}

/// Checks that an outcome can be stored.
///
/// Expansions need the outcome in several places. If it cannot be stored, the type of this expression is unknown, so that
/// the compiler reports it once.
pub fn checked<O: Outcome>(outcome: O) -> O::Checked {
    outcome.checked()
}
