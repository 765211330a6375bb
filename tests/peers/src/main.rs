//! Hits of an annotated function beside other caches, in one run: `tests/peers/run`.
//!
//! Every contestant returns a text of 32 bytes for an id. The ids come from one zipf sequence over 10,000, all values are
//! warm, and nothing expires meanwhile. The rounds of all contestants take turns, so that other work on the machine meets
//! all of them, and the median of the rounds counts. A word as argument measures only those whose names contain it.

mod measure;
mod ours;
mod theirs;
mod zipf;

use std::env;
use std::error::Error;

use self::measure::{Contestant, measure, table};

/// How many ids there are.
const IDS: u64 = 10_000;

/// The value of an id: 32 bytes.
fn value_of(id: u64) -> String {
    format!("{id:032}")
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    ours::init(folder.path())?;
    let word = env::args().nth(1).unwrap_or_default();
    let mut contestants: Vec<Contestant> = [ours::contestants(), theirs::contestants()].concat();
    contestants.retain(|contestant| contestant.name.contains(&word));
    for contestant in &contestants {
        // Twice: the first call computes, the second one is kept near.
        (0..IDS).chain(0..IDS).for_each(|id| assert_eq!((contestant.call)(id), 32, "{}", contestant.name));
    }
    print!("{}", table(&measure(&contestants)));
    Ok(())
}
