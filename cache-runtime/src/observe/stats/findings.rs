//! What statistics find out and a program should know: said once in the log, with what to do about it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::row::Row;
use super::subject::Subject;
use super::{Counts, MissReason};

/// After so many calls a function is judged, and after ten times as many once more.
const ENOUGH: u64 = 1_000;

/// What was said about a function.
#[derive(Default)]
pub(super) struct Said(AtomicU8);

const NEVER_HIT: u8 = 1;
const SLOW_HIT: u8 = 2;

impl Said {
    /// Whether this is said for the first time.
    fn is_new(&self, what: u8) -> bool {
        self.0.fetch_or(what, Ordering::Relaxed) & what == 0
    }
}

/// Judges a function after a miss.
pub(super) fn after_miss(row: &Row) {
    if is_due(row.number_of_misses()) && is_function(row) && is_never_hit(&row.snapshot()) && row.said.is_new(NEVER_HIT)
    {
        tracing::warn!(
            "cache: {} was called {} times and never hit: its arguments may not repeat, or its entries may be gone before \
             the next call. Leave out of the key what differs each time (`skip`), let entries live longer (`expires_in`), \
             or remove the attribute",
            row.subject,
            row.snapshot().calls
        );
    }
}

/// Judges a function after a hit.
pub(super) fn after_answer(row: &Row) {
    if !is_due(row.number_of_timed_hits()) || !is_function(row) {
        return;
    }
    let counts = row.snapshot();
    let Some((hit, body)) = slow_hit(&counts).filter(|_| row.said.is_new(SLOW_HIT)) else { return };
    tracing::warn!(
        "cache: {} computes in {body:?} what a hit takes {hit:?} to find: remove the attribute, or let its values be kept \
         in the process, which needs a type that is `Clone + Send + Sync + 'static` and no `near = false`",
        row.subject
    );
}

/// A function is judged at few moments, so that judging costs nothing.
fn is_due(number: u64) -> bool {
    number >= ENOUGH && number.is_multiple_of(ENOUGH)
}

fn is_function(row: &Row) -> bool {
    matches!(row.subject, Subject::Function(_))
}

fn is_never_hit(counts: &Counts) -> bool {
    let is_off = counts.misses_by(MissReason::Off) + counts.misses_by(MissReason::StoreAway) > 0;
    !is_off && counts.hits() + counts.stale + counts.coalesced == 0
}

/// What a hit and a body take on average, if a hit takes longer. A hit near counts as nothing.
fn slow_hit(counts: &Counts) -> Option<(Duration, Duration)> {
    let hit = counts.hit_time.checked_div(u32::try_from(counts.hits()).ok()?)?;
    let body = counts.mean_compute_time().filter(|_| counts.computed >= ENOUGH / 100)?;
    (hit > body).then_some((hit, body))
}
