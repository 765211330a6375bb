//! Which rows are evicted: those that are used the least for their size.
//!
//! Whole numbers have a share of the file of their own. They are counters, such as those of a rate limit: if entries could
//! push them out, whoever can fill the cache would have no limit. As long as numbers take no more than their share, only
//! entries are evicted, and above it the numbers that are used the least.

use std::cmp::Reverse;

/// A row that may be evicted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) hash: i64,
    /// Whether it has expired, and no window keeps it.
    pub(super) is_over: bool,
    pub(super) is_number: bool,
    /// The size of its key and value.
    pub(super) size: u64,
    /// How often it was used lately.
    pub(super) uses: u8,
}

/// What a row takes besides its key and its value.
const ROW: u64 = 40;

/// This part of the rows' bytes is evicted at a time.
const EVICTED: u64 = 4;

/// Numbers may take this part of the bytes.
const SHARE_OF_NUMBERS: u64 = 4;

impl Candidate {
    fn bytes(self) -> u64 {
        self.size + ROW
    }

    /// Whether it is over, and how much it is used for each of its bytes: the least is evicted first.
    fn worth(self) -> (bool, u64) {
        (!self.is_over, ((u64::from(self.uses) * 8 + 1) << 32) / self.bytes())
    }
}

/// The hashes of the rows that are evicted: one at least, if there are any.
pub(super) fn victims(mut rows: Vec<Candidate>) -> Vec<i64> {
    let bytes = |rows: &[Candidate]| rows.iter().map(|row| row.bytes()).sum::<u64>();
    rows.sort_by_key(|row| Reverse(row.worth()));
    let wanted = bytes(&rows) / EVICTED;
    let share = bytes(&rows) / SHARE_OF_NUMBERS;
    let (mut numbers, mut entries): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_number);
    let excess = bytes(&numbers).saturating_sub(share).min(wanted);
    let mut victims = take(&mut numbers, excess);
    let left = wanted.saturating_sub(bytes(&victims));
    victims.extend(take(&mut entries, left));
    if victims.is_empty() {
        victims.extend(entries.pop().or_else(|| numbers.pop()));
    }
    victims.into_iter().map(|row| row.hash).collect()
}

/// Takes rows from the end, until they have this many bytes.
fn take(rows: &mut Vec<Candidate>, wanted: u64) -> Vec<Candidate> {
    let (mut taken, mut bytes) = (Vec::new(), 0);
    while bytes < wanted
        && let Some(row) = rows.pop()
    {
        bytes += row.bytes();
        taken.push(row);
    }
    taken
}

#[cfg(test)]
mod tests;
