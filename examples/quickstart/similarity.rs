//! How much of two texts is the same, estimated by MinHash.

use serde::{Deserialize, Serialize};

use crate::text_files::{TextFile, Texts};

/// Texts are compared by their sequences of this many words.
const WORDS: usize = 3;

/// With this many hash functions the estimate is right to about 9 %.
const FUNCTIONS: usize = 128;

/// This many pairs are returned.
const PAIRS: usize = 3;

/// Two texts, and the share of their sequences that is in both: from 0 to 1.
#[derive(Serialize, Deserialize)]
pub struct Pair {
    pub one: String,
    pub other: String,
    pub alike: f64,
}

/// Compares every text with every other; returns the pairs that are most alike, the best first.
pub fn most_alike(texts: &Texts) -> Vec<Pair> {
    let signatures: Vec<_> = texts.files.iter().map(|file| (file, signature(&file.content))).collect();
    let mut pairs = Vec::new();
    for (at, one) in signatures.iter().enumerate() {
        pairs.extend(signatures[at + 1..].iter().map(|other| (alike(&one.1, &other.1), one.0, other.0)));
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    pairs.into_iter().take(PAIRS).map(pair).collect()
}

fn pair((alike, one, other): (f64, &TextFile, &TextFile)) -> Pair {
    Pair { one: one.name.clone(), other: other.name.clone(), alike }
}

/// The share of hash functions whose smallest value is the same, which is about the share of common sequences.
fn alike(one: &[u64], other: &[u64]) -> f64 {
    let same = one.iter().zip(other).filter(|(one, other)| one == other).count();
    same as f64 / FUNCTIONS as f64
}

/// For each hash function, its smallest value over all sequences of the text.
fn signature(text: &str) -> Vec<u64> {
    let words: Vec<_> = text.split_whitespace().collect();
    let sequences = words.windows(WORDS.min(words.len()).max(1));
    let mut minima = vec![u64::MAX; FUNCTIONS];
    for hash in sequences.map(|sequence| fnv(&sequence.join(" "))) {
        for (seed, minimum) in minima.iter_mut().enumerate() {
            *minimum = (*minimum).min(mixed(hash ^ mixed(seed as u64)));
        }
    }
    minima
}

/// The hash FNV-1a. That of the standard library may change with the next release, and results are kept.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The last step of SplitMix64: one changed bit changes half of the others.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
