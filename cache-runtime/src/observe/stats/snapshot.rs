//! The statistics of a cache at a moment.

use std::time::Duration;

use serde::Serialize;

use super::Counts;

/// The counts of a function, or of calls by hand with keys of one pattern.
///
/// [`Stats::functions`] returns them.
///
/// ```
/// use cache_runtime::Cache;
///
/// let cache = Cache::memory();
/// cache.get_or_set("user:42", || 7);
/// let stats = cache.stats();
/// assert_eq!((stats.functions()[0].name.as_str(), stats.functions()[0].counts.calls), ("user:*", 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FunctionStats {
    /// The name of an annotated function. Of calls by hand the pattern of their keys: what is in front of the first colon,
    /// as in `user:*`, and `*` for keys without a colon and for patterns beyond the hundredth.
    pub name: String,
    /// The file and the line of an annotated function.
    pub place: Option<String>,
    /// What was counted.
    pub counts: Counts,
}

impl FunctionStats {
    pub(super) fn new(name: String, place: Option<String>, counts: Counts) -> Self {
        FunctionStats { name, place, counts }
    }
}

/// The statistics of a cache, or of all caches of the program.
///
/// It can be printed, as a table with a line for each function, and serialized. No key appears in it.
///
/// ```
/// use cache_runtime::Cache;
///
/// let cache = Cache::memory();
/// cache.get_or_set("user:42", || 7);
/// println!("{}", cache.stats());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    functions: Vec<FunctionStats>,
}

impl Stats {
    /// Those that save the most time come first.
    pub(super) fn new(mut functions: Vec<FunctionStats>) -> Self {
        functions.retain(|function| function.counts.calls + function.counts.refreshes > 0);
        functions.sort_by(|one, other| {
            let by = |of: &FunctionStats| (of.counts.time_saved(), of.counts.calls);
            by(other).cmp(&by(one)).then_with(|| (&one.name, &one.place).cmp(&(&other.name, &other.place)))
        });
        Stats { functions }
    }

    /// Returns the functions and the patterns of keys that were used, those that save the most time first.
    ///
    /// ```
    /// assert!(cache_runtime::Cache::memory().stats().functions().is_empty());
    /// ```
    #[must_use]
    pub fn functions(&self) -> &[FunctionStats] {
        &self.functions
    }

    /// Returns the sums over all functions and patterns of keys.
    ///
    /// Their averages mix slow bodies with quick ones; [`Stats::time_saved`] is exact where `total().time_saved()` is not.
    ///
    /// ```
    /// assert_eq!(cache_runtime::Cache::memory().stats().total().calls, 0);
    /// ```
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.functions.iter().for_each(|function| total.add(&function.counts));
        total
    }

    /// Returns the sum of what functions and patterns of keys save.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// assert_eq!(cache_runtime::Cache::memory().stats().time_saved(), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn time_saved(&self) -> Duration {
        self.functions.iter().map(|function| function.counts.time_saved()).sum()
    }

    /// Adds those of another cache: a function that uses both has one line.
    pub(crate) fn merge(self, other: Stats) -> Stats {
        let mut functions = self.functions;
        for function in other.functions {
            let same = |one: &&mut FunctionStats| (&one.name, &one.place) == (&function.name, &function.place);
            match functions.iter_mut().find(same) {
                Some(same) => same.counts.add(&function.counts),
                None => functions.push(function),
            }
        }
        Stats::new(functions)
    }
}
