//! Stripes: counters by which values that a process keeps near are known to be unchanged.

mod counters;
#[cfg(feature = "sqlite")]
mod place;

use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;
use std::sync::atomic::Ordering;
#[cfg(feature = "sqlite")]
use std::time::Duration;

use siphasher::sip::SipHasher13;
use smallvec::SmallVec;

use self::counters::COUNT;
pub(crate) use self::counters::Counters;
#[cfg(feature = "sqlite")]
pub(crate) use self::counters::FILE_BYTES;
#[cfg(feature = "sqlite")]
use self::place::Place;

/// Counters of changes, one for each of 4,096 groups of keys.
///
/// A store that returns them from [`Store::stripes`](super::Store::stripes) lets caches keep what they have read in this
/// process. It announces every change of a key before it makes it, and ends the announcement before the changing method
/// returns. What was read before an announcement is then never used after the change has returned.
///
/// A counter is even at rest, odd while a change is being made, and only grows:
///
/// ```text
/// reader   note the counter (odd: keep nothing); read the store; keep the value with the counter
/// hit      the counter is still the noted one
/// writer   even → +1, odd → +2; change the store; +1, unless another writer has announced a change meanwhile
/// ```
///
/// Announcements of the same keys are made by one writer at a time: under the lock that the change itself needs.
///
/// ```
/// use cache_runtime::store::Stripes;
///
/// let stripes = Stripes::new();
/// let announced = stripes.announce(["user:42"]);
/// // … the change itself …
/// drop(announced);
/// ```
pub struct Stripes {
    counters: Counters,
    /// Nobody outside can choose keys that share a counter.
    seed: [u8; 16],
    /// Where the counters are shared with other processes.
    #[cfg(feature = "sqlite")]
    place: Option<Place>,
}

impl Stripes {
    /// Makes counters for a store whose changes all happen in this process.
    ///
    /// ```
    /// let stripes = cache_runtime::store::Stripes::new();
    /// ```
    #[must_use]
    pub fn new() -> Arc<Self> {
        Self::seeded(random_seed())
    }

    /// Counters for keys that are hashed with this seed.
    pub(crate) fn seeded(seed: [u8; 16]) -> Arc<Self> {
        Arc::new(Stripes {
            counters: Counters::in_memory(),
            seed,
            #[cfg(feature = "sqlite")]
            place: None,
        })
    }

    /// Counters that processes share, as long as they are where all of them look: `is_in_place` is asked once a second.
    /// `age` tells for how long they have been there.
    #[cfg(feature = "sqlite")]
    pub(crate) fn shared(
        counters: Counters,
        seed: [u8; 16],
        age: Duration,
        is_in_place: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Stripes { counters, seed, place: Some(Place::new(age, is_in_place)) })
    }

    /// Makes every counter even: whoever announced a change and died has left an odd one. Call it inside the lock under
    /// which the store changes, since whoever holds that knows that nobody else is making a change.
    #[cfg(feature = "sqlite")]
    pub(crate) fn settle(&self) {
        for stripe in 0..COUNT {
            let even = |count: u64| (!count.is_multiple_of(2)).then(|| count + 1);
            let _ = self.counters.at(stripe).fetch_update(Ordering::AcqRel, Ordering::Relaxed, even);
        }
    }

    /// Announces that these keys are about to change, until what it returns is dropped.
    ///
    /// Call it inside the lock under which the store changes, and drop the result before the changing method returns. It
    /// may be dropped after a change that failed, too.
    ///
    /// ```
    /// use cache_runtime::store::Stripes;
    ///
    /// let stripes = Stripes::new();
    /// let _changing = stripes.announce(["user:1", "user:2"]);
    /// ```
    pub fn announce<K: AsRef<str>>(&self, keys: impl IntoIterator<Item = K>) -> Announced<'_> {
        self.announce_stripes(keys.into_iter().map(|key| self.stripe(key.as_ref())))
    }

    /// Announces that any key may change, until what it returns is dropped.
    ///
    /// ```
    /// use cache_runtime::store::Stripes;
    ///
    /// let stripes = Stripes::new();
    /// let _clearing = stripes.announce_all();
    /// ```
    pub fn announce_all(&self) -> Announced<'_> {
        self.announce_stripes(0..COUNT)
    }

    fn announce_stripes(&self, stripes: impl Iterator<Item = usize>) -> Announced<'_> {
        let announce = |stripe: usize| (stripe, self.announce_one(stripe));
        Announced { stripes: self, counts: stripes.map(announce).collect() }
    }

    /// Makes a counter odd, and returns it. Whoever holds the store's lock knows that an earlier announcement has been
    /// settled: a writer that died, or is about to end its announcement, has given the lock back.
    fn announce_one(&self, stripe: usize) -> u64 {
        let odd = |count: u64| if count.is_multiple_of(2) { count + 1 } else { count + 2 };
        let before =
            self.counters.at(stripe).fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| Some(odd(count)));
        odd(before.unwrap_or_default())
    }

    /// The stamp for what is read of this key from now on; `None` while the key is being changed.
    pub(crate) fn stamp(&self, key: &str) -> Option<Stamp> {
        let stripe = self.stripe(key);
        let count = self.counters.at(stripe).load(Ordering::Acquire);
        (count.is_multiple_of(2) && self.is_known_to_all()).then_some(Stamp { stripe: stripe as u16, count })
    }

    #[cfg(feature = "sqlite")]
    fn is_known_to_all(&self) -> bool {
        self.place.as_ref().is_none_or(Place::is_known_to_all)
    }

    #[cfg(not(feature = "sqlite"))]
    #[expect(clippy::unused_self, reason = "only files are shared")]
    fn is_known_to_all(&self) -> bool {
        true
    }

    /// Whether processes that share these counters still find them where they look.
    #[cfg(feature = "sqlite")]
    pub(crate) fn is_in_place(&self) -> bool {
        self.place.as_ref().is_none_or(Place::is_kept)
    }

    #[cfg(not(feature = "sqlite"))]
    #[expect(clippy::unused_self, reason = "only files are shared")]
    fn is_in_place(&self) -> bool {
        true
    }

    /// Whether nothing has changed what was read with this stamp.
    pub(crate) fn is_current(&self, stamp: Stamp) -> bool {
        self.counters.at(stamp.stripe.into()).load(Ordering::Acquire) == stamp.count && self.is_in_place()
    }

    fn stripe(&self, key: &str) -> usize {
        let mut hasher = SipHasher13::new_with_key(&self.seed);
        hasher.write(key.as_bytes());
        hasher.finish() as usize % COUNT
    }
}

impl fmt::Debug for Stripes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripes").finish_non_exhaustive()
    }
}

/// A seed that differs from store to store.
fn random_seed() -> [u8; 16] {
    use std::hash::{BuildHasher, RandomState};
    let half = || RandomState::new().hash_one(0_u8).to_le_bytes();
    let mut seed = [0; 16];
    seed[..8].copy_from_slice(&half());
    seed[8..].copy_from_slice(&half());
    seed
}

/// What tells whether a key was changed since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    stripe: u16,
    count: u64,
}

/// Changes that are being made; dropping it ends their announcement.
#[derive(Debug)]
#[must_use = "the announcement ends when it is dropped"]
pub struct Announced<'a> {
    stripes: &'a Stripes,
    counts: SmallVec<[(usize, u64); 4]>,
}

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        for (stripe, count) in &self.counts {
            // If another writer has announced a change meanwhile, its own end makes the counter even.
            let counter = self.stripes.counters.at(*stripe);
            let _ = counter.compare_exchange(*count, count + 1, Ordering::AcqRel, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
