//! What is evicted, and how many requests are hits then, beside two other policies.

use std::collections::BTreeMap;

use super::super::super::use_counts::UseCounts;
use super::*;

fn entry(hash: i64, size: u64, uses: u8) -> Candidate {
    Candidate { hash, is_over: false, is_number: false, size, uses }
}

fn number(hash: i64, uses: u8) -> Candidate {
    Candidate { is_number: true, ..entry(hash, 20, uses) }
}

fn is_numbered(hash: i64) -> bool {
    hash >= 1_000
}

#[test]
fn the_least_used_are_evicted_until_a_quarter_is_free() {
    let rows = (0..8).map(|hash| entry(hash, 1_000, hash as u8)).collect();
    assert_eq!(victims(rows), [0, 1]);
}

#[test]
fn of_two_that_are_used_alike_the_larger_is_evicted() {
    assert_eq!(victims(vec![entry(1, 100, 3), entry(2, 10_000, 3), entry(3, 100, 3)]), [2]);
}

#[test]
fn what_is_over_is_evicted_before_anything_else() {
    let over = Candidate { is_over: true, ..entry(7, 100, 200) };
    assert_eq!(victims(vec![entry(1, 100, 0), over, entry(2, 100, 0)]), [7]);
}

#[test]
fn numbers_within_their_share_stay_however_many_entries_there_are() {
    let numbers = (1_000..1_050).map(|hash| number(hash, 0));
    let entries = (0..450).map(|hash| entry(hash, 10_000, 100));
    let victims = victims(numbers.chain(entries).collect());
    assert!(victims.len() > 100 && !victims.into_iter().any(is_numbered));
}

#[test]
fn numbers_beyond_their_share_are_evicted_the_least_used_first() {
    let numbers = (1_000..2_000).map(|hash| number(hash, if hash < 1_100 { 50 } else { 1 }));
    let entries = (0..10).map(|hash| entry(hash, 1_000, 100));
    let victims = victims(numbers.chain(entries).collect());
    assert!(victims.len() > 200 && victims.into_iter().all(|hash| hash >= 1_100));
}

#[test]
fn something_is_always_evicted() {
    assert_eq!(victims(vec![entry(1, 10, 255)]), [1]);
    assert_eq!(victims(vec![number(1_000, 255)]), [1_000]);
    assert!(victims(Vec::new()).is_empty());
}

/// Random numbers: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Requests for keys by Zipf's law: the n-th key is asked for in proportion to 1 / n^skew.
struct Trace {
    keys: Vec<Key>,
    /// The sum of the weights up to each key, in millionths.
    sums: Vec<u64>,
}

#[derive(Clone, Copy)]
struct Key {
    hash: i64,
    size: u64,
    lifetime: u64,
}

impl Trace {
    fn new(keys: u64, skew: f64) -> Self {
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        let key = |_| {
            let size = match random.below(100) {
                0..60 => 300 + random.below(700),
                60..95 => 2_000 + random.below(8_000),
                _ => 40_000 + random.below(60_000),
            };
            // A minute, ten minutes or two days, at two milliseconds a request.
            let lifetime = [30_000, 300_000, 86_400_000][random.below(3) as usize];
            Key { hash: random.below(u64::MAX).cast_signed(), size, lifetime }
        };
        let keys: Vec<Key> = (0..keys).map(key).collect();
        let weights = (1..=keys.len()).map(|rank| (1e6 / (rank as f64).powf(skew)) as u64 + 1);
        let sums = weights.scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Trace { sums: sums.collect(), keys }
    }

