//! An annotated function of many elements: one read of all, one run of the body for those that are missing, one write.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::hash::{BuildHasher, Hash};

use crate::__private::Terms;
use crate::Result;
use crate::call::Turn;
use crate::handle::{Handle, each_once};
use crate::io::{Blocking, Io, Waiting, now};
use crate::lease::Lease;
use crate::outcome::{OfResult, Plain, Storable};
use crate::store::Record;

/// What a function returns for many elements: a value for each, or for those that there are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer for elements of type `{E}`",
    label = "a `HashMap` from elements of type `{E}`, or a `Vec` of a value for each"
)]
pub trait Answer<E>: Sized {
    /// What is kept of each.
    type Value: Storable;
    /// Leaves those elements of which it has a value each.
    fn ask(elements: &mut Vec<(E, String)>);
    /// The value of each of the elements that were asked for.
    fn into_values(self, asked: &[E]) -> Vec<Option<Self::Value>>;
    /// An answer of these values.
    fn from_values(values: impl Iterator<Item = (E, Option<Self::Value>)>) -> Self;
}

/// One value for each element, in the order asked.
impl<E, V: Storable> Answer<E> for Vec<V> {
    type Value = V;

    fn ask(_: &mut Vec<(E, String)>) {}

    fn into_values(self, asked: &[E]) -> Vec<Option<V>> {
        let (values, elements) = (self.len(), asked.len());
        assert_eq!(
            values, elements,
            "the body returned {values} values for {elements} elements: with `each` a `Vec` has one for each, in the order \
             asked; return a `HashMap` where some may be missing"
        );
        self.into_iter().map(Some).collect()
    }

    fn from_values(values: impl Iterator<Item = (E, Option<V>)>) -> Self {
        values.filter_map(|(_, value)| value).collect()
    }
}

/// The values that there are, by their elements.
impl<E: Eq + Hash + Clone, V: Storable, S: BuildHasher + Default> Answer<E> for HashMap<E, V, S> {
    type Value = V;

    fn ask(elements: &mut Vec<(E, String)>) {
        let mut seen = HashSet::with_capacity(elements.len());
        elements.retain(|(element, _)| seen.insert(element.clone()));
    }

    fn into_values(mut self, asked: &[E]) -> Vec<Option<V>> {
        asked.iter().map(|element| self.remove(element)).collect()
    }

    fn from_values(values: impl Iterator<Item = (E, Option<V>)>) -> Self {
        values.filter_map(|(element, value)| Some((element, value?))).collect()
    }
}

/// The outcome of a body of many elements: an answer, or a `Result` of one, whose `Err` is its caller's.
pub trait Answering<E> {
    /// What the body returns.
    type Whole;
    /// What of it is taken apart.
    type Answer: Answer<E>;
    /// The answer, or else what the caller gets as it is.
    fn answer(whole: Self::Whole) -> std::result::Result<Self::Answer, Self::Whole>;
    /// The result made again.
    fn whole(answer: Self::Answer) -> Self::Whole;
}

impl<E, A: Answer<E>> Answering<E> for Plain<A> {
    type Whole = A;
    type Answer = A;
    fn answer(whole: A) -> std::result::Result<A, A> {
        Ok(whole)
    }
    fn whole(answer: A) -> A {
        answer
    }
}

impl<E, A: Answer<E>, X> Answering<E> for OfResult<A, X> {
    type Whole = std::result::Result<A, X>;
    type Answer = A;
    fn answer(whole: Self::Whole) -> std::result::Result<A, Self::Whole> {
        whole.map_err(Err)
    }
    fn whole(answer: A) -> Self::Whole {
        Ok(answer)
    }
}

type ValueOf<O, E> = <<O as Answering<E>>::Answer as Answer<E>>::Value;

/// The elements of a call with their keys, and what is to be computed.
struct Call<'a, I, E> {
    io: &'a I,
    handle: &'a Handle,
    elements: Vec<(E, String)>,
}

