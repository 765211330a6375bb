//! What the body of a batch returns: a value for each element, or for some of them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use super::super::outcome::{Always, OkOnly};

/// The values of a batch by element.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no result for elements of type `{E}`",
    label = "a `HashMap` from elements of type `{E}`, or a `Vec` of a value for each"
)]
pub trait BatchOutput<E>: Sized {
    /// What is stored for each element.
    type Value;
    /// Removes the elements that would share a value with an earlier one.
    fn dedup<T>(elements: &mut Vec<T>, element: impl Fn(&T) -> &E);
    /// The value of each of the requested elements.
    fn into_values(self, requested: &[E]) -> Vec<Option<Self::Value>>;
    /// The output with these values.
    fn from_values(values: impl Iterator<Item = (E, Option<Self::Value>)>) -> Self;
}

/// One value for each element, in the order requested.
impl<E, V> BatchOutput<E> for Vec<V> {
    type Value = V;

    fn dedup<T>(_: &mut Vec<T>, _: impl Fn(&T) -> &E) {}

    fn into_values(self, requested: &[E]) -> Vec<Option<V>> {
        let (values, elements) = (self.len(), requested.len());
        assert_eq!(
            values, elements,
            "the body returned {values} values for {elements} elements: with `each` a `Vec` has one for each, in the order \
             requested; return a `HashMap` where some may be missing"
        );
        self.into_iter().map(Some).collect()
    }

    fn from_values(values: impl Iterator<Item = (E, Option<V>)>) -> Self {
        values.filter_map(|(_, value)| value).collect()
    }
}

/// The values that exist, by element.
impl<E: Eq + Hash, V, S: BuildHasher + Default> BatchOutput<E> for HashMap<E, V, S> {
    type Value = V;

    fn dedup<T>(elements: &mut Vec<T>, element: impl Fn(&T) -> &E) {
        let mut seen = HashSet::with_capacity_and_hasher(elements.len(), S::default());
        let mut is_first = elements.iter().map(|one| seen.insert(element(one))).collect::<Vec<_>>().into_iter();
        elements.retain(|_| is_first.next().is_some_and(|is_first| is_first));
    }

    fn into_values(mut self, requested: &[E]) -> Vec<Option<V>> {
        requested.iter().map(|element| self.remove(element)).collect()
    }

    fn from_values(values: impl Iterator<Item = (E, Option<V>)>) -> Self {
        values.filter_map(|(element, value)| Some((element, value?))).collect()
    }
}

/// What the body of a batch returns: an output, or a `Result` of one, whose `Err` goes to the caller.
pub trait BatchOutcome<E> {
    /// What the body returns.
    type Whole;
    /// What is stored for each element.
    type Value;
    /// The output inside the whole.
    type Output: BatchOutput<E, Value = Self::Value>;
    /// The output, or else the whole for the caller.
    ///
    /// # Errors
    ///
    /// The whole, if it is an `Err`.
    fn output(whole: Self::Whole) -> Result<Self::Output, Self::Whole>;
    /// The whole of an output.
    fn whole(output: Self::Output) -> Self::Whole;
}

impl<E, B: BatchOutput<E>, K> BatchOutcome<E> for Always<B, K> {
    type Whole = B;
    type Value = B::Value;
    type Output = B;
    fn output(whole: B) -> Result<B, B> {
        Ok(whole)
    }
    fn whole(output: B) -> B {
        output
    }
}

impl<E, B: BatchOutput<E>, X, H, K> BatchOutcome<E> for OkOnly<B, X, H, K> {
    type Whole = Result<B, X>;
    type Value = B::Value;
    type Output = B;
    fn output(whole: Self::Whole) -> Result<B, Self::Whole> {
        whole.map_err(Err)
    }
    fn whole(output: B) -> Self::Whole {
        Ok(output)
    }
}
