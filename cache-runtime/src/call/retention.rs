//! What an attribute says about a result: whether it is stored, and for how long.

use std::marker::PhantomData;
use std::time::Duration;

use super::Outcome;
use crate::time::Ttl;

/// Whether a value is stored, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// As long as the call's options say.
    Usual,
    /// For a lifetime of its own; zero forgets what was there.
    For(Ttl),
    /// Not at all.
    NotStored,
}

impl Retention {
    /// The lifetime of its own, if the value has one.
    pub(crate) fn ttl(self) -> Option<Ttl> {
        if let Retention::For(ttl) = self { Some(ttl) } else { None }
    }
}

/// What a closure for a lifetime returns.
#[diagnostic::on_unimplemented(
    message = "a lifetime from the value is a `Duration` or a `Ttl`, not `{Self}`",
    label = "a `Duration` or a `Ttl` is expected, not `{Self}`",
    note = "write `Duration::from_secs(…)`, or `Ttl::Never` for a value that does not expire"
)]
pub trait Lifetime {
    /// The lifetime; `None` for that of the call's options.
    fn ttl(self) -> Option<Ttl>;
}

impl Lifetime for Duration {
    fn ttl(self) -> Option<Ttl> {
        Some(Ttl::After(self))
    }
}

impl Lifetime for Ttl {
    fn ttl(self) -> Option<Ttl> {
        Some(self)
    }
}

/// The lifetime of the call's options.
pub struct UsualLifetime;

impl Lifetime for UsualLifetime {
    fn ttl(self) -> Option<Ttl> {
        None
    }
}

/// The condition of an attribute without `store_if`.
pub fn always<V>(_: &V) -> bool {
    true
}

/// The lifetime of an attribute whose `expires_in` is not a closure.
pub fn usual_lifetime<V>(_: &V) -> UsualLifetime {
    UsualLifetime
}

/// What the closures of an attribute say about a value.
pub(crate) fn retention<V, L: Lifetime>(
    value: &V,
    store_if: impl FnOnce(&V) -> bool,
    expires_in: impl FnOnce(&V) -> L,
) -> Retention {
    if !store_if(value) {
        return Retention::NotStored;
    }
    expires_in(value).ttl().map_or(Retention::Usual, Retention::For)
}

/// A result, and what becomes of it.
pub struct Retained<W> {
    /// The result.
    pub whole: W,
    retention: Retention,
}

/// Evaluates the closures of an attribute, if the result is storable.
pub fn retained<O: Outcome, L: Lifetime>(
    _: O,
    whole: O::Whole,
    store_if: impl FnOnce(&O::Value) -> bool,
    expires_in: impl FnOnce(&O::Value) -> L,
) -> Retained<O::Whole> {
    let value = O::storable(&whole);
    let retention = value.map_or(Retention::NotStored, |value| retention(value, store_if, expires_in));
    Retained { whole, retention }
}

/// The outcome of a body whose attribute has such closures.
pub struct WithRetention<O>(PhantomData<fn() -> O>);

/// Adds the answers of the closures to an outcome.
pub fn with_retention<O: Outcome>(_: O) -> WithRetention<O> {
    WithRetention(PhantomData)
}

impl<O: Outcome> Outcome for WithRetention<O> {
    type Whole = Retained<O::Whole>;
    type Value = O::Value;
    type Failed = O::Failed;
    type Checked = Self;
    fn checked(self) -> Self {
        self
    }
    fn storable(retained: &Retained<O::Whole>) -> Option<&O::Value> {
        O::storable(&retained.whole)
    }
    fn retention(retained: &Retained<O::Whole>) -> Retention {
        retained.retention
    }
    fn split(Retained { whole, retention }: Retained<O::Whole>) -> Result<Result<O::Value, O::Failed>, Self::Whole> {
        O::split(whole).map_err(|whole| Retained { whole, retention })
    }
    fn whole(value: O::Value) -> Retained<O::Whole> {
        Retained { whole: O::whole(value), retention: Retention::Usual }
    }
    fn failed(failed: O::Failed) -> Retained<O::Whole> {
        Retained { whole: O::failed(failed), retention: Retention::NotStored }
    }
}
