//! A decoded value that is kept near, and the types whose values can be.

use std::any::Any;
use std::convert::identity;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Stamps;
use crate::entry::{self, Seal, Unreadable, Value};
use crate::time::Deadline;

/// For how long a decoded value is valid.
#[derive(Clone, Debug)]
pub(crate) struct Validity {
    pub(super) stamps: Stamps,
    pub(super) deadline: Deadline,
}

/// A decoded value, of whatever type.
pub(crate) struct Decoded<V: ?Sized = dyn Any + Send + Sync> {
    pub(super) validity: Validity,
    /// An estimate of its memory, in bytes.
    pub(super) size: usize,
    value: V,
}

type Decode<V> = fn(Value, u64, Seal<'_>, Validity) -> Result<(Arc<Decoded>, V), Unreadable>;

/// How the stored part of a result is kept near, if it can be.
///
/// Functions, so that whoever has a `Fit` needs no bounds. A type that differs from the kept one in its lifetimes only is
/// given a copy of the kept value all the same.
pub struct Fit<R, V> {
    pub(crate) keep_near: Option<KeepNear<V>>,
    /// Restores the result from its stored part.
    pub(crate) whole: fn(V) -> R,
}

pub(crate) struct KeepNear<V> {
    /// A copy of the kept value, if it is of this type.
    pub(crate) get: fn(&Decoded) -> Option<V>,
    /// Decodes a value to keep, and a copy of it for the caller.
    pub(crate) decode: Decode<V>,
}

/// What can be kept near: a value that owns its data, and of which each caller gets a copy.
pub trait Fitting: Clone + Send + Sync + DeserializeOwned + 'static {}

impl<T: Clone + Send + Sync + DeserializeOwned + 'static> Fitting for T {}

fn fit<R, V: Fitting>(whole: fn(V) -> R) -> Fit<R, V> {
    fn get<V: Fitting>(decoded: &Decoded) -> Option<V> {
        decoded.value.downcast_ref().cloned()
    }
    fn decode<V: Fitting>(
        value: Value,
        digest: u64,
        seal: Seal<'_>,
        validity: Validity,
    ) -> Result<(Arc<Decoded>, V), Unreadable> {
        let encoded = value.size();
        let value: V = entry::take_marked(value, digest, seal)?;
        let copy = value.clone();
        Ok((Arc::new(Decoded { validity, size: size_of::<V>() + encoded, value }), copy))
    }
    Fit { keep_near: Some(KeepNear { get, decode }), whole }
}

/// Finds out how the stored part of a return type is kept near: of a `Result` the `Ok`.
///
/// The method that the compiler finds first tells it; the others are behind `Deref`.
pub struct FitProbe<R>(WholeFit<R>);

/// What a probe is, behind `Deref`, of any type but a `Result` whose `Ok` can be kept.
pub struct WholeFit<R>(UnfitOk<R>);

/// What a probe is, behind `Deref`, of a type that cannot be kept.
pub struct UnfitOk<R>(Unfit<R>);

/// What a probe is, behind `Deref`, of a type that is no `Result` and cannot be kept.
pub struct Unfit<R>(PhantomData<fn() -> R>);

impl<R> FitProbe<R> {
    /// A probe of `R`.
    #[inline]
    #[expect(clippy::new_without_default, reason = "the expansion of a macro calls it")]
    pub const fn new() -> Self {
        FitProbe(WholeFit(UnfitOk(Unfit(PhantomData))))
    }
}

impl<V: Fitting, E> FitProbe<Result<V, E>> {
    /// The `Ok` can be kept.
    #[inline]
    pub fn cache_fit(&self) -> Fit<Result<V, E>, V> {
        fit(Ok)
    }
}

impl<R: Fitting> WholeFit<R> {
    /// The value can be kept.
    #[inline]
    pub fn cache_fit(&self) -> Fit<R, R> {
        fit(identity)
    }
}

impl<V, E> UnfitOk<Result<V, E>> {
    /// The `Ok` cannot be kept.
    #[inline]
    pub fn cache_fit(&self) -> Fit<Result<V, E>, V> {
        Fit { keep_near: None, whole: Ok }
    }
}

impl<R> Unfit<R> {
    /// The value cannot be kept.
    #[inline]
    pub fn cache_fit(&self) -> Fit<R, R> {
        Fit { keep_near: None, whole: identity }
    }
}

impl<R> Deref for FitProbe<R> {
    type Target = WholeFit<R>;

    fn deref(&self) -> &WholeFit<R> {
        &self.0
    }
}

impl<R> Deref for WholeFit<R> {
    type Target = UnfitOk<R>;

    fn deref(&self) -> &UnfitOk<R> {
        &self.0
    }
}

impl<R> Deref for UnfitOk<R> {
    type Target = Unfit<R>;

    fn deref(&self) -> &Unfit<R> {
        &self.0
    }
}
