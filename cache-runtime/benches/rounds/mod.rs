//! Times two sides in turn, and prints the median ratio of their rounds.
//!
//! Times drift on a shared machine, but ratios of adjacent rounds hardly do. Each case runs in a process of its own, so that
//! it does not inherit the memory or connections of another.

#![expect(clippy::print_stdout, reason = "the bench prints a table")]

use std::hint::black_box;
use std::ops::Range;
use std::process::Command;
use std::time::Instant;

/// Runs the operations with these numbers.
pub(crate) type Side<'a> = Box<dyn FnMut(Range<usize>) + 'a>;

/// Measures two sides.
pub(crate) type Compare<'c> = &'c mut dyn for<'a> FnMut(Side<'a>, Side<'a>);

/// A case: its name, the number of operations in a round, and its two sides.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) round: usize,
    pub(crate) run: fn(Compare<'_>),
}

const ROUNDS: usize = 1001;

/// With `--bench`, which `cargo bench` passes, measures the cases whose names contain all other arguments. Without it, as in
/// `cargo test --benches`, runs each case once.
pub(crate) fn main(cases: &[Case]) {
    let (flags, words): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    if let Some(case) = cases.iter().find(|case| flags.contains(&format!("--case={}", case.name))) {
        return measure(case);
    }
    let selected = || cases.iter().filter(|case| words.iter().all(|word| case.name.contains(word.as_str())));
    if !flags.iter().any(|flag| flag == "--bench") {
        return selected().for_each(|case| (case.run)(&mut |mut a, mut b| (a(0..1), b(0..1)).0));
    }
    println!("{:42} {:>6} {:>6} {:>9} {:>9}", "library / by hand", "ratio", "total", "us", "us");
    for case in selected() {
        let program = std::env::current_exe().expect("a path");
        let status = Command::new(program).arg(format!("--case={}", case.name)).status().expect("a process");
        assert!(status.success(), "{} failed", case.name);
    }
}

fn measure(case: &Case) {
    (case.run)(&mut |mut library, mut other| {
        // The first round only fills memory and page caches.
        let rounds = (0..=ROUNDS).map(|number| {
            let turns = number * case.round..(number + 1) * case.round;
            // The sides take turns in being first, because the first one finds cold processor caches.
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

/// The duration in microseconds.
fn timed(side: &mut Side<'_>, turns: Range<usize>) -> f64 {
    let start = Instant::now();
    side(turns);
    start.elapsed().as_secs_f64() * 1e6
}

/// The median ignores rare events such as checkpoints and interruptions; the total includes them.
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

/// A side that runs its operations one by one.
pub(crate) fn each<'a, T>(mut operation: impl FnMut(usize) -> T + 'a) -> Side<'a> {
    Box::new(move |turns| {
        for turn in turns {
            black_box(operation(turn));
        }
    })
}