    fn request(&self, random: &mut Random) -> Key {
        let point = random.below(*self.sums.last().unwrap());
        self.keys[self.sums.partition_point(|sum| *sum <= point)]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Policy {
    SoonestExpiry,
    LeastRecentlyUsed,
    Ours,
}

struct Row {
    key: Key,
    expires_at: u64,
    used_at: u64,
}

/// The percentage of requests that are hits, of the last four fifths.
fn hit_ratio(trace: &Trace, room: u64, requests: u64, policy: Policy) -> f64 {
    let (mut rows, mut by_use) = (BTreeMap::<i64, Row>::new(), BTreeMap::<u64, i64>::new());
    let (mut used, mut cursor, mut hits) = (0, i64::MIN, 0);
    let (mut random, counts) = (Random(42), UseCounts::new(room / 4096));
    for now in 0..requests {
        let key = trace.request(&mut random);
        counts.record(key.hash);
        counts.age();
        if let Some(row) = rows.get_mut(&key.hash) {
            by_use.remove(&row.used_at);
            if row.expires_at > now {
                row.used_at = now;
                by_use.insert(now, key.hash);
                hits += u64::from(now >= requests / 5);
                continue;
            }
        } else if key.size <= room / 4 {
            used += key.size;
        } else {
            continue;
        }
        rows.insert(key.hash, Row { key, expires_at: now + key.lifetime, used_at: now });
        by_use.insert(now, key.hash);
        if used <= room {
            continue;
        }
        while used > room / 10 * 9 {
            let gone = match policy {
                Policy::LeastRecentlyUsed => by_use.first_key_value().map(|(_, hash)| *hash).into_iter().collect(),
                _ => evicted_of_window(&rows, &mut cursor, now, policy, &counts),
            };
            for hash in gone {
                let row = rows.remove(&hash).unwrap();
                by_use.remove(&row.used_at);
                used -= row.key.size;
            }
        }
    }
    hits as f64 * 100.0 / (requests - requests / 5) as f64
}

fn evicted_of_window(
    rows: &BTreeMap<i64, Row>,
    cursor: &mut i64,
    now: u64,
    policy: Policy,
    counts: &UseCounts,
) -> Vec<i64> {
    let mut window: Vec<&Row> = rows.range(cursor.saturating_add(1)..).take(500).map(|(_, row)| row).collect();
    if window.is_empty() {
        window = rows.values().take(500).collect();
    }
    *cursor = window.last().unwrap().key.hash;
    if policy == Policy::SoonestExpiry {
        window.sort_by_key(|row| row.expires_at);
        return window[..window.len() / 4 + 1].iter().map(|row| row.key.hash).collect();
    }
    let candidate = |row: &&Row| Candidate {
        is_over: row.expires_at <= now,
        ..entry(row.key.hash, row.key.size, counts.of(row.key.hash))
    };
    victims(window.iter().map(candidate).collect())
}

/// Hit ratios for each skew and each share of room: soonest expiry first, least recently used, and ours.
fn table(keys: u64, requests: u64) -> Vec<(f64, u64, [f64; 3])> {
    let rows = |skew| {
        let trace = Trace::new(keys, skew);
        let bytes: u64 = trace.keys.iter().map(|key| key.size).sum();
        [1, 5, 20].map(|share| {
            let ratio = |policy| hit_ratio(&trace, bytes * share / 100, requests, policy);
            (skew, share, [Policy::SoonestExpiry, Policy::LeastRecentlyUsed, Policy::Ours].map(ratio))
        })
    };
    [0.7, 0.9, 1.1].into_iter().flat_map(rows).collect()
}

#[test]
fn more_requests_are_hits_than_with_the_soonest_expiry_first_or_the_least_recently_used() {
    for (skew, share, [expiry, recent, ours]) in table(4_000, 60_000) {
        assert!(ours > expiry + 5.0 && ours > recent + 3.0, "{skew}, {share} %: {expiry:.1} {recent:.1} {ours:.1}");
    }
}

/// `cargo test --release -p cache-runtime --lib the_table_of_the_guide -- --ignored --nocapture` prints the table of the guide.
#[test]
#[ignore = "it prints a table, and takes half a minute in a debug build"]
#[expect(clippy::print_stdout, reason = "the table is for a person")]
fn the_table_of_the_guide() {
    for (skew, share, [expiry, recent, ours]) in table(20_000, 1_000_000) {
        println!("| {skew} | {share} % | {expiry:.1} | {recent:.1} | {ours:.1} |");
    }
}
