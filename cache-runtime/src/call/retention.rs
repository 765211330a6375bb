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

/// What a closure of the user's for a lifetime returns.
#[diagnostic::on_unimplemented(
    message = "a lifetime from the value is a `Duration` or a `Ttl`, not `{Self}`",
    label = "a `Duration` or a `Ttl` is expected, not `{Self}`",
    note = "write `Duration::from_secs(…)`, or `Ttl::Never` for a value that does not expire"
)]
pub trait Lifetime {
    /// The lifetime.
    fn ttl(self) -> Ttl;
}

impl Lifetime for Duration {
    fn ttl(self) -> Ttl {
        Ttl::After(self)
    }
}

impl Lifetime for Ttl {
    fn ttl(self) -> Ttl {
        self
    }
}

/// A closure for a lifetime; `None` for that of the call's options.
pub type LifetimeOf<'a, V> = Box<dyn FnOnce(&V) -> Option<Ttl> + 'a>;

/// The type of a stored value, which tells a closure about it the type of its argument.
pub struct StoredType<V>(PhantomData<fn() -> V>);

/// What an outcome stores. A call of its own, so that the compiler reports at the return type what cannot be stored.
pub fn stored_type<O: Outcome>(_: O) -> StoredType<O::Value> {
    StoredType(PhantomData)
}

/// The lifetime of a value by a closure of the user's. Each companion passes it on in this form, so that the compiler reports
/// a wrong closure in the same words everywhere, which is once. Boxed, because the compiler would report `L` of an opaque type
/// once more where that is passed on.
pub fn expiring<'a, V, L: Lifetime>(_: StoredType<V>, closure: impl FnOnce(&V) -> L + 'a) -> LifetimeOf<'a, V> {
    Box::new(|value| Some(closure(value).ttl()))
}

/// The same for the values of a batch.
pub fn each_expiring<V, L: Lifetime>(
    _: StoredType<V>,
    mut closure: impl FnMut(&V) -> L,
) -> impl FnMut(&V) -> Option<Ttl> {
    move |value| Some(closure(value).ttl())
}

/// The condition of an attribute without `store_if`.
pub fn always<V>(_: &V) -> bool {
    true
}

/// The lifetime of an attribute whose `expires_in` is not a closure: that of the call's options.
pub fn usual_lifetime<V>(_: &V) -> Option<Ttl> {
    None
}

/// What the closures of an attribute say about a value.
pub(crate) fn retention<V>(
    value: &V,
    store_if: impl FnOnce(&V) -> bool,
    expires_in: impl FnOnce(&V) -> Option<Ttl>,
) -> Retention {
    if !store_if(value) {
        return Retention::NotStored;
    }
    expires_in(value).map_or(Retention::Usual, Retention::For)
}

/// A result, and what becomes of it.
pub struct Retained<W> {
    /// The result.
    pub whole: W,
    retention: Retention,
}

/// A result, and how to find its storable part.
pub struct Returned<W, V> {
    whole: W,
    storable: fn(&W) -> Option<&V>,
}

/// The result of a body. A call of its own, as [`stored_type`] is.
pub fn returned<O: Outcome>(_: O, whole: O::Whole) -> Returned<O::Whole, O::Value> {
    Returned { whole, storable: O::storable }
}

/// Evaluates the closures of an attribute, if the result is storable.
pub fn retained<W, V>(
    Returned { whole, storable }: Returned<W, V>,
    store_if: impl FnOnce(&V) -> bool,
    expires_in: impl FnOnce(&V) -> Option<Ttl>,
) -> Retained<W> {
    let value = storable(&whole);
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
    type Keep = O::Keep;
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
