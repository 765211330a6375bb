//! An annotated function of many elements: one read of all, one run of the body for those that are missing, one write.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::hash::{BuildHasher, Hash};
use std::{fmt, mem};

use serde::de::DeserializeOwned;

use crate::__private::Terms;
use crate::Result;
use crate::call::Turn;
use crate::handle::{Handle, each_once};
use crate::io::{Blocking, Io, Waiting, now};
use crate::lease::Lease;
use crate::outcome::{OfResult, Outcome, Plain, Storable};
use crate::store::Record;
use crate::watch::Moment;

/// What a function returns for many elements: a value for each, or for those that there are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer for elements of type `{E}`",
    label = "a `HashMap` from elements of type `{E}`, or a `Vec` of a value for each"
)]
pub trait Answer<E>: Sized {
    /// What is kept of each.
    type Value;
    /// Leaves those elements of which it has a value each.
    fn ask<T>(elements: &mut Vec<T>, element: impl Fn(&T) -> &E);
    /// The value of each of the elements that were asked for.
    fn into_values(self, asked: &[E]) -> Vec<Option<Self::Value>>;
    /// An answer of these values.
    fn from_values(values: impl Iterator<Item = (E, Option<Self::Value>)>) -> Self;
}

/// One value for each element, in the order asked.
impl<E, V> Answer<E> for Vec<V> {
    type Value = V;

    fn ask<T>(_: &mut Vec<T>, _: impl Fn(&T) -> &E) {}

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
impl<E: Eq + Hash, V, S: BuildHasher + Default> Answer<E> for HashMap<E, V, S> {
    type Value = V;

    fn ask<T>(elements: &mut Vec<T>, element: impl Fn(&T) -> &E) {
        let mut seen = HashSet::with_capacity(elements.len());
        let mut is_first = elements.iter().map(|one| seen.insert(element(one))).collect::<Vec<_>>().into_iter();
        elements.retain(|_| is_first.next().is_some_and(|is_first| is_first));
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
    /// What is kept of each element.
    type Value;
    /// What of the whole is taken apart.
    type Answer: Answer<E, Value = Self::Value>;
    /// The answer, or else what the caller gets as it is.
    fn answer(whole: Self::Whole) -> std::result::Result<Self::Answer, Self::Whole>;
    /// The result made again.
    fn whole(answer: Self::Answer) -> Self::Whole;
}

impl<E, A: Answer<E>> Answering<E> for Plain<A> {
    type Whole = A;
    type Value = A::Value;
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
    type Value = A::Value;
    type Answer = A;
    fn answer(whole: Self::Whole) -> std::result::Result<A, Self::Whole> {
        whole.map_err(Err)
    }
    fn whole(answer: A) -> Self::Whole {
        Ok(answer)
    }
}

/// For which of the elements the body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFor {
    /// Those of which nothing is kept.
    Missing,
    /// All, whatever is kept.
    All,
}

/// What an element is kept under, and the tags that its entry carries.
#[derive(Debug)]
pub struct Name {
    /// Its key.
    pub key: Result<String>,
    /// Its tags.
    pub tags: Vec<Result<String>>,
}

struct Element<E> {
    itself: E,
    /// If it has one that a store can hold; else it is computed each time, and stands in nobody's way.
    key: Option<String>,
    tags: Vec<Result<String>>,
}

/// The elements of a call.
pub struct Elements<E> {
    names: Vec<Name>,
    all: Vec<E>,
    /// Here, so that whether they are `Clone` is asked where they are taken, and nowhere else.
    clone: fn(&E) -> E,
}

impl<E> fmt::Debug for Elements<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elements").field("names", &self.names).finish_non_exhaustive()
    }
}

/// The elements, to be asked for one by one.
pub fn vec<E: Clone>(names: Vec<Name>, all: Vec<E>) -> Elements<E> {
    Elements { names, all, clone: E::clone }
}

/// A copy of the elements, to be asked for one by one.
pub fn to_vec<E: Clone>(names: Vec<Name>, all: &[E]) -> Elements<E> {
    vec(names, all.to_vec())
}

/// The elements of a call with their keys, and what is to be computed.
struct Call<'a, I, E> {
    io: &'a I,
    handle: &'a Handle,
    elements: Vec<Element<E>>,
    clone: fn(&E) -> E,
    /// Since when it has been a refresh: its values win over what began to be computed before.
    refreshes: Option<Moment>,
}

impl<'a, I: Io, E> Call<'a, I, E> {
    fn new<A: Answer<E>>(io: &'a I, handle: &'a Handle, Elements { names, all, clone }: Elements<E>) -> Self {
        let usable = |key: Result<String>| {
            let key = key.inspect_err(|error| handle.pass_over(error)).ok()?;
            handle.key(&key).is_ok().then_some(key)
        };
        let named = all.into_iter().zip(names);
        let elements = named.map(|(itself, Name { key, tags })| Element { itself, key: usable(key), tags });
        let mut elements = elements.collect();
        A::ask(&mut elements, |element| &element.itself);
        Call { io, handle, elements, clone, refreshes: None }
    }

