//! Maps from words that are asked for every word of every article. Comes in: short keys. Goes out: a map that finds
//! them several times as fast as the standard one. Its keys are fixed lists, never what a text says, so that nobody can
//! choose keys that collide.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map from the words of a fixed list.
pub(crate) type WordMap<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// A set of the words of a fixed list.
pub(crate) type WordSet<K> = HashSet<K, BuildHasherDefault<WordHasher>>;

/// Eight bytes at a time, multiplied and folded.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct WordHasher(u64);

/// An odd number whose bits are spread evenly: the golden ratio of 64 bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Up to eight bytes of a word in one number; of a longer one the first.
///
/// Of a fixed word it is worked out when the program is built.
#[expect(clippy::inline_always, reason = "worth it only where the words are known when the program is built")]
#[inline(always)]
pub(crate) const fn packed(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u32::from_le_bytes(*first) as u64
            | (u32::from_le_bytes(*last) as u64) << (8 * (bytes.len() - 4));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u16::from_le_bytes(*first) as u64
            | (u16::from_le_bytes(*last) as u64) << (8 * (bytes.len() - 2));
    }
    match bytes.first() {
        Some(only) => *only as u64,
        None => 0,
    }
}

impl WordHasher {
    #[inline]
    fn add(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value) * u128::from(SPREAD);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are folded into one")]
        let folded = product as u64 ^ (product >> 64) as u64;
        self.0 = folded;
    }
}

impl Hasher for WordHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.add(u64::from_le_bytes(*eight));
        }
        if !rest.is_empty() {
            self.add(packed(rest) ^ (rest.len() as u64) << 56);
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        // What ends every text.
        self.0 ^= u64::from(value);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0.wrapping_mul(SPREAD)
    }
}