impl<I: Io, E: Clone> Call<'_, I, E> {
    /// What is kept for each, and what keeps others from computing what is old.
    async fn look<V: Storable>(&self) -> (Vec<Option<V>>, Vec<Lease>) {
        let keys = each_once(self.elements.iter().map(|(_, key)| key));
        let records = self.handle.records_or_none(self.io, keys).await;
        let mut records: HashMap<String, Option<Record>> = records.into_iter().collect();
        let mut left = HashMap::<&str, usize>::new();
        self.elements.iter().for_each(|(_, key)| *left.entry(key).or_default() += 1);
        let mut leases = Vec::new();
        let values = self.elements.iter().map(|(_, key)| {
            // Elements may share a key, and each has a value of its own.
            let left = left.get_mut(key.as_str())?;
            *left -= 1;
            let record = if *left == 0 { records.remove(key)? } else { records.get(key)?.clone() };
            match self.handle.turn(&self.handle.key(key).ok()?, record) {
                Turn::Value(value) => Some(value),
                Turn::Compute { lease, .. } => {
                    leases.extend(lease);
                    None
                }
            }
        });
        (values.collect(), leases)
    }

    /// Runs the body for what is missing, keeps what it gives, and returns the whole.
    async fn compute<O: Answering<E>, F: Future<Output = O::Whole>>(
        self,
        mut values: Vec<Option<ValueOf<O, E>>>,
        compute: impl FnOnce(Vec<E>) -> F,
        mut store_if: impl FnMut(&ValueOf<O, E>) -> bool,
    ) -> O::Whole {
        let missing: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_none()).collect();
        if !missing.is_empty() {
            let asked: Vec<E> = missing.iter().map(|at| self.elements[*at].0.clone()).collect();
            let marks = self.handle.marks_or_none(self.io).await;
            let computed = match O::answer(compute(asked.clone()).await) {
                Ok(answer) => answer.into_values(&asked),
                Err(whole) => return whole,
            };
            missing.iter().zip(computed).for_each(|(at, value)| values[*at] = value);
            let kept = missing.iter().filter_map(|at| Some((self.elements[*at].1.as_str(), values[*at].as_ref()?)));
            let kept: Vec<_> = kept.filter(|(_, value)| store_if(value)).collect();
            self.handle.keep_many(self.io, marks, &kept).await;
        }
        let elements = self.elements.into_iter().map(|(element, _)| element);
        O::whole(O::Answer::from_values(elements.zip(values)))
    }
}

/// The way of a call, or with `anew` of one that computes whatever is kept.
async fn way<I: Io, E: Clone, O: Answering<E>, F: Future<Output = O::Whole>>(
    io: &I,
    (terms, anew): (Terms, bool),
    keys: Vec<Result<String>>,
    elements: Vec<E>,
    compute: impl FnOnce(Vec<E>) -> F,
    store_if: impl FnMut(&ValueOf<O, E>) -> bool,
) -> O::Whole {
    let handle = terms.cache().handle;
    let keys = match keys.into_iter().collect::<Result<Vec<String>>>() {
        Ok(keys) => keys,
        Err(error) => {
            handle.pass_over(&error);
            return compute(elements).await;
        }
    };
    let mut elements: Vec<(E, String)> = elements.into_iter().zip(keys).collect();
    O::Answer::ask(&mut elements);
    let call = Call { io, handle: &handle, elements };
    if anew {
        let none = call.elements.iter().map(|_| None).collect();
        return call.compute::<O, F>(none, compute, store_if).await;
    }
    let (values, _leases) = call.look().await;
    call.compute::<O, F>(values, compute, store_if).await
}

/// The elements, to be asked for one by one.
pub fn vec<E: Clone>(elements: Vec<E>) -> Vec<E> {
    elements
}

/// A copy of the elements, to be asked for one by one.
pub fn to_vec<E: Clone>(elements: &[E]) -> Vec<E> {
    elements.to_vec()
}

/// A call of a function of many elements.
pub fn each<E: Clone, O: Answering<E>>(
    terms: Terms,
    keys: Vec<Result<String>>,
    elements: Vec<E>,
    _: O,
    compute: impl FnOnce(Vec<E>) -> O::Whole,
    store_if: impl FnMut(&ValueOf<O, E>) -> bool,
) -> O::Whole {
    let compute = async |elements| compute(elements);
    now(way::<_, _, O, _>(&Blocking, (terms, false), keys, elements, compute, store_if))
}

/// The same of an `async` function.
pub async fn each_waiting<E: Clone, O: Answering<E>, F: Future<Output = O::Whole>>(
    terms: Terms,
    keys: Vec<Result<String>>,
    elements: Vec<E>,
    _: O,
    compute: impl FnOnce(Vec<E>) -> F,
    store_if: impl FnMut(&ValueOf<O, E>) -> bool,
) -> O::Whole {
    way::<_, _, O, _>(&Waiting, (terms, false), keys, elements, compute, store_if).await
}

/// A call of a function of many elements that runs its body for all, whatever is kept.
pub fn refresh_each<E: Clone, O: Answering<E>>(
    terms: Terms,
    keys: Vec<Result<String>>,
    elements: Vec<E>,
    _: O,
    compute: impl FnOnce(Vec<E>) -> O::Whole,
    store_if: impl FnMut(&ValueOf<O, E>) -> bool,
) -> O::Whole {
    let compute = async |elements| compute(elements);
    now(way::<_, _, O, _>(&Blocking, (terms, true), keys, elements, compute, store_if))
}

/// The same of an `async` function.
pub async fn refresh_each_waiting<E: Clone, O: Answering<E>, F: Future<Output = O::Whole>>(
    terms: Terms,
    keys: Vec<Result<String>>,
    elements: Vec<E>,
    _: O,
    compute: impl FnOnce(Vec<E>) -> F,
    store_if: impl FnMut(&ValueOf<O, E>) -> bool,
) -> O::Whole {
    way::<_, _, O, _>(&Waiting, (terms, true), keys, elements, compute, store_if).await
}
