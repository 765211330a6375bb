//! Which counters belong to a thread alone, so that it adds to them without a locked instruction.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many threads at a time have counters of their own. Any others share some.
pub(super) const SLOTS: usize = 64;

/// The slots that living threads have, a bit for each.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// This thread has not asked for a slot yet.
const UNKNOWN: u8 = u8::MAX;

/// This thread has none.
const NONE: u8 = u8::MAX - 1;

thread_local! {
    // Without a destructor, so that it costs no more than a read and is there until the thread has ended.
    static SLOT: Cell<u8> = const { Cell::new(UNKNOWN) };
    static GUARD: Guard = const { Guard(Cell::new(None)) };
}

/// Gives the slot back when its thread ends.
struct Guard(Cell<Option<u8>>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            // What the thread counts after this is counted with the others that have no slot.
            SLOT.set(NONE);
            // The next owner continues where this one stopped.
            TAKEN.fetch_and(!(1 << slot), Ordering::Release);
        }
    }
}

/// The slot of this thread, if it has one.
#[inline]
pub(super) fn own() -> Option<usize> {
    let slot = match SLOT.get() {
        UNKNOWN => take(),
        slot => slot,
    };
    (slot != NONE).then_some(usize::from(slot))
}

#[cold]
fn take() -> u8 {
    let free = |taken: u64| (taken != u64::MAX).then(|| taken | 1 << taken.trailing_ones());
    let taken = TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, free);
    let slot = taken.map_or(NONE, |before| before.trailing_ones() as u8);
    // A thread that is ending has no guard any more.
    let is_held = slot != NONE && GUARD.try_with(|guard| guard.0.set(Some(slot))).is_ok();
    if slot != NONE && !is_held {
        TAKEN.fetch_and(!(1 << slot), Ordering::Release);
    }
    let slot = if is_held { slot } else { NONE };
    SLOT.set(slot);
    slot
}
