//! Many more entries than there is room for, beside counters.

use std::fmt;
use std::path::Path;

use cache_runtime::limit::RateLimiter;

use crate::random::Random;
use crate::{Outcome, check, checked_value, ensure, open};

const ROOM: u64 = 8 << 20;

/// The most that the write-ahead log may take: its limit is a quarter of the room, and what maintenance or a batch writes at once
/// comes on top.
const ROOM_OF_LOG: u64 = ROOM / 2;
const COUNTERS: usize = 50;

pub(crate) fn run(entries: u64) -> Outcome {
    let folder = tempfile::tempdir()?;
    let cache = open(folder.path(), "max_size=8 MiB")?;
    let limiter = RateLimiter::new(&cache, "flooded").to(1).within(600);
    ensure(limiter.check("client")?.allowed, || "the first attempt is refused".to_owned())?;
    let counters: Vec<String> = (0..COUNTERS).map(|number| format!("counter:{number}")).collect();
    for counter in &counters {
        cache.expires_in(600).increment(counter, 7)?;
    }
    let (mut random, mut written, mut largest) = (Random(7), 0, Sizes::default());
    for number in 0..entries {
        let key = format!("page:{number}");
        let value = checked_value(&key, usize::try_from(300 + random.below(8000))?);
        written += value.len() as u64;
        cache.expires_in(86_400).set(&key, &value)?;
        if number % 20 == 0 {
            largest = largest.max(Sizes::of(folder.path()));
        }
    }
    ensure(written > 4 * ROOM, || format!("{written} bytes are no flood"))?;
    let kept = cache.read_multi::<i64>(&counters)?;
    ensure(kept.len() == COUNTERS && kept.values().all(|count| *count == 7), || {
        format!("{} of {COUNTERS} counters are left", kept.len())
    })?;
    ensure(!limiter.check("client")?.allowed, || "the flood has freed a limited client".to_owned())?;
    let left = cache.read_multi::<String>((0..entries).map(|number| format!("page:{number}")))?;
    left.iter().try_for_each(|(key, value)| check(key, value))?;
    // The write-ahead log comes on top, and what is written while room is made: on a busy machine that is done late.
    ensure(largest.sum < 4 * ROOM, || format!("the files have taken {largest}"))?;
    ensure(largest.log < ROOM_OF_LOG, || format!("the files have taken {largest}"))?;
    Ok(format!(
        "{entries} entries of {} MiB in all, {} of them left; all of {COUNTERS} counters are there; the files took {largest} at most, \
         at a max_size of 8 MiB",
        written >> 20,
        left.len(),
    ))
}

/// How many bytes the files have.
#[derive(Clone, Copy, Default)]
struct Sizes {
    sum: u64,
    log: u64,
}

impl Sizes {
    fn of(folder: &Path) -> Self {
        let size = |file: &str| folder.join(file).metadata().map_or(0, |file| file.len());
        let log = size("cache.sqlite3-wal");
        Sizes { sum: size("cache.sqlite3") + log, log }
    }

    fn max(self, other: Self) -> Self {
        Sizes { sum: self.sum.max(other.sum), log: self.log.max(other.log) }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        write!(f, "{:.1} MiB, the log {:.1} MiB", mib(self.sum), mib(self.log))
    }
}
