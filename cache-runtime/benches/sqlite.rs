//! How long an operation takes in the library and in plain `rusqlite`, with one thread and with two.
//!
//! In plain `rusqlite` the threads share one connection, with cached statements, behind a mutex. For ratios see `ratio.rs`.

mod table;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use divan::Bencher;

use self::table::{Place, Table};

const PLACES: [Place; 2] = [Place::Memory, Place::File];
const THREADS: [usize; 2] = [1, 2];

fn main() {
    divan::main();
}

/// Runs an operation with consecutive numbers, on all threads.
fn numbered<T>(bencher: Bencher<'_, '_>, operation: impl Fn(usize) -> T + Sync) {
    let turns = AtomicUsize::new(0);
    bencher.bench(|| operation(turns.fetch_add(1, Ordering::Relaxed)));
}

/// A group of benches: one operation in the library and by hand.
macro_rules! operation {
    ($name:ident($len:expr): |$table:ident, $turn:ident| $cache:ident => $library:expr, $hand:ident => $by_hand:expr) => {
        #[divan::bench_group(sample_count = 50, sample_size = 50)]
        mod $name {
            use super::*;

            #[divan::bench(args = PLACES, threads = THREADS)]
            fn library(bencher: Bencher<'_, '_>, place: Place) {
                let $table = Table::new($len);
                let $cache = $table.cache(place);
                numbered(bencher, |$turn| $library.expect("an answer"));
            }

            #[divan::bench(args = PLACES, threads = THREADS)]
            fn by_hand(bencher: Bencher<'_, '_>, place: Place) {
                let $table = Table::new($len);
                let hand = Mutex::new($table.by_hand(place));
                numbered(bencher, |$turn| {
                    let hand = hand.lock().expect("no panic");
                    let $hand = &hand;
                    $by_hand
                });
            }
        }
    };
}

operation!(get_32_b(32): |table, turn|
    cache => cache.get::<String>(table.key(turn)), hand => hand.get(table.key(turn)));
operation!(get_1_kib(1024): |table, turn|
    cache => cache.get::<String>(table.key(turn)), hand => hand.get(table.key(turn)));
operation!(set_32_b(32): |table, turn|
    cache => cache.set(table.key(turn), table.value(turn)), hand => hand.set(table.key(turn), table.value(turn)));
operation!(set_1_kib(1024): |table, turn|
    cache => cache.set(table.key(turn), table.value(turn)), hand => hand.set(table.key(turn), table.value(turn)));
operation!(increment(32): |table, turn|
    cache => cache.increment(counter(turn), 1), hand => hand.increment(counter(turn)));
operation!(read_multi_of_100(32): |table, turn|
    cache => cache.read_multi::<String>(table.batch_keys(turn)), hand => hand.prepared().read_multi(table.batch_keys(turn)));
operation!(write_multi_of_100(32): |table, turn|
    cache => cache.write_multi(table.batch(turn)), hand => hand.prepared().write_multi(table.batch(turn)));

fn counter(turn: usize) -> &'static str {
    ["page:views:1", "page:views:2", "page:views:3"][turn % 3]
}
