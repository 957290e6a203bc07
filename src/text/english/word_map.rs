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

/// A word of at most eight bytes, none of them zero, as a number of its own.
#[inline]
pub(crate) fn in_eight(word: &str) -> Option<u64> {
    (word.len() <= 8).then(|| packed(word.as_bytes()))
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

/// A map from words of at most eight letters of ASCII, each given as one number.
#[derive(Debug)]
pub(crate) struct ShortWords<V> {
    /// The words, each at the first free place from the one that its hash names; zero where there is none.
    keys: Box<[u64]>,
    /// Their values, at the same places.
    values: Box<[V]>,
    /// How far a hash is shifted to name a place.
    shift: u32,
}

impl<V: Copy + Default> ShortWords<V> {
    /// Of these words, the longer ones left out.
    pub(crate) fn of<'w>(words: impl Iterator<Item = (&'w str, V)>) -> Self {
        let mut words: Vec<(u64, V)> =
            words.filter_map(|(word, value)| Some((Self::key(word)?, value))).collect();
        words.sort_unstable_by_key(|(key, _)| *key);
        words.dedup_by_key(|(key, _)| *key);
        // Half of the places stay free, so that few words are away from their own.
        let places = (words.len() * 2).next_power_of_two().max(2);
        let shift = u64::BITS - places.trailing_zeros();
        let mut map = Self {
            keys: vec![0; places].into_boxed_slice(),
            values: vec![V::default(); places].into_boxed_slice(),
            shift,
        };
        for (key, value) in words {
            let mut at = map.place(key);
            while map.keys.get(at).is_some_and(|other| *other != 0) {
                at = (at + 1) & (places - 1);
            }
            if let Some((slot, held)) = map.keys.get_mut(at).zip(map.values.get_mut(at)) {
                (*slot, *held) = (key, value);
            }
        }
        map
    }

    /// A word in one number: its bytes, the first in the lowest place. None for what is longer or no word of ASCII.
    pub(crate) fn key(word: &str) -> Option<u64> {
        let mut bytes = [0; 8];
        bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .then_some(u64::from_le_bytes(bytes))
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        usize::try_from(key.wrapping_mul(SPREAD) >> self.shift).unwrap_or(usize::MAX)
    }

    /// The value of a word.
    #[inline]
    pub(crate) fn get(&self, key: u64) -> Option<V> {
        let mut at = self.place(key);
        loop {
            match *self.keys.get(at)? {
                0 => return None,
                found if found == key => return self.values.get(at).copied(),
                _ => at = (at + 1) & (self.keys.len() - 1),
            }
        }
    }
}
