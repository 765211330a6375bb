//! Ids as they are asked for: few of them often.

/// A sequence of ids below `ids`, of which the n-th most frequent is asked for 1/n times as often as the first.
pub fn sequence(ids: u64, length: usize, seed: u64) -> Vec<u64> {
    let mut sums = Vec::with_capacity(ids as usize);
    let mut sum = 0.0;
    for n in 1..=ids {
        sum += 1.0 / n as f64;
        sums.push(sum);
    }
    let mut state = seed;
    let mut next = move || {
        // xorshift
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length)
        .map(|_| {
            let share = (next() >> 11) as f64 / (1_u64 << 53) as f64;
            let rank = sums.partition_point(|below| *below < share * sum) as u64;
            // Neighbours in rank are no neighbours in number.
            rank.min(ids - 1) * 7_919 % ids
        })
        .collect()
}
