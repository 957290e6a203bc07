//! Sets of the words of a sentence, a bit for each. Goes out: sets as wide as the sentence needs, that can be moved along it.
//! Knows nothing of words.

use std::ops::{BitAnd, BitOr, Not};

/// A bit for each word of a sentence.
pub(super) trait Bits:
    Copy + PartialEq + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self>
{
    /// How many words there may be.
    const WORDS: usize;
    /// No word.
    const NONE: Self;

    /// One word.
    fn one(at: usize) -> Self;
    /// The words so far behind these.
    fn behind(self, by: usize) -> Self;
    /// The words so far before these.
    fn before(self, by: usize) -> Self;
    /// The first word.
    fn first(self) -> Option<usize>;
}

macro_rules! bits {
    ($($bits:ty),*) => {$(
        impl Bits for $bits {
            const WORDS: usize = <$bits>::BITS as usize;
            const NONE: Self = 0;

            #[inline]
            fn one(at: usize) -> Self {
                Self::from(true).behind(at)
            }

            #[inline]
            fn behind(self, by: usize) -> Self {
                if by < Self::WORDS { self << by } else { 0 }
            }

            #[inline]
            fn before(self, by: usize) -> Self {
                if by < Self::WORDS { self >> by } else { 0 }
            }

            #[inline]
            fn first(self) -> Option<usize> {
                (self != 0).then(|| self.trailing_zeros() as usize)
            }
        }
    )*};
}

bits!(u64, u128);
