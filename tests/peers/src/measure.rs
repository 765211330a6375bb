//! Rounds of calls, on one thread and on two.

use std::fmt::Write;
use std::hint::black_box;
use std::thread;
use std::time::Instant;

use crate::{IDS, zipf};

const ROUNDS: usize = 9;
const CALLS: usize = 300_000;

/// Somebody who answers for an id.
#[derive(Clone, Copy)]
pub struct Contestant {
    pub name: &'static str,
    /// Asks for the value of an id, and returns its length.
    pub call: fn(u64) -> usize,
}

/// The medians of a contestant, in nanoseconds for a call; on two threads, of both together.
pub struct Figures {
    pub name: &'static str,
    pub one_thread: f64,
    pub two_threads: f64,
}

pub fn measure(contestants: &[Contestant]) -> Vec<Figures> {
    let sequences = [zipf::sequence(IDS, CALLS, 1), zipf::sequence(IDS, CALLS, 2)];
    let mut times = vec![(Vec::new(), Vec::new()); contestants.len()];
    for _ in 0..ROUNDS {
        for (contestant, (one, two)) in contestants.iter().zip(&mut times) {
            one.push(time(contestant, &sequences[..1]));
            two.push(time(contestant, &sequences));
        }
    }
    let figures = contestants.iter().zip(times);
    figures.map(|(contestant, (one, two))| Figures { name: contestant.name, one_thread: median(one), two_threads: median(two) }).collect()
}

/// Nanoseconds for a call, where each sequence has a thread.
fn time(contestant: &Contestant, sequences: &[Vec<u64>]) -> f64 {
    let call = contestant.call;
    let start = Instant::now();
    thread::scope(|scope| {
        for ids in sequences {
            scope.spawn(move || ids.iter().for_each(|id| {
                    black_box(call(black_box(*id)));
                }));
        }
    });
    start.elapsed().as_nanos() as f64 / sequences.iter().map(Vec::len).sum::<usize>() as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The table of the guide, in Markdown.
pub fn table(figures: &[Figures]) -> String {
    let mut table = String::from("| | one thread, ns | two threads, ns |\n|---|---:|---:|\n");
    for Figures { name, one_thread, two_threads } in figures {
        let _ = writeln!(table, "| {name} | {one_thread:.1} | {two_threads:.1} |");
    }
    table
}
