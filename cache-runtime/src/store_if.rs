//! Results that a condition of the user's keeps from being stored, though they could be.

use std::marker::PhantomData;

use crate::outcome::Outcome;

/// A result, and whether it is to be stored.
#[derive(Debug)]
pub struct Judged<W> {
    /// The result.
    pub whole: W,
    stored: bool,
}

/// Asks the condition of an attribute, if there is something that could be stored.
pub fn judged<O: Outcome>(_: O, whole: O::Whole, store_if: impl FnOnce(&O::Value) -> bool) -> Judged<O::Whole> {
    let stored = O::storable(&whole).is_some_and(store_if);
    Judged { whole, stored }
}

/// The outcome of a body that is judged.
#[derive(Debug)]
pub struct OnlyIf<O>(PhantomData<fn() -> O>);

/// Makes an outcome one of judged results.
pub fn only_if<O: Outcome>(_: O) -> OnlyIf<O> {
    OnlyIf(PhantomData)
}

impl<O: Outcome> Outcome for OnlyIf<O> {
    type Whole = Judged<O::Whole>;
    type Value = O::Value;
    type Kept = Self;
    fn kept(self) -> Self {
        self
    }
    fn storable(judged: &Judged<O::Whole>) -> Option<&O::Value> {
        O::storable(&judged.whole)
    }
    fn stored(judged: &Judged<O::Whole>) -> bool {
        judged.stored
    }
    fn whole(value: O::Value) -> Judged<O::Whole> {
        Judged { whole: O::whole(value), stored: true }
    }
}