    /// What is kept for each, and what keeps others from computing what is old.
    async fn look<V: DeserializeOwned>(&self) -> (Vec<Option<V>>, Vec<Lease>) {
        let keys = || self.elements.iter().filter_map(|element| element.key.as_ref());
        let records = self.handle.records_or_none(self.io, each_once(keys())).await;
        let mut records: HashMap<String, Option<Record>> = records.into_iter().collect();
        let mut left = HashMap::<&str, usize>::new();
        keys().for_each(|key| *left.entry(key).or_default() += 1);
        let mut leases = Vec::new();
        let values = self.elements.iter().map(|Element { key, .. }| {
            let key = key.as_ref()?;
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
    async fn compute<O, V: Storable, F>(
        mut self,
        mut values: Vec<Option<V>>,
        compute: impl FnOnce(Vec<E>) -> F,
        mut store_if: impl FnMut(&V) -> bool,
    ) -> O::Whole
    where
        O: Answering<E, Value = V>,
        F: Future<Output = O::Whole>,
    {
        let missing: Vec<usize> = (0..values.len()).filter(|at| values[*at].is_none()).collect();
        if !missing.is_empty() {
            let asked = || missing.iter().map(|at| (self.clone)(&self.elements[*at].itself)).collect::<Vec<E>>();
            let (given, asked) = (asked(), asked());
            let keys = missing.iter().filter_map(|at| self.elements[*at].key.as_deref());
            let watches = self.handle.watch_each(keys);
            let tags = missing.iter().map(|at| mem::take(&mut self.elements[*at].tags)).collect();
            let marks = self.handle.marks_of_each(self.io, tags).await;
            let computed = match O::answer(compute(given).await) {
                Ok(answer) => answer.into_values(&asked),
                Err(whole) => return whole,
            };
            missing.iter().zip(computed).for_each(|(at, value)| values[*at] = value);
            let kept = missing.iter().zip(&marks).filter_map(|(at, marks)| {
                let (key, value) = (self.elements[*at].key.as_deref()?, values[*at].as_ref()?);
                Some((key, value, marks.as_deref()?))
            });
            let kept: Vec<_> = kept.filter(|(_, value, _)| store_if(value)).collect();
            if let Some(begun) = self.refreshes {
                watches.iter().for_each(|watch| self.handle.core.watches.change_before(begun, watch.key()));
            }
            self.handle.keep_each(self.io, &watches, &kept).await;
        }
        let elements = self.elements.into_iter().map(|element| element.itself);
        O::whole(O::Answer::from_values(elements.zip(values)))
    }
}

/// The way of a call.
async fn way<I: Io, E, O, K: Outcome, F>(
    io: &I,
    run_for: RunFor,
    terms: Terms,
    elements: Elements<E>,
    _: (O, K),
    compute: impl FnOnce(Vec<E>) -> F,
    store_if: impl FnMut(&K::Value) -> bool,
) -> O::Whole
where
    O: Answering<E, Value = K::Value>,
    F: Future<Output = O::Whole>,
{
    let handle = terms.cache().handle;
    let mut call = Call::new::<O::Answer>(io, &handle, elements);
    let (values, _leases) = match run_for {
        RunFor::Missing => call.look().await,
        RunFor::All => {
            call.refreshes = Some(handle.core.watches.moment());
            (call.elements.iter().map(|_| None).collect(), Vec::new())
        }
    };
    call.compute::<O, _, F>(values, compute, store_if).await
}

/// A call of a function of many elements. `outcomes` are that of the whole, and that of the value of each.
pub fn each<E, O, K: Outcome>(
    run_for: RunFor,
    terms: Terms,
    elements: Elements<E>,
    outcomes: (O, K),
    compute: impl FnOnce(Vec<E>) -> O::Whole,
    store_if: impl FnMut(&K::Value) -> bool,
) -> O::Whole
where
    O: Answering<E, Value = K::Value>,
{
    let compute = async |elements| compute(elements);
    now(way(&Blocking, run_for, terms, elements, outcomes, compute, store_if))
}

/// The same of an `async` function.
pub async fn each_waiting<E, O, K: Outcome, F>(
    run_for: RunFor,
    terms: Terms,
    elements: Elements<E>,
    outcomes: (O, K),
    compute: impl FnOnce(Vec<E>) -> F,
    store_if: impl FnMut(&K::Value) -> bool,
) -> O::Whole
where
    O: Answering<E, Value = K::Value>,
    F: Future<Output = O::Whole>,
{
    way(&Waiting, run_for, terms, elements, outcomes, compute, store_if).await
}
