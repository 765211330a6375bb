//! How much longer the library takes than the same statement by hand: rounds of both in turn, and the median ratio.
//!
//! Times drift on a shared machine, ratios of neighbouring rounds hardly. Each case has a process of its own, so that
//! none finds the memory or the connections of another.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod table;

use std::hint::black_box;
use std::ops::Range;
use std::process::Command;
use std::time::Instant;

use cache_runtime::Cache;

use self::table::{BATCH, Place, Table};

/// Does the operations of these numbers.
type Side<'a> = Box<dyn FnMut(Range<usize>) + 'a>;

/// Two sides of one table, for the time of `compare`.
type Compare<'c> = &'c mut dyn for<'a> FnMut(Side<'a>, Side<'a>);

/// What is compared: a name, how many operations make a round, and the two sides.
struct Case {
    name: &'static str,
    round: usize,
    run: fn(Compare<'_>),
}

/// A round is short, so that most of them are over before something else gets the processor.
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

const ROUNDS: usize = 1001;

/// With `--bench`, as `cargo bench` calls it, measures the cases whose names hold all the other words; without, as
/// `cargo test --benches` does, runs a little of each.
fn main() {
    let (flags, words): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    if let Some(case) = CASES.iter().find(|case| flags.contains(&format!("--case={}", case.name))) {
        return measure(case);
    }
    let asked = || CASES.iter().filter(|case| words.iter().all(|word| case.name.contains(word.as_str())));
    if !flags.iter().any(|flag| flag == "--bench") {
        return asked().for_each(|case| (case.run)(&mut |mut a, mut b| (a(0..1), b(0..1)).0));
    }
    println!("{:42} {:>6} {:>6} {:>9} {:>9}", "library / by hand", "ratio", "total", "us", "us");
    for case in asked() {
        let program = std::env::current_exe().expect("a path");
        let status = Command::new(program).arg(format!("--case={}", case.name)).status().expect("a process");
        assert!(status.success(), "{} failed", case.name);
    }
}

fn measure(case: &Case) {
    (case.run)(&mut |mut library, mut other| {
        // One more for the first, which fills memory and page caches.
        let rounds = (0..=ROUNDS).map(|number| {
            let turns = number * case.round..(number + 1) * case.round;
            // Who is first changes, as the first of two finds the processor's caches cold.
            let sides = [(&mut library, 0), (&mut other, 1)];
            let mut times = [0.0; 2];
            for (side, index) in if number % 2 == 0 { sides } else { reversed(sides) } {
                times[index] = timed(side, turns.clone());
            }
            times
        });
        print(case, &rounds.skip(1).collect::<Vec<_>>());
    });
}

fn reversed<T>([first, second]: [T; 2]) -> [T; 2] {
    [second, first]
}

/// In microseconds.
fn timed(side: &mut Side<'_>, turns: Range<usize>) -> f64 {
    let start = Instant::now();
    side(turns);
    start.elapsed().as_secs_f64() * 1e6
}

/// The median leaves out what happens in few rounds, as checkpoints and disturbances; the total holds all.
fn print(case: &Case, rounds: &[[f64; 2]]) {
    let ratio = median(rounds.iter().map(|[library, other]| library / other));
    let each = |side: usize| median(rounds.iter().map(|times| times[side])) / case.round as f64;
    let total = |side: usize| rounds.iter().map(|times| times[side]).sum::<f64>();
    let total = total(0) / total(1);
    println!("{:42} {ratio:6.2} {total:6.2} {:9.2} {:9.2}", case.name, each(0), each(1));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A side that asks for the keys one by one.
fn each<'a, T>(mut operation: impl FnMut(usize) -> T + 'a) -> Side<'a> {
    Box::new(move |turns| {
        for turn in turns {
            black_box(operation(turn));
        }
    })
}

/// Reading is another thing while the log is empty, so both get a write to begin with.
fn get(place: Place, len: usize, compare: Compare<'_>) {
    let table = Table::new(len);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut kept = hand.kept();
    cache.set("first", "write").expect("written");
    kept.set("first", "write");
    compare(
        each(|turn| cache.get::<String>(table.key(turn)).expect("an answer").expect("a hit")),
        each(|turn| kept.get(table.key(turn)).expect("a hit")),
    );
}

fn set(place: Place, len: usize, compare: Compare<'_>) {
    let table = Table::new(len);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut kept = hand.kept();
    compare(
        each(|turn| cache.set(table.key(turn), table.value(turn)).expect("written")),
        each(|turn| kept.set(table.key(turn), table.value(turn))),
    );
}

fn increment(place: Place, compare: Compare<'_>) {
    let table = Table::new(32);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut kept = hand.kept();
    let counters: Vec<_> = (0..100).map(|number| format!("page:views:{number}")).collect();
    compare(
        each(|turn| cache.increment(&counters[turn % 100], 1).expect("a sum")),
        each(|turn| kept.increment(&counters[turn % 100])),
    );
}

fn read_multi(place: Place, compare: Compare<'_>) {
    let table = Table::new(32);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut kept = hand.kept();
    let all_there = |found: usize| assert_eq!(found, BATCH);
    compare(
        each(|turn| all_there(cache.read_multi::<String>(table.batch_keys(turn)).expect("an answer").len())),
        each(|turn| all_there(kept.get_many(table.batch_keys(turn)).iter().flatten().count())),
    );
}

fn write_multi(place: Place, compare: Compare<'_>) {
    let table = Table::new(32);
    let (cache, hand) = (table.cache(place), table.by_hand(place));
    let mut kept = hand.kept();
    compare(
        each(|turn| cache.write_multi(table.batch(turn)).expect("written")),
        each(|turn| kept.set_many(table.batch(turn))),
    );
}

/// A cache whose log is not empty, as for `get`.
fn warm_file(table: &Table) -> Cache {
    let cache = table.cache(Place::File);
    cache.set("first", "write").expect("written");
    cache
}

fn async_get(compare: Compare<'_>) {
    let table = Table::new(32);
    let cache = warm_file(&table);
    let waiting = cache.to_async();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let tasks = |turns: Range<usize>| {
        runtime.block_on(async {
            for turn in turns {
                black_box(waiting.get::<String>(table.key(turn)).await.expect("an answer").expect("a hit"));
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
