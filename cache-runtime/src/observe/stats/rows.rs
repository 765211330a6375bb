//! The rows of a cache: one for each function, and for each pattern of keys.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::row::Row;
use super::subject::{Subject, pattern};
use super::{FunctionStats, Stats};
use crate::observe::AnnotatedFunction;

const BUCKETS: usize = 64;

/// How many patterns of keys have a row. The keys of all others share one.
const MAX_PATTERNS: usize = 100;

/// Rows that are added and never removed, so that readers need no lock.
pub(crate) struct Rows {
    buckets: [OnceLock<Box<Node>>; BUCKETS],
    patterns: AtomicUsize,
}

struct Node {
    row: Arc<Row>,
    next: OnceLock<Box<Node>>,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Rows { buckets: [const { OnceLock::new() }; BUCKETS], patterns: AtomicUsize::new(0) }
    }

    pub(crate) fn of_function(&self, function: AnnotatedFunction) -> Arc<Row> {
        // Of one function there may be several places in memory, with the same content.
        let hash = (function.place.line() ^ function.place.column().rotate_left(16)) as usize + function.name.len();
        self.find_or_add(hash, |subject| subject.is(&function), || Subject::Function(function))
    }

    /// The row of a key that is used by hand.
    pub(crate) fn of_key(&self, key: &str) -> Arc<Row> {
        let start = pattern(key);
        let hash = start.bytes().fold(start.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        self.find(hash, |subject| subject.is_pattern(start)).unwrap_or_else(|| self.add_pattern(hash, start))
    }

    /// The row of a new pattern; that of all other keys if there are too many.
    fn add_pattern(&self, hash: usize, start: &str) -> Arc<Row> {
        let is_one_too_many = !start.is_empty() && self.patterns.fetch_add(1, Ordering::Relaxed) >= MAX_PATTERNS;
        let (hash, start) = if is_one_too_many { (0, "") } else { (hash, start) };
        self.find_or_add(hash, |subject| subject.is_pattern(start), || Subject::Keys(start.into()))
    }

    fn find(&self, hash: usize, is_it: impl Fn(&Subject) -> bool) -> Option<Arc<Row>> {
        let mut next = &self.buckets[hash % BUCKETS];
        while let Some(node) = next.get() {
            if is_it(&node.row.subject) {
                return Some(Arc::clone(&node.row));
            }
            next = &node.next;
        }
        None
    }

    fn find_or_add(&self, hash: usize, is_it: impl Fn(&Subject) -> bool, subject: impl Fn() -> Subject) -> Arc<Row> {
        let mut next = &self.buckets[hash % BUCKETS];
        loop {
            let new = || Box::new(Node { row: Arc::new(Row::new(subject())), next: OnceLock::new() });
            // Another thread may have added it, or another row, at this moment.
            let node = next.get_or_init(new);
            if is_it(&node.row.subject) {
                return Arc::clone(&node.row);
            }
            next = &node.next;
        }
    }

    /// The counts of a function; zeros if it was not called.
    pub(crate) fn counts_of(&self, function: AnnotatedFunction) -> super::Counts {
        self.of_function(function).snapshot()
    }

    /// The counts of all.
    pub(crate) fn snapshot(&self) -> Stats {
        let mut functions = Vec::new();
        for bucket in &self.buckets {
            let mut next = bucket;
            while let Some(node) = next.get() {
                let subject = &node.row.subject;
                functions.push(FunctionStats::new(subject.name(), subject.place(), node.row.snapshot()));
                next = &node.next;
            }
        }
        Stats::new(functions)
    }
}
