//! Results that the user's condition excludes from being stored.

use std::marker::PhantomData;

use super::Outcome;

/// A result, and whether it is to be stored.
#[derive(Debug)]
pub struct Conditional<W> {
    /// The result.
    pub whole: W,
    is_stored: bool,
}

/// Evaluates the condition of an attribute, if the result is storable.
pub fn conditional<O: Outcome>(
    _: O,
    whole: O::Whole,
    store_if: impl FnOnce(&O::Value) -> bool,
) -> Conditional<O::Whole> {
    let is_stored = O::storable(&whole).is_some_and(store_if);
    Conditional { whole, is_stored }
}

/// The outcome of a body with a condition.
#[derive(Debug)]
pub struct WithCondition<O>(PhantomData<fn() -> O>);

/// Adds a condition to an outcome.
pub fn with_condition<O: Outcome>(_: O) -> WithCondition<O> {
    WithCondition(PhantomData)
}

impl<O: Outcome> Outcome for WithCondition<O> {
    type Whole = Conditional<O::Whole>;
    type Value = O::Value;
    type Checked = Self;
    fn checked(self) -> Self {
        self
    }
    fn storable(conditional: &Conditional<O::Whole>) -> Option<&O::Value> {
        O::storable(&conditional.whole)
    }
    fn is_stored(conditional: &Conditional<O::Whole>) -> bool {
        conditional.is_stored
    }
    fn whole(value: O::Value) -> Conditional<O::Whole> {
        Conditional { whole: O::whole(value), is_stored: true }
    }
}
