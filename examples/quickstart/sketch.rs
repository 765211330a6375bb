//! What a text looks like, in a kilobyte: the sketches of two texts tell how much of them is the same (MinHash).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cache_runtime::cached;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Texts are compared by their pieces of so many bytes.
const PIECE: usize = 9;

/// With so many numbers the likeness is right to about 9 %.
const NUMBERS: usize = 128;

static COMPUTED: AtomicUsize = AtomicUsize::new(0);

/// Under each of many hash functions, the smallest hash of any piece of the text.
#[derive(Serialize, Deserialize)]
pub struct Sketch {
    minima: Vec<u64>,
    cost: Duration,
}

impl Sketch {
    /// What share of the pieces of two texts is in both, about.
    pub fn likeness(&self, other: &Sketch) -> f64 {
        let same = self.minima.iter().zip(&other.minima).filter(|(one, other)| one == other).count();
        same as f64 / NUMBERS as f64
    }

    /// How long it took to make.
    pub fn cost(&self) -> Duration {
        self.cost
    }
}

/// The sketch of a text.
///
/// The content decides, so its digest is the key: a changed text is sketched anew, and one that was renamed or copied
/// is not. Who changes the computation raises the version, and the old sketches are not found any more.
#[cached(key = "sketch:{digest}", version = 1, expires_in = "30 days", skip(text))]
pub fn of(digest: &str, text: &str) -> Sketch {
    let start = Instant::now();
    COMPUTED.fetch_add(1, Ordering::Relaxed);
    let minima = minima(text.as_bytes());
    Sketch { minima, cost: start.elapsed() }
}

/// How many sketches this process has computed.
pub fn computed() -> usize {
    COMPUTED.load(Ordering::Relaxed)
}

/// What tells one text from all others.
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn minima(text: &[u8]) -> Vec<u64> {
    let mut minima = vec![u64::MAX; NUMBERS];
    let pieces = text.windows(PIECE.min(text.len()).max(1));
    for piece in pieces.map(hash) {
        for (seed, minimum) in minima.iter_mut().enumerate() {
            *minimum = (*minimum).min(mixed(piece ^ mixed(seed as u64)));
        }
    }
    minima
}

/// FNV-1a. The standard library's hash may differ in its next release, and sketches are kept.
fn hash(piece: &[u8]) -> u64 {
    piece.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// The last step of SplitMix64: one changed bit changes half of the others.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
