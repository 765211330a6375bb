//! The table of both sides: 10,000 keys and values of one length, in memory or in a file.

#![allow(dead_code, reason = "each bench uses a part of it")]

pub(crate) mod hand;

use std::path::PathBuf;

use cache_runtime::Cache;
use tempfile::TempDir;

use self::hand::Hand;

pub(crate) const ROWS: usize = 10_000;

/// The number of keys in a `read_multi` or `write_multi`.
pub(crate) const BATCH: usize = 100;

/// Where the database is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Memory,
    /// A file that other processes may use at the same time.
    File,
}

/// Keys in scattered order, and values that vary, because SQLite does not write a page that has not changed.
pub(crate) struct Table {
    keys: Vec<String>,
    values: Vec<String>,
    folder: TempDir,
}

impl Table {
    pub(crate) fn new(value_len: usize) -> Self {
        // Primes, so that no key is given its present value again, and consecutive keys are on different pages.
        let keys = (0..ROWS).map(|row| format!("user:{}", row * 7919 % ROWS)).collect();
        let values = (0..61).map(|value| format!("{value:0>value_len$}")).collect();
        Table { keys, values, folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder") }
    }

    /// The key of the `turn`-th operation.
    pub(crate) fn key(&self, turn: usize) -> &str {
        &self.keys[turn % ROWS]
    }

    /// The value of the `turn`-th operation.
    pub(crate) fn value(&self, turn: usize) -> &str {
        &self.values[turn % self.values.len()]
    }

    /// The keys of the `turn`-th batch.
    pub(crate) fn batch_keys(&self, turn: usize) -> impl Iterator<Item = &str> {
        (turn * BATCH..(turn + 1) * BATCH).map(|turn| self.key(turn))
    }

    /// The keys and values of the `turn`-th batch.
    pub(crate) fn batch(&self, turn: usize) -> impl Iterator<Item = (&str, &str)> {
        (turn * BATCH..(turn + 1) * BATCH).map(|turn| (self.key(turn), self.value(turn)))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A cache with every key in it, which asks the store each time.
    pub(crate) fn cache(&self, place: Place) -> Cache {
        let cache = match place {
            Place::Memory => Cache::open("sqlite::memory:?near=false").expect("an address"),
            Place::File => Cache::open(&format!("sqlite://{}?near=false", self.path("cache.sqlite3").display()))
                .expect("an address"),
        };
        (0..ROWS / BATCH).for_each(|turn| cache.write_multi(self.batch(turn)).expect("written"));
        cache
    }

    /// The same table by hand, with every key in it.
    pub(crate) fn by_hand(&self, place: Place) -> Hand {
        let hand = match place {
            Place::Memory => Hand::in_memory(),
            Place::File => Hand::in_file(&self.path("hand.sqlite3")),
        };
        (0..ROWS / BATCH).for_each(|turn| hand.prepared().write_multi(self.batch(turn)));
        hand
    }
}
