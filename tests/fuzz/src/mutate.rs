//! Changes inputs.

use fastrand::Rng;

/// Bytes and numbers at which formats change.
const EDGES: [u8; 16] = [0, 1, 0x7f, 0x80, 0x81, 0x90, 0x91, 0xc0, 0xca, 0xcb, 0xdd, 0xdf, 0xfb, 0xfc, 0xfd, 0xff];

/// A mutation of one of these inputs, often with a part of another one.
pub(crate) fn mutate(kept: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    let mut input = random.choice(kept).cloned().unwrap_or_default();
    for _ in 0..=random.u32(0..4) {
        step(&mut input, kept, random);
    }
    input
}

fn step(input: &mut Vec<u8>, kept: &[Vec<u8>], random: &mut Rng) {
    let at = random.usize(0..=input.len());
    let part = part_of(input, at, random);
    match random.u32(0..10) {
        0 => input.insert(at, random.u8(..)),
        1 => input.insert(at, EDGES[random.usize(..EDGES.len())]),
        2 => drop(input.drain(part)),
        3 => input.truncate(at),
        4 => {
            let copied = input[part].to_vec();
            let times = random.usize(1..=8);
            input.splice(at..at, copied.repeat(times));
        }
        5 => {
            let other = random.choice(kept).cloned().unwrap_or_default();
            let from = random.usize(0..=other.len());
            let piece = other[part_of(&other, from, random)].to_vec();
            input.splice(part, piece);
        }
        6 => {
            let number = random.u64(..) >> random.u32(0..64);
            let bytes = if random.bool() { number.to_le_bytes() } else { number.to_be_bytes() };
            let length = 1 << random.u32(0..4);
            input.splice(at..(at + length).min(input.len()), bytes.into_iter().take(length));
        }
        7 if !input.is_empty() => {
            let at = at % input.len();
            input[at] ^= 1 << random.u32(0..8);
        }
        8 if !input.is_empty() => {
            let at = at % input.len();
            input[at] = input[at].wrapping_add(random.u8(0..9)).wrapping_sub(4);
        }
        _ if !input.is_empty() => {
            let at = at % input.len();
            input[at] = if random.bool() { random.u8(..) } else { EDGES[random.usize(..EDGES.len())] };
        }
        _ => input.push(random.u8(..)),
    }
}

/// A part that begins here.
fn part_of(input: &[u8], at: usize, random: &mut Rng) -> std::ops::Range<usize> {
    let longest = 1 << random.u32(0..8);
    at..at + random.usize(0..=longest.min(input.len() - at))
}
