//! How much longer the library takes than the same statements in plain `rusqlite`.

mod rounds;
mod table;

use std::hint::black_box;
use std::ops::Range;

use cache_runtime::Cache;

use self::rounds::{Case, Compare, each};
use self::table::{BATCH, Place, Table};

/// Rounds are short, so that most of them run without an interruption.
const SINGLE: usize = 100;
const MULTI: usize = 2;

const CASES: &[Case] = &[
    Case { name: "file: get 32 B", round: SINGLE, run: |compare| get(Place::File, 32, compare) },
    Case { name: "file: get 1 KiB", round: SINGLE, run: |compare| get(Place::File, 1024, compare) },
    Case { name: "file: set 32 B", round: SINGLE, run: |compare| set(Place::File, 32, compare) },
    Case { name: "file: set 1 KiB", round: SINGLE, run: |compare| set(Place::File, 1024, compare) },
    Case { name: "file: increment", round: SINGLE, run: |compare| increment(Place::File, compare) },
    Case { name: "file: read_multi of 100", round: MULTI, run: |compare| read_multi(Place::File, compare) },
    Case { name: "file: write_multi of 100", round: MULTI, run: |compare| write_multi(Place::File, compare) },
    Case { name: "memory: get 32 B", round: SINGLE, run: |compare| get(Place::Memory, 32, compare) },
    Case { name: "memory: get 1 KiB", round: SINGLE, run: |compare| get(Place::Memory, 1024, compare) },
    Case { name: "memory: set 32 B", round: SINGLE, run: |compare| set(Place::Memory, 32, compare) },
    Case { name: "memory: set 1 KiB", round: SINGLE, run: |compare| set(Place::Memory, 1024, compare) },
    Case { name: "memory: increment", round: SINGLE, run: |compare| increment(Place::Memory, compare) },
    Case { name: "memory: read_multi of 100", round: MULTI, run: |compare| read_multi(Place::Memory, compare) },
    Case { name: "memory: write_multi of 100", round: MULTI, run: |compare| write_multi(Place::Memory, compare) },
    Case { name: "file: AsyncCache::get / Cache::get, 32 B", round: SINGLE, run: async_get },
    Case { name: "file: get_or_set hit / get, 32 B", round: SINGLE, run: get_or_set },
];

fn main() {
    rounds::main(CASES);
}

/// Both sides write once before they read, because reads are faster while the write-ahead log is empty.
fn get(place: Place, len: usize, compare: Compare<'_>) {
    let table = Table::new(len);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut prepared = hand.prepared();
    cache.set("first", "write").expect("written");
    prepared.set("first", "write");
    compare(
        each(|turn| cache.get::<String>(table.key(turn)).expect("an answer").expect("a hit")),
        each(|turn| prepared.get(table.key(turn)).expect("a hit")),
    );
}

fn set(place: Place, len: usize, compare: Compare<'_>) {
    let table = Table::new(len);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut prepared = hand.prepared();
    compare(
        each(|turn| cache.set(table.key(turn), table.value(turn)).expect("written")),
        each(|turn| prepared.set(table.key(turn), table.value(turn))),
    );
}

fn increment(place: Place, compare: Compare<'_>) {
    let table = Table::new(32);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut prepared = hand.prepared();
    let counters: Vec<_> = (0..100).map(|number| format!("page:views:{number}")).collect();
    compare(
        each(|turn| cache.increment(&counters[turn % 100], 1).expect("a sum")),
        each(|turn| prepared.increment(&counters[turn % 100])),
    );
}

fn read_multi(place: Place, compare: Compare<'_>) {
    let table = Table::new(32);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut prepared = hand.prepared();
    let all_there = |found: usize| assert_eq!(found, BATCH);
    compare(
        each(|turn| all_there(cache.read_multi::<String>(table.batch_keys(turn)).expect("an answer").len())),
        each(|turn| all_there(prepared.read_multi(table.batch_keys(turn)).iter().flatten().count())),
    );
}

fn write_multi(place: Place, compare: Compare<'_>) {
    let table = Table::new(32);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut prepared = hand.prepared();
    compare(
        each(|turn| cache.write_multi(table.batch(turn)).expect("written")),
        each(|turn| prepared.write_multi(table.batch(turn))),
    );
}

/// A cache whose write-ahead log is not empty, as for `get`.
fn warm_file(table: &Table) -> Cache {
    let cache = table.cache(Place::File);
    cache.set("first", "write").expect("written");
    cache
}

fn async_get(compare: Compare<'_>) {
    let table = Table::new(32);
    let cache = warm_file(&table);
    let async_cache = cache.to_async();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let tasks = |turns: Range<usize>| {
        runtime.block_on(async {
            for turn in turns {
                black_box(async_cache.get::<String>(table.key(turn)).await.expect("an answer").expect("a hit"));
            }
        });
    };
    compare(Box::new(tasks), each(|turn| cache.get::<String>(table.key(turn)).expect("an answer").expect("a hit")));
}

fn get_or_set(compare: Compare<'_>) {
    let table = Table::new(32);
    let cache = warm_file(&table);
    compare(
        each(|turn| cache.get_or_set(table.key(turn), || -> String { unreachable!("every key is there") })),
        each(|turn| cache.get::<String>(table.key(turn)).expect("an answer").expect("a hit")),
    );
}
