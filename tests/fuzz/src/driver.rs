//! Runs a target on mutations of its seeds, and on mutations of inputs that had an outcome of their own.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use cache_runtime::{ErrorKind, Result};

use crate::mutate::mutate;

/// What is fuzzed.
pub struct Target {
    /// The name in messages.
    pub name: &'static str,
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Longer inputs are cut.
    pub longest: usize,
    /// Takes an input. It panics if the input makes something wrong, and else returns what came of it, in short.
    pub check: fn(&[u8]) -> String,
}

/// An input costs some KiB and a small multiple of its size at a time: a byte of a list may be a value of many bytes.
const FIXED_MEMORY: u64 = 1 << 20;
const MEMORY_PER_BYTE: u64 = 1 << 10;

/// What takes so long never ends. An input takes some milliseconds at most, also on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

impl Target {
    /// Takes an input, and returns what came of it.
    ///
    /// # Panics
    ///
    /// If something came out wrong, or the input took more memory or time than inputs of its length may.
    pub fn run(&self, input: &[u8]) -> String {
        let (mut outcome, start) = (String::new(), Instant::now());
        let memory = measure(|| outcome = (self.check)(input)).bytes_max;
        let most = FIXED_MEMORY + MEMORY_PER_BYTE * input.len() as u64;
        assert!(memory <= most, "{memory} bytes of memory for {} bytes of input", input.len());
        assert!(start.elapsed() <= LONGEST, "{:?} for {} bytes of input", start.elapsed(), input.len());
        outcome
    }
}

/// Asks once more if the machine took so long that the store of a target was taken for an unavailable one.
pub(crate) fn asked<T>(ask: impl Fn() -> Result<T>) -> Result<T> {
    for _ in 0..100 {
        match ask() {
            Err(error) if error.kind() == ErrorKind::Unavailable => std::thread::sleep(Duration::from_millis(100)),
            answer => return answer,
        }
    }
    ask()
}

/// How many inputs are run: as many as the variable `FUZZ` says, or else `usual`.
#[must_use]
pub fn runs(usual: u64) -> u64 {
    std::env::var("FUZZ").ok().and_then(|runs| runs.parse().ok()).unwrap_or(usual)
}

/// The seed of the mutations: that of the variable `FUZZ_SEED`, or else always the same.
fn seed() -> u64 {
    std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// The most inputs from which mutations begin.
const MOST_KEPT: usize = 2_000;

/// Runs a target on its seeds and on so many mutations.
///
/// # Panics
///
/// If the target does. The input is then printed.
pub fn drive(target: &Target, runs: u64) {
    let mut kept = (target.seeds)();
    let (mut outcomes, hasher) = (HashSet::new(), RandomState::new());
    for seed in &kept {
        outcomes.insert(hasher.hash_one(shown_if_it_panics(target, seed)));
    }
    let mut random = fastrand::Rng::with_seed(seed());
    for _ in 0..runs {
        let mut input = mutate(&kept, &mut random);
        input.truncate(target.longest);
        let outcome = shown_if_it_panics(target, &input);
        if kept.len() < MOST_KEPT && outcomes.insert(hasher.hash_one(outcome)) {
            kept.push(input);
        }
    }
}

fn shown_if_it_panics(target: &Target, input: &[u8]) -> String {
    let _shown = Shown { name: target.name, input };
    target.run(input)
}

/// Prints the input while a panic unwinds.
struct Shown<'a> {
    name: &'a str,
    input: &'a [u8],
}

impl Drop for Shown<'_> {
    #[expect(clippy::print_stderr, reason = "the input is what the reader needs")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the target `{}` failed on b\"{}\"", self.name, self.input.escape_ascii());
        }
    }
}
