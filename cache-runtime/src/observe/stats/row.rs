//! The counts of a function, while they are counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::findings::Said;
use super::histogram::LiveHistogram;
use super::subject::Subject;
use super::{Answered, Counts, MissReason, NearHits};

/// The counts of a function, or of calls by hand with keys of one pattern.
pub(crate) struct Row {
    pub(super) subject: Subject,
    /// Made for the first value that is kept near, since it is much larger than the rest.
    near: OnceLock<Arc<NearHits>>,
    /// Calls that may not be answered near.
    begun: AtomicU64,
    /// Those among them that were: of a batch, whose calls have begun before it is known which.
    near_records: AtomicU64,
    store_hits: AtomicU64,
    stale: AtomicU64,
    coalesced: AtomicU64,
    misses: [AtomicU64; MissReason::ALL.len()],
    errors: AtomicU64,
    refreshes: AtomicU64,
    /// Values that bodies have returned, and the time that they took.
    computed: AtomicU64,
    compute_nanos: AtomicU64,
    /// The time of the hits that were timed.
    hit_nanos: AtomicU64,
    /// The time of the callers who got a stale value, or that of another caller.
    wait_nanos: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    hits: LiveHistogram,
    bodies: LiveHistogram,
    pub(super) said: Said,
}

impl Row {
    pub(super) fn new(subject: Subject) -> Self {
        Row {
            subject,
            near: OnceLock::new(),
            begun: AtomicU64::new(0),
            near_records: AtomicU64::new(0),
            store_hits: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            coalesced: AtomicU64::new(0),
            misses: [const { AtomicU64::new(0) }; MissReason::ALL.len()],
            errors: AtomicU64::new(0),
            refreshes: AtomicU64::new(0),
            computed: AtomicU64::new(0),
            compute_nanos: AtomicU64::new(0),
            hit_nanos: AtomicU64::new(0),
            wait_nanos: AtomicU64::new(0),
            bytes_read: AtomicU64::new(0),
            bytes_written: AtomicU64::new(0),
            hits: LiveHistogram::new(),
            bodies: LiveHistogram::new(),
            said: Said::default(),
        }
    }

    /// What counts the hits of a value that is kept near from now on.
    pub(crate) fn near_hits(&self) -> &Arc<NearHits> {
        self.near.get_or_init(Arc::default)
    }

    pub(super) fn call_begun(&self) {
        self.begun.fetch_add(1, Relaxed);
    }

    pub(super) fn refresh_begun(&self) {
        self.refreshes.fetch_add(1, Relaxed);
    }

    /// Counts a call that was answered without its body.
    pub(super) fn answered(&self, how: Answered, bytes: usize, took: Duration) {
        let (count, time) = match how {
            Answered::Near => (&self.near_records, &self.hit_nanos),
            Answered::Store => (&self.store_hits, &self.hit_nanos),
            Answered::Stale => (&self.stale, &self.wait_nanos),
            Answered::Coalesced => (&self.coalesced, &self.wait_nanos),
        };
        time.fetch_add(nanos(took), Relaxed);
        count.fetch_add(1, Relaxed);
        if how == Answered::Store {
            self.hits.record(took);
            self.bytes_read.fetch_add(bytes as u64, Relaxed);
        }
    }

    pub(super) fn missed(&self, reason: MissReason) {
        self.misses[reason as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn failed(&self) {
        self.errors.fetch_add(1, Relaxed);
    }

    /// Counts a run of a body that was to return so many values.
    pub(super) fn ran(&self, values: u64, took: Duration) {
        self.computed.fetch_add(values, Relaxed);
        self.compute_nanos.fetch_add(nanos(took), Relaxed);
        self.bodies.record(took);
    }

    pub(crate) fn wrote(&self, bytes: usize) {
        self.bytes_written.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn number_of_misses(&self) -> u64 {
        self.misses.iter().map(|count| count.load(Relaxed)).sum()
    }

    /// How many hits were timed: those near are not.
    pub(super) fn number_of_timed_hits(&self) -> u64 {
        self.store_hits.load(Relaxed)
    }

    /// The counts at this moment.
    pub(super) fn snapshot(&self) -> Counts {
        let near = self.near.get().map_or(0, |near| near.total());
        let load = |count: &AtomicU64| count.load(Relaxed);
        let duration = |nanos: &AtomicU64| Duration::from_nanos(load(nanos));
        let mut counts = Counts {
            calls: 0,
            near_hits: near + load(&self.near_records),
            store_hits: load(&self.store_hits),
            stale: load(&self.stale),
            coalesced: load(&self.coalesced),
            errors: load(&self.errors),
            refreshes: load(&self.refreshes),
            computed: load(&self.computed),
            compute_time: duration(&self.compute_nanos),
            hit_time: duration(&self.hit_nanos),
            wait_time: duration(&self.wait_nanos),
            bytes_read: load(&self.bytes_read),
            bytes_written: load(&self.bytes_written),
            hit_latency: self.hits.snapshot(),
            compute_latency: self.bodies.snapshot(),
            misses: self.misses.each_ref().map(load),
        };
        // Last, so that no call has ended that has not begun.
        counts.calls = near + load(&self.begun);
        counts
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
